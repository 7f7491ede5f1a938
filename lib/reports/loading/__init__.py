"""From the file to rows that readers see: load packages, their checks, what is shown when, how long it is kept."""
