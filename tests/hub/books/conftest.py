"""The databases the decided bookings run on; after each test what must always hold is asked of them."""

from tests.hub.databases import (
    clock,
    database,
    database_url,
    migrated_file,
    migrated_template,
)

__all__ = ["clock", "database", "database_url", "migrated_file", "migrated_template"]
