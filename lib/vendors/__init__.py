"""One door per vendor: typed, throttled, with errors that say whether a write may have happened."""
