"""What Hepsiburada's answers hold, in snake_case. Amounts are `Decimal`, times aware UTC,
identifiers text; a field that is always sent has no default."""
