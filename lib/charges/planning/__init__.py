"""From checked rows to what would be sent: visits, names, natural keys, intents. Decisions, no calls."""
