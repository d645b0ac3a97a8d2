"""Every billing backend that is installed, each over a fresh firm with one dunned invoice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.billing.ground import bill, dun
from tests.hub.small_firm import SetClock, database_at, found_firm
from workstation.hub.backends.house_books.billing import HouseBilling
from workstation.hub.ports_billing import BillingBackend
from workstation.hub.storage.billing import open_billing
from workstation.hub.storage.database import SqlDatabase


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlDatabase]:
    """The firm's database, on SQLite and on PostgreSQL."""
    url = str(tmp_path / "hub.db")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql_url")
    with database_at(url, SetClock()) as made:
        found_firm(made)
        bill(made)
        dun(made)
        yield made


@pytest.fixture
def backend(database: SqlDatabase) -> BillingBackend:
    """The backend under test."""
    return HouseBilling(database, open_billing)
