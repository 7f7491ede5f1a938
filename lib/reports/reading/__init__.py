"""From the vendor's file to typed batches of rows, with everything counted that was read."""
