"""Products to Hepsiburada: imports whose results come later (flows section 4)."""
