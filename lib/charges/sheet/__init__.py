"""The biller's workbook: its columns, read, refused, written back, and the template."""
