"""The key figures of a billing office: their definitions as data, and one door that answers for all of them."""
