"""The REST API: other programs ask the same services as the pages, under one bearer token."""
