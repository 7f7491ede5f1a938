"""Which views there are, how they are narrowed, and the readers that answer a question of them."""
