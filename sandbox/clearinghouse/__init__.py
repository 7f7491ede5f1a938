"""A stand-in for a clearinghouse that speaks 276/277 in JSON: one claim a call, any payer of the world."""
