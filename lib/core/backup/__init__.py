"""Backups: database and files of an instance as one sealed file, and the way back. docs/operate.md tells their use."""
