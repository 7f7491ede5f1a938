"""Sending what was planned, at most once, and finding out what became of it."""
