"""Whoever is signed in: the corner with the name, the idle warning, the way to identity providers."""
