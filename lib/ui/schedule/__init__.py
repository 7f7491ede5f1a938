"""Recurring work as the Schedule page shows and changes it."""
