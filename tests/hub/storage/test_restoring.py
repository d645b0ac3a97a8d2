"""A dump of PostgreSQL is put back with a new generation, or nothing is changed."""

from pathlib import Path

import pytest

from tests.hub.small_firm import TENANT, SetClock, found_firm
from tests.servers.postgresql import PostgresqlServer
from workstation.casework.people import Team
from workstation.hub.storage.opening import open_database
from workstation.hub.storage.overview import CannotCopy, dump_postgresql
from workstation.hub.storage.restoring import restore_postgresql

pytestmark = pytest.mark.postgresql


@pytest.fixture
def url(postgresql_server: PostgresqlServer, migrated_template: str, clock: SetClock) -> str:
    """A database with the small firm."""
    url = postgresql_server.url(postgresql_server.create_database(template=migrated_template))
    database = open_database(url, None, clock)
    found_firm(database)
    database.close()
    return url


def teams(url: str, clock: SetClock, new: str = "") -> tuple[str, list[str]]:
    """The generation and the names of the teams, after adding one."""
    database = open_database(url, None, clock)
    try:
        if new:
            team = Team(team_id="01890000-0000-7000-8000-0000000000bb", name=new)
            database.run(TENANT, lambda tx: tx.put(team))
        found = database.read(TENANT, lambda tx: tx.all_of(Team))
        return database.generation, sorted(team.name for team in found)
    finally:
        database.close()


def test_a_dump_comes_back(url: str, clock: SetClock, tmp_path: Path) -> None:
    dump = tmp_path / "hub.dump"
    dump_postgresql(url, dump)
    generation, names = teams(url, clock, "Später")
    assert "Später" in names
    restore_postgresql(dump, url, TENANT, clock)
    again, after = teams(url, clock)
    assert after == ["Service"] and again != generation


def test_what_is_no_dump_changes_nothing(url: str, clock: SetClock, tmp_path: Path) -> None:
    before = teams(url, clock)
    broken = tmp_path / "broken.dump"
    broken.write_bytes(b"nothing of the kind")
    with pytest.raises(CannotCopy) as caught:
        restore_postgresql(broken, url, TENANT, clock)
    assert caught.value.code == "restore.pg_restore_failed"
    with pytest.raises(CannotCopy) as caught:
        restore_postgresql(tmp_path / "nothing", url, TENANT, clock)
    assert caught.value.code == "restore.no_file"
    assert teams(url, clock) == before
