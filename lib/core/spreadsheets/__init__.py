"""Workbooks that people upload: refused when unsafe, read as text, and given back with nothing lost."""
