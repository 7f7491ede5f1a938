"""What the reports say about the money: KPIs and breakdowns, asked of the views or of their columnar copy."""
