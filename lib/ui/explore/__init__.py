"""Explore in parts: what is chosen, what it gives, and its saved views."""
