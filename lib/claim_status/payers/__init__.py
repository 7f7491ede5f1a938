"""The payers that can be asked: each is a row of payers.toml and an adapter."""
