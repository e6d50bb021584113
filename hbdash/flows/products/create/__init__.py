"""Product Create (R5.4), and a person's word on a match that Hepsiburada proposed."""
