"""What a chart is made of: sums with the conditions of their rows, the rows behind a mark, their export."""
