"""A stand-in for Tebra's SOAP API 2.1 with its quirks, faults on demand and a journal of what was really written."""
