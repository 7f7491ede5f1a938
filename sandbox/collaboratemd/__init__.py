"""A stand-in for CollaborateMD's report API: saved reports over the invented offices, with faults on demand."""
