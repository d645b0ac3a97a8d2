"""The working set: what is closed for long leaves the feed in small cuts, and comes back when touched."""

from datetime import timedelta

import msgspec
import pytest

from tests.hub.small_firm import ERIKA, ORDER, PAYMENT, TEAM, TENANT, SetClock
from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.ids import derived_id
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.records import Order
from workstation.hub.ports import Tx
from workstation.hub.services.online_search import OnlineSearch
from workstation.hub.services.working_set import MOST_ROWS, WorkingSet
from workstation.hub.storage.database import SqlDatabase

SCOPE = f"team:{TEAM}"
OTHER = "01890000-0000-7000-8000-0000000000aa"


def a_case(tx: Tx, name: str, *, customer_id: str = "", days: int = 40, **fields: object) -> Case:
    given = {
        "case_id": derived_id("away", name),
        "team_id": TEAM,
        "opened_at": tx.now - timedelta(days=days + 5),
        "customer_id": customer_id,
        "subject": name,
        "status": "solved",
        "solved_at": tx.now - timedelta(days=days),
    }
    return tx.put(Case(**{**given, **fields}))  # type: ignore[arg-type]


def a_letter(tx: Tx, case: Case, name: str = "1") -> Message:
    return tx.put(
        Message(
            message_id=derived_id("letter", case.case_id, name),
            case_id=case.case_id,
            kind="inbound",
            at=case.opened_at,
            author_id="customer",
            text="Guten Tag",
        )
    )


def at_desks(database: SqlDatabase, scope: str = SCOPE) -> set[str]:
    """What a desk has that pulled from the beginning."""
    found: set[str] = set()
    cursor, more = 0, True
    while more:
        page = database.pull(TENANT, [scope], {scope: cursor}, 200, 1_000_000)
        for row in page.rows:
            (found.discard if row.gone else found.add)(row.id)
        cursor, more = page.cursors[scope], page.more
    return found


def tidy(database: SqlDatabase, clock: SetClock) -> int:
    return WorkingSet(database, TENANT, clock).tidy()


def test_closed_for_long_leaves_with_all_that_hangs_on_it(firm: SqlDatabase, clock: SetClock) -> None:
    def work(tx: Tx) -> dict[str, str]:
        old = a_case(tx, "old", customer_id=ERIKA)
        return {
            "old": old.case_id,
            "letter": a_letter(tx, old).message_id,
            "recent": a_case(tx, "recent", days=10).case_id,
            "open": a_case(tx, "open", status="open", solved_at=None).case_id,
            "answered": a_case(tx, "answered", last_inbound_at=tx.now - timedelta(days=2)).case_id,
            "planned": a_case(tx, "planned", follow_up_at=tx.now + timedelta(days=2)).case_id,
            "spam": a_case(tx, "spam", status="no_case", solved_at=None).case_id,
        }

    made = firm.run(TENANT, work)
    assert at_desks(firm) == {*made.values(), ERIKA, ORDER, PAYMENT}
    assert tidy(firm, clock) == 6
    assert at_desks(firm) == {made[name] for name in ("recent", "open", "answered", "planned")}
    assert tidy(firm, clock) == 0
    head = firm.heads()[TENANT, SCOPE]
    sums = firm.digest(TENANT, SCOPE, head)
    assert sums is not None and sums.count == 4
    # Asked for by name it is all there.
    search = OnlineSearch(firm, TENANT)
    assert made["old"] in {row.id for row in search.find("Erika", (SCOPE,)).rows} | {
        row.id for row in search.find("old", (SCOPE,)).rows
    }
    file = {row.id for row in search.case(made["old"], (SCOPE,)).rows}
    assert file == {made["old"], made["letter"], ERIKA, ORDER, PAYMENT}


def test_the_records_stay_while_the_customer_has_another_case(firm: SqlDatabase, clock: SetClock) -> None:
    def work(tx: Tx) -> tuple[str, str]:
        return a_case(tx, "old", customer_id=ERIKA).case_id, a_case(
            tx, "new", customer_id=ERIKA, status="open", solved_at=None
        ).case_id

    _, new = firm.run(TENANT, work)
    assert tidy(firm, clock) == 1
    assert at_desks(firm) == {new, ERIKA, ORDER, PAYMENT}


def test_another_team_keeps_the_records_it_needs(firm: SqlDatabase, clock: SetClock) -> None:
    def work(tx: Tx) -> str:
        a_case(tx, "old", customer_id=ERIKA)
        return a_case(tx, "there", customer_id=ERIKA, team_id=OTHER, status="open", solved_at=None).case_id

    there = firm.run(TENANT, work)
    tidy(firm, clock)
    assert at_desks(firm) == set()
    assert at_desks(firm, f"team:{OTHER}") == {there, ERIKA, ORDER, PAYMENT}


@pytest.mark.parametrize("how", ["reopened", "tagged"])
def test_a_touched_case_comes_back_whole(firm: SqlDatabase, clock: SetClock, how: str) -> None:
    def work(tx: Tx) -> Case:
        case = a_case(tx, "old", customer_id=ERIKA)
        a_letter(tx, case)
        return case

    case = firm.run(TENANT, work)
    before = at_desks(firm)
    tidy(firm, clock)
    assert at_desks(firm) == set()

    def touch(tx: Tx) -> None:
        found = tx.get(Case, case.case_id)
        assert found is not None
        changed: dict[str, object] = {"status": "open"} if how == "reopened" else {"tags": ("alt",)}
        if how == "tagged":
            changed["last_inbound_at"] = tx.now
        tx.put(msgspec.structs.replace(found, **changed))
        a_letter(tx, found, "2")

    firm.run(TENANT, touch)
    assert at_desks(firm) == before | {derived_id("letter", case.case_id, "2")}
    assert tidy(firm, clock) == 0


def test_what_happens_beside_it_leaves_it_away(firm: SqlDatabase, clock: SetClock) -> None:
    def work(tx: Tx) -> Case:
        case = a_case(tx, "old", customer_id=ERIKA)
        a_letter(tx, case)
        return case

    case = firm.run(TENANT, work)
    tidy(firm, clock)

    def touch(tx: Tx) -> None:
        order, customer = tx.get(Order, ORDER), tx.get(Customer, ERIKA)
        assert order is not None and customer is not None
        tx.put(msgspec.structs.replace(order, number="B-2"))
        tx.put(msgspec.structs.replace(customer, name="Erika Neu"))
        a_letter(tx, case, "remade")

    firm.run(TENANT, touch)
    assert at_desks(firm) == set()
    new = firm.run(TENANT, lambda tx: a_case(tx, "new", customer_id=ERIKA, status="open", solved_at=None))
    assert at_desks(firm) == {new.case_id, ERIKA, ORDER, PAYMENT}


def test_cuts_are_small_and_a_kill_in_between_loses_nothing(firm: SqlDatabase, clock: SetClock) -> None:
    def work(tx: Tx) -> None:
        for number in range(130):
            case = a_case(tx, f"n{number}", customer_id=ERIKA if number < 2 else "")
            for letter in range(9):
                a_letter(tx, case, str(letter))
        for number in range(700):
            tx.put(
                Order(
                    order_id=derived_id("order", str(number)),
                    number=f"B-{number}",
                    customer_id=ERIKA,
                    placed_at=tx.now,
                    lines=(),
                    shipping=Money(0),
                )
            )

    firm.run(TENANT, work)
    assert len(at_desks(firm)) == 130 * 10 + 703
    before, moved, last = clock.now() - timedelta(days=30), 0, firm.heads()[TENANT, SCOPE]
    while step := firm.send_away(TENANT, before, MOST_ROWS):
        head = firm.heads()[TENANT, SCOPE]
        assert head - last == step <= MOST_ROWS
        assert firm.check_invariants(TENANT) == {}
        moved, last = moved + step, head
    assert moved == 130 * 10 + 703
    assert at_desks(firm) == set()


def test_it_begins_at_night_and_once(firm: SqlDatabase, clock: SetClock) -> None:
    shelf = WorkingSet(firm, TENANT, clock)
    clock.at = clock.at.replace(hour=14)
    assert not shelf.is_due()
    clock.at = clock.at.replace(hour=2) + timedelta(days=1)
    assert shelf.is_due()
    shelf.tidy()
    assert not shelf.is_due()
    clock.pass_by(timedelta(hours=23))
    assert shelf.is_due()
    clock.pass_by(timedelta(hours=14))
    assert not shelf.is_due()
    clock.pass_by(timedelta(hours=24))
    assert shelf.is_due()
