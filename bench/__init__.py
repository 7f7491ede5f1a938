"""Measurements: one file a question, one JSON line an answer, as a ratio to a limit or a peer."""
