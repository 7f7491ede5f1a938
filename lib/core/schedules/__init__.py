"""Recurring work: what recurs, when, and the starting of what is due."""
