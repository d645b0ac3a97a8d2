"""The databases every test here runs on."""

from tests.hub.databases import clock, database, database_url, firm, migrated_file, migrated_template

__all__ = ["clock", "database", "database_url", "firm", "migrated_file", "migrated_template"]
