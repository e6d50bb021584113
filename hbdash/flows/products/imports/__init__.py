"""Steps 2 and 3: imports and tickets go out, lost answers are looked for, results come in."""
