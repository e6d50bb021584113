"""order_cancel (R5.11): what was cancelled at Hepsiburada is cancelled in Omnitron."""
