"""Charges: a biller's workbook is read, checked, planned, posted into Tebra and written back with what became of it."""
