"""Claim status in bulk: what a payer says of claims, asked with as few calls as can be."""
