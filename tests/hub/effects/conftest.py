"""The databases every test here runs on; after each test what must always hold is asked of them."""

from tests.hub.databases import (
    clock,
    database,
    database_url,
    firm,
    migrated_file,
    migrated_template,
    soundness,
)

__all__ = ["clock", "database", "database_url", "firm", "migrated_file", "migrated_template", "soundness"]
