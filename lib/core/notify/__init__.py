"""Notices to people outside the application: what happened, to which channels, and their sending."""
