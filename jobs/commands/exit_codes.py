"""What the exit codes of the working commands mean."""

from __future__ import annotations

#: Everything is done; refused before anything was sent; something is left undone; interrupted, to be resumed.
DONE, REFUSED, UNDONE, INTERRUPTED = 0, 2, 3, 130
