"""Product Delete (R5.6): what left the catalogue goes off sale, and comes back when it returns."""
