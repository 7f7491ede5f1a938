"""Which windows of days to ask a payer for, so that the fewest calls answer every claim."""
