"""Real databases for the tests of the hub: a migrated SQLite file and a migrated PostgreSQL database."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.small_firm import TENANT, SetClock, found_firm
from tests.servers.postgresql import PostgresqlServer
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.opening import open_database

BOTH = [pytest.param("sqlite"), pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with all tables, to be copied."""
    path = tmp_path_factory.mktemp("hub") / "hub.db"
    open_database(str(path), None, SetClock()).close()
    return path


@pytest.fixture(scope="session")
def migrated_template(postgresql_server: PostgresqlServer) -> str:
    """The name of a PostgreSQL database with all tables, to be copied."""
    name = postgresql_server.create_database()
    open_database(postgresql_server.url(name), None, SetClock()).close()
    return name


@pytest.fixture
def clock() -> SetClock:
    """A clock that stands until it is moved."""
    return SetClock()


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh database with all tables; each test runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "hub.db"
        shutil.copyfile(request.getfixturevalue("migrated_file"), path)
        yield str(path)
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    name = server.create_database(template=request.getfixturevalue("migrated_template"))
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def database(database_url: str, clock: SetClock) -> Iterator[SqlDatabase]:
    """That database, opened."""
    opened = open_database(database_url, None, clock)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def firm(database: SqlDatabase) -> SqlDatabase:
    """The small firm in that database."""
    found_firm(database)
    return database


@pytest.fixture(autouse=True)
def soundness(request: pytest.FixtureRequest) -> Iterator[None]:
    """Ask after each test whether what must always hold still does."""
    if "firm" not in request.fixturenames:
        yield
        return
    database: SqlDatabase = request.getfixturevalue("firm")
    yield
    assert database.check_invariants(TENANT) == {}
