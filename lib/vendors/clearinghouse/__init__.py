"""The door to a clearinghouse that answers 276/277 claim status as JSON."""
