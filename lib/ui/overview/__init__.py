"""The Overview in parts: key figures, how every client stands, and what is fresh or at work."""
