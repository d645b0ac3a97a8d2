"""The outbox: what has been decided here and is not yet at the hub."""
