"""Claim status on the pages: asking, results, and which practice asks which payer."""
