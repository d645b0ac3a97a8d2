"""Documents and their feed: one row per entity and scope, in the order of commits, nothing missed."""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from functools import partial

import pytest

from tests.hub.service_desk import LISA, ServiceDesk
from tests.hub.small_firm import ERIKA, TEAM, TENANT, SetClock
from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.errors import RuleViolation
from workstation.casework.people import Person, Team
from workstation.casework.promise import Promise
from workstation.casework.wire.sync import PullRequest
from workstation.hub.ports import Tx
from workstation.hub.services.clocks import Clocks
from workstation.hub.services.feed import Feed
from workstation.hub.storage.database import SqlDatabase

OTHER = "01890000-0000-7000-8000-0000000000ff"


def a_case(place: int, /, team_id: str = TEAM, customer_id: str = "", **more: object) -> Case:
    from tests.hub.small_firm import NOW

    case_id = f"01890000-0000-7000-8000-{place:012d}"
    fields = {"subject": f"Fall {place}", "opened_at": NOW, **more}
    return Case(case_id=case_id, team_id=team_id, customer_id=customer_id, **fields)  # type: ignore[arg-type]


def _put_subject(tx: Tx, subject: str) -> None:
    tx.put(a_case(1, subject=subject))


def rows_of(database: SqlDatabase, scope: str, after: int = 0) -> list[tuple[str, str, int, bool]]:
    page = database.pull(TENANT, [scope], {scope: after}, 1000, 2**20)
    return [(row.entity, row.id, row.seq, row.gone) for row in page.rows]


def test_put_get_and_revisions(firm: SqlDatabase) -> None:
    first = firm.run(TENANT, lambda tx: tx.put(a_case(1)))
    assert first.rev == 1

    def change(tx: Tx) -> Case:
        found = tx.get(Case, first.case_id)
        assert found == first
        return tx.put(a_case(1, subject="neu"))

    assert firm.run(TENANT, change).rev == 2
    stored = firm.read(TENANT, lambda tx: tx.get(Case, first.case_id))
    assert stored is not None and (stored.rev, stored.subject) == (2, "neu")


def test_an_unchanged_entity_makes_no_noise(firm: SqlDatabase) -> None:
    firm.run(TENANT, lambda tx: tx.put(a_case(1)))
    heads = firm.heads()
    assert firm.run(TENANT, lambda tx: tx.put(a_case(1))).rev == 1
    assert firm.heads() == heads


def test_several_puts_in_one_transaction_are_one_revision(firm: SqlDatabase) -> None:
    def work(tx: Tx) -> Case:
        tx.put(a_case(1))
        tx.put(a_case(1, subject="b"))
        return tx.put(a_case(1, subject="c"))

    assert firm.run(TENANT, work).rev == 1
    assert (
        firm.run(TENANT, lambda tx: (tx.put(a_case(1, subject="d")), tx.put(a_case(1, subject="e"))))[1].rev
        == 2
    )


def test_one_feed_row_per_entity_and_scope(firm: SqlDatabase) -> None:
    for subject in ("a", "b", "c"):
        firm.run(TENANT, partial(_put_subject, subject=subject))
    assert [row[:2] for row in rows_of(firm, f"team:{TEAM}")] == [("case", a_case(1).case_id)]


def test_a_customer_follows_the_first_case_and_leaves_with_the_last(firm: SqlDatabase) -> None:
    scope = f"team:{TEAM}"
    assert rows_of(firm, scope) == []
    firm.run(TENANT, lambda tx: tx.put(a_case(1, customer_id=ERIKA)))
    assert {row[0] for row in rows_of(firm, scope)} == {"case", "customer", "order", "payment"}
    firm.run(TENANT, lambda tx: tx.put(a_case(1, customer_id="")))
    assert {row[0]: row[3] for row in rows_of(firm, scope)} == {
        "case": False,
        "customer": True,
        "order": True,
        "payment": True,
    }


def test_a_customer_known_in_two_teams_stays_in_the_other(firm: SqlDatabase) -> None:
    firm.run(TENANT, lambda tx: tx.put(Team(team_id=OTHER, name="B")))
    firm.run(TENANT, lambda tx: (tx.put(a_case(1, customer_id=ERIKA)), tx.put(a_case(2, OTHER, ERIKA))))
    firm.run(TENANT, lambda tx: tx.put(a_case(1, OTHER, ERIKA)))
    gone = {row[0]: row[3] for row in rows_of(firm, f"team:{TEAM}")}
    there = {row[0]: row[3] for row in rows_of(firm, f"team:{OTHER}")}
    assert set(gone.values()) == {True} and set(there.values()) == {False}
    assert set(gone) == set(there) == {"case", "customer", "order", "payment"}


def test_removing_leaves_a_tombstone(firm: SqlDatabase) -> None:
    firm.run(TENANT, lambda tx: tx.put(a_case(1)))
    firm.run(TENANT, lambda tx: tx.remove(Case, a_case(1).case_id))
    assert firm.read(TENANT, lambda tx: tx.get(Case, a_case(1).case_id)) is None
    assert [row[3] for row in rows_of(firm, f"team:{TEAM}")] == [True]
    firm.run(TENANT, lambda tx: tx.put(a_case(1), is_new=True))
    assert [row[3] for row in rows_of(firm, f"team:{TEAM}")] == [False]


def test_a_failed_transaction_leaves_nothing(firm: SqlDatabase) -> None:
    heads = firm.heads()

    def work(tx: Tx) -> None:
        tx.put(a_case(1))
        tx.next_number("case")
        raise RuleViolation("case.unknown")

    with pytest.raises(RuleViolation):
        firm.run(TENANT, work)
    assert firm.heads() == heads
    assert firm.run(TENANT, lambda tx: tx.next_number("case")) == 1


def test_a_savepoint_takes_back_its_own_part_only(firm: SqlDatabase) -> None:
    def bad(tx: Tx) -> None:
        tx.put(a_case(2))
        tx.put(a_case(1, subject="verdorben"))
        tx.audit("x", actor="", subject="")
        raise RuleViolation("case.unknown")

    def work(tx: Tx) -> None:
        tx.put(a_case(1, subject="gut"))
        with pytest.raises(RuleViolation):
            tx.savepoint(lambda: bad(tx))
        tx.savepoint(lambda: tx.put(a_case(3)))

    firm.run(TENANT, work)
    subjects = {one.subject for one in firm.read(TENANT, lambda tx: tx.open_cases())}
    assert subjects == {"gut", "Fall 3"}
    assert len(rows_of(firm, f"team:{TEAM}")) == 2
    assert firm.verify_audit(TENANT).unsealed == 0


def test_reading_cannot_write(firm: SqlDatabase) -> None:
    with pytest.raises(RuntimeError):
        firm.read(TENANT, lambda tx: tx.put(a_case(1)))


def test_pages_by_rows_and_bytes_lose_nothing(firm: SqlDatabase) -> None:
    for start in range(0, 60, 20):

        def work(tx: Tx, start: int = start) -> None:
            for number in range(start, start + 20):
                tx.put(a_case(number + 1))

        firm.run(TENANT, work)
    scopes = ["reference", f"team:{TEAM}"]
    for limit, size in ((7, 2**20), (1000, 1000), (1000, 1)):
        cursors: dict[str, int] = {}
        seen: list[tuple[str, str]] = []
        more = True
        while more:
            page = firm.pull(TENANT, scopes, cursors, limit, size)
            assert len(page.rows) <= limit and page.rows
            seen += [(row.entity, row.id) for row in page.rows]
            cursors, more = page.cursors, page.more
        assert len(seen) == len(set(seen)) == 62
        assert cursors == page.heads


def test_bodies_go_through_unread(firm: SqlDatabase) -> None:
    firm.run(TENANT, lambda tx: tx.put(a_case(1, subject="Schale „kaputt“ 😀")))
    [row] = firm.pull(TENANT, [f"team:{TEAM}"], {}, 10, 2**20).rows
    assert row.body is not None
    import msgspec

    assert msgspec.json.decode(bytes(row.body), type=Case).subject == "Schale „kaputt“ 😀"


def test_feed_service_names_what_is_wrong_with_a_cursor(firm: SqlDatabase, clock: SetClock) -> None:
    feed = Feed(firm, TENANT, clock)
    answer = feed.pull(["reference"], PullRequest())
    assert answer.rows and answer.generation == firm.generation and not answer.more
    with pytest.raises(RuleViolation, match=r"feed\.cursor_ahead"):
        feed.pull(["reference"], PullRequest(cursors={"reference": 99}))
    with pytest.raises(RuleViolation, match=r"feed\.generation_changed"):
        feed.pull(["reference"], PullRequest(generation="other"))
    firm.outside(lambda s: s.do("UPDATE scope SET floor_seq = 2 WHERE scope_id = 'reference'"))
    with pytest.raises(RuleViolation, match=r"feed\.cursor_below_floor"):
        feed.pull(["reference"], PullRequest(cursors={"reference": 1}))
    assert feed.pull(["reference"], PullRequest()).rows


def test_digest_is_told_at_the_head_only_and_follows_revisions(firm: SqlDatabase) -> None:
    firm.run(TENANT, lambda tx: tx.put(a_case(1)))
    scope = f"team:{TEAM}"
    first = firm.digest(TENANT, scope, 1)
    assert first is not None and first.count == 1
    firm.run(TENANT, lambda tx: tx.put(a_case(1, subject="neu")))
    assert firm.digest(TENANT, scope, 1) is None
    second = firm.digest(TENANT, scope, 2)
    assert second is not None and second.count == 1
    assert len(first.differing(second.buckets)) == 1


def test_tenants_never_see_one_another(firm: SqlDatabase) -> None:
    other = "01890000-0000-7000-8000-00000000f001"
    firm.create_tenant(other)
    firm.run(TENANT, lambda tx: tx.put(a_case(1, customer_id=ERIKA)))
    assert firm.read(other, lambda tx: tx.get(Case, a_case(1).case_id)) is None
    assert firm.read(other, lambda tx: tx.search("erika")) == ()
    assert firm.read(other, lambda tx: tx.reference().teams) == {}
    assert firm.pull(other, [f"team:{TEAM}", "reference"], {}, 100, 2**20).rows == ()
    firm.run(other, lambda tx: tx.put(a_case(1, subject="meins")))
    mine = firm.read(TENANT, lambda tx: tx.get(Case, a_case(1).case_id))
    assert mine is not None and mine.subject == "Fall 1"


def test_finding(firm: SqlDatabase) -> None:
    firm.run(
        TENANT, lambda tx: tx.put(a_case(7, customer_id=ERIKA, number=7, customer_name="Erika Beispiel"))
    )
    firm.run(TENANT, lambda tx: tx.put(a_case(8, number=8, status="solved", subject="100 % Rabatt_")))

    def ask(tx: Tx) -> None:
        assert [one.number for one in tx.search("BEISP") if isinstance(one, Case)] == [7]
        assert [one.name for one in tx.search("kundin.test") if isinstance(one, Customer)] == [
            "Erika Beispiel"
        ]
        assert [one.number for one in tx.search("100 %") if isinstance(one, Case)] == [8]
        assert tx.search("_x") == () and tx.search("  ") == ()
        assert [one.number for one in tx.open_cases()] == [7]
        assert [one.number for one in tx.cases_of_customer(ERIKA)] == [7]
        found = tx.case_by_number(8)
        assert found is not None and found.status == "solved"
        customer = tx.customer_by_identity("email", "erika@kundin.test")
        assert customer is not None and customer.customer_id == ERIKA
        assert tx.customer_by_identity("phone", "erika@kundin.test") is None
        kinds = [type(one).__name__ for one in tx.customer_file(ERIKA)]
        assert kinds == ["Customer", "Order", "Payment"]

    firm.read(TENANT, ask)


def test_an_address_belongs_to_one_customer(firm: SqlDatabase, clock: SetClock) -> None:
    from workstation.hub.services.identity import identity

    other = Customer(
        customer_id=OTHER,
        name="Max",
        identities=(identity("email", "ERIKA@kundin.test", at=clock.now(), by="rule:import"),),
    )
    with pytest.raises(RuleViolation, match=r"identity\.linked_elsewhere"):
        firm.run(TENANT, lambda tx: tx.put(other))


def test_a_login_is_taken_once(firm: SqlDatabase) -> None:
    firm.run(TENANT, lambda tx: tx.put(LISA))
    with pytest.raises(RuleViolation, match=r"person\.login_taken"):
        firm.run(
            TENANT,
            lambda tx: tx.put(Person(person_id=OTHER, name="L", login="LISA", role="agent", team_id=TEAM)),
        )


def test_reference_data_is_remembered_until_it_changes(firm: SqlDatabase) -> None:
    assert set(firm.read(TENANT, lambda tx: tx.reference().teams)) == {TEAM}

    def add(tx: Tx) -> set[str]:
        tx.reference()
        tx.put(Team(team_id=OTHER, name="B"))
        return set(tx.reference().teams)

    assert firm.run(TENANT, add) == {TEAM, OTHER}
    assert set(firm.read(TENANT, lambda tx: tx.reference().teams)) == {TEAM, OTHER}

    def fail(tx: Tx) -> None:
        tx.put(Team(team_id=OTHER, name="verdorben"))
        tx.reference()
        raise RuleViolation("case.unknown")

    with pytest.raises(RuleViolation):
        firm.run(TENANT, fail)
    assert firm.read(TENANT, lambda tx: tx.reference().teams[OTHER].name) == "B"


def test_readers_see_every_change_once_and_in_order_while_many_write(firm: SqlDatabase) -> None:
    """Heads handed out are never undercut: a reader that follows the cursor ends with what is stored."""
    scope = f"team:{TEAM}"
    writers, each = 4, 25
    errors: list[BaseException] = []
    is_over = threading.Event()

    def write(seed: int) -> None:
        chance = random.Random(seed)
        try:
            for _ in range(each):
                number = chance.randrange(1, 12)
                firm.run(TENANT, partial(_raise_number, number=number))
        except BaseException as error:
            errors.append(error)

    seen: dict[str, int] = {}

    def read() -> None:
        cursor = 0
        try:
            while True:
                was_over = is_over.is_set()
                page = firm.pull(TENANT, [scope], {scope: cursor}, 5, 2**20)
                for row in page.rows:
                    assert row.seq > cursor
                    assert row.rev >= seen.get(row.id, 0)
                    seen[row.id] = row.rev
                assert page.cursors[scope] >= cursor
                cursor = page.cursors[scope]
                if was_over and not page.more:
                    return
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(seed,)) for seed in range(writers)]
    reader = threading.Thread(target=read)
    for thread in [*threads, reader]:
        thread.start()
    for thread in threads:
        thread.join()
    is_over.set()
    reader.join()
    assert not errors, errors
    stored = {one.case_id: one.rev for one in firm.read(TENANT, lambda tx: tx.open_cases())}
    assert seen == stored
    assert sum(stored.values()) == writers * each == firm.heads()[TENANT, scope]


def _raise_number(tx: Tx, number: int) -> None:
    found = tx.case_file(a_case(number).case_id, lock=True).case
    subject = str(int(found.subject) + 1) if found is not None else "1"
    tx.put(a_case(number, subject=subject))


def test_lost_updates_run_again(firm: SqlDatabase) -> None:
    """Counting without a lock is right too: whoever was late runs again on what the other stored."""
    firm.run(TENANT, lambda tx: tx.put(a_case(1, subject="0")))
    errors: list[BaseException] = []

    def count(tx: Tx) -> None:
        found = tx.get(Case, a_case(1).case_id)
        assert found is not None
        tx.put(a_case(1, subject=str(int(found.subject) + 1)))

    def work() -> None:
        try:
            for _ in range(10):
                firm.run(TENANT, count)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors
    found = firm.read(TENANT, lambda tx: tx.get(Case, a_case(1).case_id))
    assert found is not None and found.subject == "30"


def test_numbers_have_no_gaps(firm: SqlDatabase) -> None:
    taken: list[int] = []

    def work() -> None:
        for _ in range(10):
            taken.append(firm.run(TENANT, lambda tx: tx.next_number("credit_note")))

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 31))


def test_snoozed_cases_wake_and_promises_that_fall_due_are_told_once(
    firm: SqlDatabase, clock: SetClock
) -> None:
    desk = ServiceDesk(firm, clock)
    case_id = desk.open_case()
    until = clock.now() + timedelta(hours=1)

    def snooze(tx: Tx) -> None:
        import msgspec

        found = tx.get(Case, case_id)
        assert found is not None
        tx.put(msgspec.structs.replace(found, status="snoozed", snoozed_until=until))
        tx.put(
            Promise(
                promise_id=OTHER,
                case_id=case_id,
                customer_id=ERIKA,
                what="call_back",
                due_at=until,
                owner_id=LISA.person_id,
                made_at=clock.now(),
                made_by=LISA.person_id,
            )
        )

    firm.run(TENANT, snooze)
    clocks = Clocks(firm, clock)
    assert clocks.tick() == 0
    clock.pass_by(timedelta(minutes=61))
    assert clocks.tick() == 1
    assert desk.case(case_id).status == "open"
    assert clocks.tick() == 0
    assert Clocks(firm, clock).tick() == 0
    codes = [
        one.code for one in firm.read(TENANT, lambda tx: tx.messages_of(case_id)) if one.kind == "system"
    ]
    assert sorted(codes) == ["case.woke", "promise.overdue"]


def test_old_tombstones_go_and_raise_the_floor(firm: SqlDatabase, clock: SetClock) -> None:
    scope = f"team:{TEAM}"
    firm.run(TENANT, lambda tx: (tx.put(a_case(1)), tx.put(a_case(2)), tx.put(a_case(3)))[0])
    firm.run(TENANT, lambda tx: tx.remove(Case, a_case(1).case_id))
    clock.pass_by(timedelta(days=100))
    firm.run(TENANT, lambda tx: tx.remove(Case, a_case(2).case_id))
    assert firm.tidy(clock.now()) == 0
    clock.pass_by(timedelta(days=81))
    assert firm.tidy(clock.now()) == 1
    page = firm.pull(TENANT, [scope], {scope: 3}, 10, 2**20)
    assert page.below_floor == (scope,) and page.rows == ()
    assert firm.pull(TENANT, [scope], {scope: 4}, 10, 2**20).below_floor == ()
    assert [row[3] for row in rows_of(firm, scope)] == [False, True]
