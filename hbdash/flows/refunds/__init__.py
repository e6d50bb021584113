"""Claims become refund requests; decisions go back (flows section 7)."""
