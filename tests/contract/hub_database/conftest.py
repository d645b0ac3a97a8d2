"""The databases every test of this suite runs on."""

from tests.hub.databases import clock, database, firm

__all__ = ["clock", "database", "firm"]
