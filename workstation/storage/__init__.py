"""The two local files of the desk: outbox.db, never deleted by code, and replica.db, rebuildable."""
