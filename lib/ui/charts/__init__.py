"""Figures as charts: ready-made specifications, without any query."""
