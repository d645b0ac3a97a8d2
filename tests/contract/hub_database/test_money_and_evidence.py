"""What the database itself refuses: overdrawn budgets, changed ledger rows, a broken audit chain."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.exc import DBAPIError

from tests.hub.small_firm import TENANT, SetClock
from workstation.casework.errors import RuleViolation
from workstation.casework.limit import BudgetNeed
from workstation.hub.ports import Tx
from workstation.hub.ports_values import BudgetUse, LedgerEntry, NotStorable
from workstation.hub.storage.database import SqlDatabase


def need(limit: int = 100, amount: int = 10, days: int = 0, subject: str = "p") -> BudgetNeed:
    return BudgetNeed(
        level="customer_window" if days else "case_person",
        subject_id=subject,
        group="money_back",
        period=f"{days}d" if days else "",
        limit_amt=limit,
        amount=amount,
        window_days=days,
    )


def take(tx: Tx, wanted: BudgetNeed, decision_id: str, step: int = 0) -> None:
    [row] = tx.lock_budgets((wanted,), tx.now)
    tx.reserve(row, BudgetUse(decision_id=decision_id, step=step, amount=wanted.amount, at=tx.now))


def take_two(tx: Tx, decision_id: str) -> None:
    take(tx, need(amount=7), decision_id)
    take(tx, need(amount=7, subject="q"), decision_id, 1)


def parts(database: SqlDatabase) -> list[tuple[int, ...]]:
    rows = database.look(lambda s: s.rows("SELECT limit_amt, spent, reserved FROM budget ORDER BY budget_id"))
    return [tuple(row) for row in rows]


def refused(database: SqlDatabase, change: str) -> None:
    """The database itself says no to a statement."""
    with pytest.raises(DBAPIError):
        database.outside(lambda session: session.do(change))


def test_reserve_spend_and_give_back(firm: SqlDatabase, clock: SetClock) -> None:
    firm.run(TENANT, lambda tx: take(tx, need(), "d1"))
    firm.run(TENANT, lambda tx: take(tx, need(), "d2"))
    assert parts(firm) == [(100, 0, 20)]
    for _ in range(2):
        firm.run(TENANT, lambda tx: tx.settle("d1", 0, is_spent=True, at=clock.now()))
        firm.run(TENANT, lambda tx: tx.settle("d2", 0, is_spent=False, at=clock.now()))
    assert parts(firm) == [(100, 10, 0)]


def test_a_smaller_limit_never_breaks_the_row(firm: SqlDatabase) -> None:
    firm.run(TENANT, lambda tx: take(tx, need(amount=60), "d1"))
    with pytest.raises(RuleViolation, match=r"budget\.exhausted"):
        firm.run(TENANT, lambda tx: take(tx, need(limit=50), "d2"))
    firm.run(TENANT, lambda tx: tx.lock_budgets((need(limit=50),), tx.now))
    assert parts(firm) == [(60, 0, 60)]


def test_the_database_refuses_what_the_program_should_never_try(firm: SqlDatabase) -> None:
    firm.run(TENANT, lambda tx: take(tx, need(), "d1"))
    for change in ("spent = 91", "reserved = -1", "leased = 1000"):
        refused(firm, f"UPDATE budget SET {change}")


def test_many_at_once_never_pass_the_limit(firm: SqlDatabase) -> None:
    refused: list[str] = []
    granted: list[str] = []

    def work(name: str) -> None:
        for number in range(8):
            try:
                firm.run(TENANT, partial(take_two, decision_id=f"{name}{number}"))
                granted.append(name)
            except RuleViolation:
                refused.append(name)

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(granted) == 14 and len(refused) == 10
    assert parts(firm) == [(100, 0, 98), (100, 0, 98)]


def test_what_is_older_than_the_window_no_longer_counts(firm: SqlDatabase, clock: SetClock) -> None:
    firm.run(TENANT, lambda tx: take(tx, need(amount=90, days=30), "d1"))
    firm.run(TENANT, lambda tx: tx.settle("d1", 0, is_spent=True, at=clock.now()))
    clock.pass_by(timedelta(days=29))
    with pytest.raises(RuleViolation):
        firm.run(TENANT, lambda tx: take(tx, need(amount=20, days=30), "d2"))
    clock.pass_by(timedelta(days=2))
    firm.run(TENANT, lambda tx: take(tx, need(amount=20, days=30), "d2"))
    assert parts(firm) == [(100, 0, 20)]


def test_the_ledger_balances_and_never_changes(firm: SqlDatabase, clock: SetClock) -> None:
    entries = (LedgerEntry("cost/money_back", 2490, "EUR"), LedgerEntry("payout/books", -2490, "EUR"))
    firm.run(TENANT, lambda tx: tx.book("t1", entries, clock.now()))
    with pytest.raises(ValueError, match="zero"):
        firm.run(TENANT, lambda tx: tx.book("t2", entries[:1], clock.now()))
    with pytest.raises(NotStorable):
        firm.run(TENANT, lambda tx: tx.book("t1", entries, clock.now()))
    for change in ("UPDATE ledger SET amount = 1", "DELETE FROM ledger"):
        refused(firm, change)
    assert firm.look(lambda s: s.value("SELECT sum(amount) FROM ledger")) == 0


def _tell(tx: Tx, number: int) -> None:
    tx.audit("e", actor="p", subject=str(number))


def _told(database: SqlDatabase, count: int) -> None:
    for number in range(count):
        database.run(TENANT, partial(_tell, number=number))


def _drop(database: SqlDatabase, trigger: str) -> None:
    database.outside(lambda session: session.do(f"DROP TRIGGER {trigger}"))


def test_audit_rows_are_chained_and_kept(firm: SqlDatabase, clock: SetClock) -> None:
    _told(firm, 3)
    firm.seal_audit(clock.now())
    _told(firm, 2)
    found = firm.verify_audit(TENANT)
    assert (found.sealed, found.unsealed, found.broken_at) == (3, 2, None)
    for change in (
        "UPDATE audit SET subject = 'x' WHERE n = 2",
        "UPDATE audit SET subject = 'x' WHERE n IS NULL",
        "UPDATE audit SET n = 9 WHERE n = 1",
        "DELETE FROM audit WHERE n IS NULL",
        "DELETE FROM audit",
    ):
        refused(firm, change)


def test_a_changed_or_missing_row_shows_in_the_chain(firm: SqlDatabase, clock: SetClock) -> None:
    _told(firm, 5)
    firm.seal_audit(clock.now())
    on = " ON audit" if firm.look(lambda s: s.is_postgresql) else ""
    for name in ("audit_unchanged", "audit_kept"):
        _drop(firm, f"{name}{on}")
    firm.outside(lambda s: s.do("UPDATE audit SET actor = 'somebody else' WHERE n = 4"))
    assert firm.verify_audit(TENANT).broken_at == 4
    firm.outside(lambda s: s.do("DELETE FROM audit WHERE n = 2"))
    assert firm.verify_audit(TENANT).broken_at == 2


def test_blobs_are_kept_once_under_their_hash(firm: SqlDatabase) -> None:
    content = bytes(range(256)) * 9000
    sha256 = firm.blobs.put(TENANT, content)
    assert firm.blobs.put(TENANT, content) == sha256
    info = firm.blobs.info(TENANT, sha256)
    assert info is not None and info.size == len(content)
    assert firm.blobs.read(TENANT, sha256) == content
    for start, length in ((0, 10), (1048570, 20), (2097152, 5), (len(content) - 3, 100), (len(content), 5)):
        assert firm.blobs.read(TENANT, sha256, start, length) == content[start : start + length]
    assert firm.blobs.read("other", sha256) is None
    firm.blobs.delete(TENANT, sha256)
    assert firm.blobs.info(TENANT, sha256) is None


def test_an_upload_goes_on_where_it_stopped(firm: SqlDatabase) -> None:
    from workstation.casework.wire.codec import sha256_hex

    content = bytes(range(256)) * 10
    sha256 = sha256_hex(content)
    first = firm.blobs.upload(TENANT, sha256, len(content), 0, content[:1000])
    assert (first.received, first.is_complete) == (1000, False)
    assert firm.blobs.info(TENANT, sha256) is None and firm.blobs.received(TENANT, sha256) == 1000
    with pytest.raises(RuleViolation, match=r"blob\.gap"):
        firm.blobs.upload(TENANT, sha256, len(content), 2000, content[2000:])
    again = firm.blobs.upload(TENANT, sha256, len(content), 500, content[500:1500])
    assert again.received == 1500
    last = firm.blobs.upload(TENANT, sha256, len(content), 1500, content[1500:])
    assert last.is_complete and firm.blobs.read(TENANT, sha256) == content


def test_a_blob_with_the_wrong_hash_is_thrown_away(firm: SqlDatabase) -> None:
    with pytest.raises(RuleViolation, match=r"blob\.wrong_hash"):
        firm.blobs.upload(TENANT, "0" * 64, 3, 0, b"abc")
    assert firm.blobs.received(TENANT, "0" * 64) == 0
    with pytest.raises(RuleViolation, match=r"blob\.malformed"):
        firm.blobs.upload(TENANT, "../x", 3, 0, b"abc")
    empty = firm.blobs.put(TENANT, b"")
    assert firm.blobs.read(TENANT, empty) == b""
