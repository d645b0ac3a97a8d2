"""All tables of the hub under one roof, for migrations and for comparing them with a real database."""

from __future__ import annotations

from workstation.hub.storage import books_tables
from workstation.hub.storage.tables import metadata

__all__ = ["books_tables", "metadata"]
