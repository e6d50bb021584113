"""Reading Hepsiburada's feeds of orders and packages, and what slipped through them."""
