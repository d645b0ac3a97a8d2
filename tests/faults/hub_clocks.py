"""A hub whose clock is set to another time and right again: nothing due is lost, and limits hold."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.hub.service_desk import LIMITS, ServiceDesk
from tests.hub.small_firm import ERIKA, ORDER, PAYMENT, TENANT, SetClock, found_firm
from workstation.casework.case import Case
from workstation.casework.decision import Refund
from workstation.casework.ids import derived_id
from workstation.casework.money import Money
from workstation.casework.promise import Promise
from workstation.casework.wire.commands import Decide, Scheduled, SnoozeCase
from workstation.hub.backends.executors import ShopExecutor
from workstation.hub.backends.house_books import HouseBooks
from workstation.hub.services.clocks import Clocks
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.effects import EffectWorker
from workstation.hub.storage.books import open_books
from workstation.hub.storage.opening import open_database

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SHIFTS: dict[str, tuple[datetime, timedelta]] = {
    f"{word} {way}": (MONDAY, sign * span)
    for word, span in (
        ("1 s", timedelta(seconds=1)),
        ("5 min", timedelta(minutes=5)),
        ("1 h", timedelta(hours=1)),
        ("25 h", timedelta(hours=25)),
        ("10 years", timedelta(days=3653)),
    )
    for way, sign in (("ahead", 1), ("behind", -1))
} | {
    "the end of summer time": (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), timedelta()),
    "the end of summer time, an hour behind": (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        timedelta(hours=-1),
    ),
    "the begin of summer time": (datetime(2027, 3, 28, 0, 30, tzinfo=UTC), timedelta()),
    "a leap day": (datetime(2028, 2, 28, 23, 30, tzinfo=UTC), timedelta(hours=1)),
}
_AMOUNT, _UNDO_S = 2_000, 30
_UNSETTLED = "SELECT effect_id, state FROM effect WHERE tenant_id = :t AND state <> 'confirmed'"
_TOO_EARLY = (
    "SELECT effect_id FROM effect WHERE tenant_id = :t AND first_sent_at < created_at + :undo"
    " AND kind = 'refund'"
)


class ShiftedClock(SetClock):
    """The clock of a hub: its time may be wrong, its seconds since the start are not."""

    def __init__(self, begin: datetime) -> None:
        super().__init__(begin)
        self.begin = begin
        self.offset = timedelta()

    def now(self) -> datetime:
        """What the hub believes."""
        return self.at + self.offset

    def monotonic(self) -> float:
        """Seconds that always go forward."""
        return (self.at - self.begin).total_seconds()


class _Firm:
    """A hub's services over a database, and who works with them."""

    def __init__(self, folder: Path, begin: datetime) -> None:
        self.clock = ShiftedClock(begin)
        self.database = open_database(str(folder / "hub.db"), None, self.clock)
        found_firm(self.database)
        self.desk = ServiceDesk(self.database, self.clock)
        self.clocks = Clocks(self.database, self.clock, open_books)
        shop = ShopExecutor(HouseBooks(self.database, open_books))
        self.worker = EffectWorker(self.database, [shop], CaseProjector(), self.clock, "w", TENANT)
        self.snoozed: list[str] = []
        self.promised: list[tuple[str, str]] = []
        self.given = 0

    def look(self) -> None:
        """What a hub does every few seconds."""
        self.clocks.tick()
        while self.worker.step():
            continue

    def act(self) -> None:
        """A refund with undo time, a case put off for ten minutes, a promise for in twenty."""
        self.refund()
        case_id = self.desk.open_case()
        self.desk.give(SnoozeCase(case_id=case_id, until=self.clock.at + timedelta(minutes=10)))
        self.snoozed.append(case_id)
        promised = Promise(
            promise_id=derived_id("promise", case_id),
            case_id=case_id,
            customer_id=ERIKA,
            what="call_back",
            due_at=self.clock.at + timedelta(minutes=20),
            owner_id=self.desk.person.person_id,
            made_at=self.clock.now(),
            made_by=self.desk.person.person_id,
        )
        self.database.run(TENANT, lambda tx: tx.put(promised))
        self.promised.append((case_id, promised.promise_id))

    def refund(self) -> bool:
        """Give money back, if it is allowed; returns whether it was."""
        step = Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(_AMOUNT))
        body = Decide(case_id=self.desk.open_case(), customer_id=ERIKA, steps=(step,), undo_left_s=_UNDO_S)
        is_allowed = isinstance(self.desk.give(body), Scheduled)
        self.given += _AMOUNT if is_allowed else 0
        return is_allowed


def _one(folder: Path, name: str, begin: datetime, shift: timedelta) -> list[str]:
    firm = _Firm(folder, begin)
    try:
        firm.look()
        firm.act()
        firm.clock.offset = shift
        firm.look()
        firm.act()
        firm.clock.pass_by(timedelta(minutes=1))
        firm.look()
        firm.act()
        firm.clock.offset = timedelta()
        for _ in range(24):
            firm.look()
            firm.clock.pass_by(timedelta(minutes=5))
        return [f"{one[:4]} {name}: {one[5:]}" for one in _asked(firm, shift)]
    finally:
        firm.database.close()


def _asked(firm: _Firm, shift: timedelta) -> list[str]:
    database = firm.database
    late = database.look(lambda session: session.rows(_UNSETTLED, t=TENANT))
    broken = [f"i21: effect {row[0]} is {row[1]}" for row in late]
    if abs(shift) < timedelta(seconds=_UNDO_S):
        early = database.look(lambda session: session.rows(_TOO_EARLY, t=TENANT, undo=_UNDO_S * 500_000))
        broken += [f"i16: {row[0]} left before its undo time was over" for row in early]
    cases = database.read(TENANT, lambda tx: tx.get_many(Case, firm.snoozed))
    broken += [f"i21: case {one} still sleeps" for one in firm.snoozed if cases[one].snoozed_until]
    for case_id, promise_id in firm.promised:
        lines = database.read(TENANT, lambda tx, one=case_id: tx.case_file(one).messages)  # type: ignore[misc]
        if not any(line.code == "promise.overdue" for line in lines):
            broken.append(f"i21: nobody was told that the promise {promise_id} is due")
    for _ in range(12):
        firm.refund()
    window = LIMITS[0].per_customer
    assert window is not None
    if abs(shift) < timedelta(days=window.window_days) and firm.given > window.amount:
        broken.append(f"i03: {firm.given} were given, {window.amount} are allowed")
    if firm.given < 4 * _AMOUNT:
        broken.append(f"i03: only {firm.given} could be given")
    found = database.check_invariants(TENANT)
    return broken + [f"{rule[:3]}: {rule}: {', '.join(ids[:3])}" for rule, ids in found.items()]


def play_all(names: Iterable[str] = SHIFTS) -> tuple[int, list[str]]:
    """Play shifts; how many, and what broke."""
    broken: list[str] = []
    wanted = [(name, SHIFTS[name]) for name in names]
    for name, (begin, shift) in wanted:
        with tempfile.TemporaryDirectory() as folder:
            broken += _one(Path(folder), name, begin, shift)
    return len(wanted), broken
