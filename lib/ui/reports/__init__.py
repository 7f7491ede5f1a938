"""The Reports page in parts: what stands where, what is at work, packages, settings."""
