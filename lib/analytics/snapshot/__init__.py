"""The columnar copy of the views: one Parquet file for each client, view and day of knowledge."""
