"""The database behind the ports: it satisfies them, hides what customers wrote, and keeps a key's promise."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from tests.hub.small_firm import TENANT, SetClock, found_firm
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_access import AccessStore
from workstation.hub.storage.access import SqlAccess
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.opening import open_database
from workstation.hub.storage.transaction import SqlTx
from workstation.system.sqlite import StoreUnusable


def test_it_is_what_the_services_ask_for(firm: SqlDatabase) -> None:
    database: Database = firm
    access: AccessStore = SqlAccess(firm, TENANT)

    def work(tx: SqlTx) -> str:
        asked: Tx = tx
        return asked.tenant_id

    assert firm.run_sql(TENANT, work) == database.tenants()[0] == TENANT
    assert access.read(lambda tx: tx.tenant()).name == "Ofen und Glas"


def test_errors_do_not_tell_what_was_written(firm: SqlDatabase) -> None:
    with pytest.raises(DBAPIError) as caught:
        firm.outside(lambda s: s.do("INSERT INTO tenant (tenant_id) VALUES (:secret)", secret="Erika geheim"))
    assert "geheim" not in str(caught.value)


def test_the_generation_stays_until_a_copy_is_restored(firm: SqlDatabase, database_url: str) -> None:
    before = firm.generation
    again = open_database(database_url, None, SetClock())
    assert again.generation == before
    assert firm.bump_generation() != before
    again.close()


def test_after_commit_runs_once_and_only_then(firm: SqlDatabase) -> None:
    told: list[str] = []
    firm.run(TENANT, lambda tx: tx.after_commit(lambda: told.append("done")))
    assert told == ["done"]

    def fail(tx: Tx) -> None:
        tx.after_commit(lambda: told.append("never"))
        raise LookupError

    with pytest.raises(LookupError):
        firm.run(TENANT, fail)
    assert told == ["done"]


def test_an_encrypted_file_opens_with_its_key_only(tmp_path: Path) -> None:
    path, key = tmp_path / "hub.db", bytes(range(32))
    database = open_database(str(path), key, SetClock())
    found_firm(database)
    database.close()
    assert b"Erika" not in path.read_bytes() and b"SQLite format" not in path.read_bytes()
    for wrong in (bytes(32), None):
        with pytest.raises(StoreUnusable):
            open_database(str(path), wrong, SetClock())
    again = open_database(str(path), key, SetClock())
    assert again.tenants() == (TENANT,)
    again.close()
