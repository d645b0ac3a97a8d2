"""The way to the hub."""
