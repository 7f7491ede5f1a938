"""The parts of the API tokens page."""
