"""Product Update (R5.5): what is to be done about each changed product, by its state there."""
