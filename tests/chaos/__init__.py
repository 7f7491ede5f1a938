"""Chaos: whole runs that are killed, cut off and lied to, and the ledger compared with what really happened."""
