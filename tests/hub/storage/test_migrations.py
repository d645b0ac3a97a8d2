"""The tables of the program and those the migrations make are the same, and each step goes up and down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from tests.hub.databases import BOTH
from tests.hub.small_firm import TEAM, TENANT, SetClock, found_firm
from tests.servers.postgresql import PostgresqlServer
from workstation.casework.case import Case
from workstation.hub.storage import migrate
from workstation.hub.storage.all_tables import metadata
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.engines import Engines, engines_for


@pytest.fixture(params=BOTH)
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engines]:
    if request.param == "sqlite":
        made = engines_for(str(tmp_path / "hub.db"), bytes(32))
        yield made
        made.dispose()
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    name = server.create_database()
    made = engines_for(server.url(name))
    yield made
    made.dispose()
    server.drop_database(name)


def test_tables_are_what_the_migrations_make(engines: Engines) -> None:
    assert migrate.current(engines) is None
    migrate.upgrade(engines)
    assert migrate.current(engines) == migrate.newest()
    with engines.write.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_every_step_goes_up_and_down_with_data(engines: Engines) -> None:
    from alembic.script import ScriptDirectory

    migrate.upgrade(engines)
    found_firm(SqlDatabase(engines, SetClock()))
    steps = [step.revision for step in ScriptDirectory.from_config(migrate._config()).walk_revisions()]
    for revision in [*steps[1:], "base"]:
        migrate.downgrade(engines, revision)
        assert (migrate.current(engines) or "base") == revision
    for revision in reversed(steps):
        migrate.upgrade(engines, revision)
    found_firm(SqlDatabase(engines, SetClock()))


def test_check_backs_planned_before_there_was_a_column_are_found(engines: Engines) -> None:
    migrate.upgrade(engines)
    clock = SetClock()
    database = SqlDatabase(engines, clock)
    found_firm(database)
    later = clock.now() + timedelta(days=3)
    for place, status in enumerate(("solved", "open")):
        case = Case(
            case_id=f"01890000-0000-7000-8000-{place:012d}",
            team_id=TEAM,
            opened_at=clock.now(),
            status=status,  # type: ignore[arg-type]
            follow_up_at=later,
        )
        database.run(TENANT, lambda tx, one=case: tx.put(one))  # type: ignore[misc]
    migrate.downgrade(engines, "0004")
    migrate.upgrade(engines)
    for at, found in ((later, 1), (later - timedelta(seconds=1), 0)):
        due = database.read(TENANT, lambda tx, now=at: tx.cases_due(clock.now(), now))  # type: ignore[misc]
        assert len(due) == found


def test_migrating_twice_changes_nothing_and_keeps_the_data(engines: Engines) -> None:
    migrate.upgrade(engines)
    found_firm(SqlDatabase(engines, SetClock()))
    migrate.upgrade(engines)
    with engines.read.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM document")).scalar() == 5


def test_every_key_begins_with_the_tenant() -> None:
    for table in metadata.tables.values():
        if table.name == "hub_fact":
            continue
        first = next(iter(table.primary_key.columns))
        assert first.name == "tenant_id", table.name
        for index in table.indexes:
            columns = [column.name for column in index.columns]
            # Workers of all tenants look for what is due next.
            assert columns[0] == "tenant_id" or index.name == "ix_effect_due", index.name
