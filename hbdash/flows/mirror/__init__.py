"""Both sides' offers in our tables; figures and reports read nothing else (flows section 8)."""
