"""A run that is killed anywhere and started again: one letter to each customer, each fee charged once."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from tests.hub.billing.ground import INVOICE, House, bill, dun
from tests.hub.small_firm import ERIKA, NOW, ORDER, TENANT, SetClock, database_at, small_firm
from workstation.casework.money import Money
from workstation.casework.records import DunningNotice, Invoice, Order
from workstation.hub.channels.mail.worker import ParseWorker
from workstation.hub.ports import Tx
from workstation.hub.storage.billing import open_billing
from workstation.hub.storage.database import SqlDatabase

OTHERS = tuple(f"01890000-0000-7000-8000-0000000000{number}" for number in (61, 62))


def child(act: str, folder: Path, minutes: int, kill_at: str = "") -> int:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.hub.billing.child",
            act,
            str(folder),
            (NOW + timedelta(minutes=minutes)).isoformat(),
        ],
        env={**os.environ, "WORKSTATION_CRASH_AT": kill_at},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


def more_invoices(database: SqlDatabase) -> None:
    """Let Erika have two more unpaid invoices, so that a run has several to do."""

    def work(tx: Tx) -> None:
        first = tx.get(Invoice, INVOICE)
        order = tx.get(Order, ORDER)
        assert first is not None
        assert order is not None
        for number, invoice_id in enumerate(OTHERS):
            one = msgspec.structs.replace(first, invoice_id=invoice_id, number=f"R-2026-0009{number}", rev=0)
            open_billing(tx).keep_invoice(one)
            tx.put(one)

    database.run(TENANT, work)


@pytest.mark.parametrize(
    ("place", "act"),
    [
        ("dunning.begun", "run"),
        ("dunning.paper_kept", "run"),
        ("dunning.paper_kept:2", "run"),
        ("dunning.invoice_done", "run"),
        ("dunning.invoice_done:2", "run"),
        ("dunning.over", "run"),
        ("mail.marked_sent", "work"),
        ("mail.before_send", "work"),
        ("mail.sent:2", "work"),
        ("mail.accepted", "work"),
        ("effect.confirmed:2", "work"),
    ],
)
def test_a_killed_run_goes_on_and_nobody_gets_two_letters(
    tmp_path: Path, parser: ParseWorker, place: str, act: str
) -> None:
    with small_firm(tmp_path) as (database, clock):
        bill(database)
        dun(database, level=1, fee=0)
        more_invoices(database)
        if act == "work":
            House(database, clock, tmp_path, parser).run()
    assert child(act, tmp_path, 1, place) == -signal.SIGKILL
    clock = SetClock(NOW + timedelta(minutes=30))
    with database_at(str(tmp_path / "hub.db"), clock) as database:
        house = House(database, clock, tmp_path, parser)
        house.run()
        house.rest()
        assert house.run().is_repeat
        house.rest()
        letters = sorted(str(mail["Subject"]) for mail in house.reminders())
        assert len(letters) == len(set(letters)) == 3
        notices = database.read(TENANT, lambda tx: tx.records_of(ERIKA, DunningNotice))
        sent = sorted((one.invoice_id, one.level) for one in notices if one.status == "sent")
        assert sent == [(INVOICE, 1), *((one, 2) for one in (INVOICE, *OTHERS))]
        fees = database.read(TENANT, lambda tx: open_billing(tx).fees_booked())
        charged = sorted((one.invoice_id, one.amount.minor_units) for one in fees)
        assert charged == [(one, 500) for one in (INVOICE, *OTHERS)]
        invoices = database.read(TENANT, lambda tx: tx.records_of(ERIKA, Invoice))
        assert {(one.dunning_level, one.fee_open) for one in invoices} == {(2, Money(500))}
        assert database.check_invariants(TENANT) == {}
