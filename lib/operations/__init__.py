"""Whether this instance is well: readiness, figures for Prometheus, and the same for the Operations page."""
