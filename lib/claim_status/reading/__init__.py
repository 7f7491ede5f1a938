"""From a file or a paste to the claims that are asked for; Social Security numbers end here."""
