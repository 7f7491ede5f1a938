"""What everything stands on: settings, database, runs, intents, audit, secrets. Imports nothing above it."""
