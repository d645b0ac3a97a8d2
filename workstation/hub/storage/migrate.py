"""Brings a database to the tables of this program, step by step, in one transaction."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workstation.hub.storage.engines import Engines

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 7_215_093_311
"""Advisory lock of PostgreSQL: two nodes that start together migrate one after the other."""


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    return config


def newest() -> str:
    """Return the revision this program needs."""
    from alembic.script import ScriptDirectory

    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise RuntimeError("there are no migrations")
    return head


def current(engines: Engines) -> str | None:
    """Return the revision a database has, None for an empty one."""
    from alembic.migration import MigrationContext

    with engines.write.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engines: Engines, revision: str = "head") -> None:
    """Migrate up to ``revision``; a database that has it already is left alone."""
    _move(engines, revision, is_up=True)


def downgrade(engines: Engines, revision: str) -> None:
    """Migrate down to ``revision`` ("base" = nothing left)."""
    _move(engines, revision, is_up=False)


def _move(engines: Engines, revision: str, *, is_up: bool) -> None:
    from alembic import command

    config = _config()
    with engines.write.connect() as connection, connection.begin():
        if engines.is_postgresql:
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        config.attributes["connection"] = connection
        (command.upgrade if is_up else command.downgrade)(config, revision)
