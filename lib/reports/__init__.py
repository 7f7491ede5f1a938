"""Vendor reports into Postgres: the catalog, reading of payloads, checks, and what loads and publishes them."""
