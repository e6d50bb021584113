"""What Omnitron's answers hold. `pk` is an int, whichever of `pk` and `id` was sent (O§1.8);
amounts are `Decimal`, times aware UTC."""
