"""What Hepsiburada's catalogue says of our products, and following those that are under way."""
