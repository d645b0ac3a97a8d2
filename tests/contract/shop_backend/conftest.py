"""Every shop backend that is installed, each over a fresh firm."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.shop_backend.world import HouseWorld, World
from tests.hub.small_firm import TENANT, SetClock, database_at, found_firm
from workstation.hub.backends.house_books import HouseBooks
from workstation.hub.backends.house_books.till import HouseTill
from workstation.hub.ports_backend import ShopBackend, Till
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlDatabase]:
    """The firm's database, on SQLite and on PostgreSQL."""
    url = str(tmp_path / "hub.db")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    with database_at(url, SetClock()) as made:
        found_firm(made)
        yield made
        assert made.check_invariants(TENANT) == {}


@pytest.fixture
def backend(database: SqlDatabase) -> ShopBackend:
    """The backend under test."""
    return HouseBooks(database, open_books)


@pytest.fixture
def world(database: SqlDatabase) -> World:
    """What happens around the backend: parcels leave, money is paid out, goods come in."""
    return HouseWorld(database)


@pytest.fixture
def till(database: SqlDatabase) -> Till:
    """The till under test."""
    return HouseTill(database, open_books)
