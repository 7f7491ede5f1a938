"""Any view, grouped and counted as a person chose, and the choices kept under a name."""
