"""The REST API: other programs ask the same services as the pages, each under a token of its own."""
