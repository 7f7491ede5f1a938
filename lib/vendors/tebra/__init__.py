"""Tebra (Kareo) over SOAP 2.1: `TebraConnection` says where and as whom, `TebraClient` speaks it."""
