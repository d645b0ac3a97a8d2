"""The sync loop against the real hub."""
