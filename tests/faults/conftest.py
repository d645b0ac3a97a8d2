"""The databases that tests of the rules run on; unlike elsewhere these tests break the data on purpose."""

from tests.hub.databases import clock, database, database_url, firm, migrated_file, migrated_template

__all__ = ["clock", "database", "database_url", "firm", "migrated_file", "migrated_template"]
