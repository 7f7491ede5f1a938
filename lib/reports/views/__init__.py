"""The views of schema reporting for others: as files, as a dictionary, for a client's own tools."""
