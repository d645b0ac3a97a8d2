"""All tables of the hub under one roof, for migrations and for comparing them with a real database."""

from __future__ import annotations

from workstation.hub.storage import billing_tables, books_tables
from workstation.hub.storage.tables import metadata

__all__ = ["billing_tables", "books_tables", "metadata"]
