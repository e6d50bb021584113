"""Claims of Hepsiburada become refund requests of Omnitron, and rejections go back (flows §7)."""
