"""A stand-in for UnitedHealthcare's claim status: summaries by window, details, payments, with faults on demand."""
