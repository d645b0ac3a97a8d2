"""Contract of the port Replica: pages, scopes, overlay, queue order, counters, timeline, find."""

from __future__ import annotations

import random
from datetime import date, timedelta

import msgspec

from tests.desk.materials import NOW, PEOPLE, PERSON, SCOPE, TEAM, Feed, a_case, a_customer, a_message, an_id
from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.people import Person
from workstation.casework.records import Invoice, Order, OrderLine, ParcelEvent, Payment, Shipment, WorkOrder
from workstation.ports import InboxFilter, Key, QueueCounts, QueueItem, Replica

SOON, TODAY = NOW + timedelta(minutes=30), NOW + timedelta(hours=14)


def an_order(name: object, **fields: object) -> Order:
    given = {
        "order_id": an_id("order", name),
        "number": f"B-{10000 + int(str(name)) if str(name).isdigit() else 10482}",
        "customer_id": an_id("customer", name),
        "placed_at": NOW - timedelta(days=3),
        "lines": (OrderLine(line_id="l1", name="Schale meteorgrau", quantity=2, unit_price=Money(2490)),),
        "shipping": Money(490),
        "rev": 1,
    }
    return Order(**{**given, **fields})  # type: ignore[arg-type]


def names(rows: tuple[QueueItem, ...]) -> list[str]:
    return [row.subject.removeprefix("Anliegen ") for row in rows]


def counts(replica: Replica, filter: InboxFilter | None = None) -> QueueCounts:
    return replica.queue_counts(filter or InboxFilter(), NOW, SOON, TODAY)


def test_an_empty_replica_answers_everything_with_nothing(replica: Replica) -> None:
    assert replica.cursors() == ("", {})
    assert replica.queue_page(InboxFilter(), None, 10) == ()
    assert replica.case(an_id("case", "x")).entities == ()
    assert replica.get(Person, PERSON.person_id) is None
    assert replica.find("schale") == ()
    assert replica.timeline("x", "all", None, 10) == ()
    assert counts(replica).all == 0


def test_a_page_and_its_cursors_are_there_together(replica: Replica) -> None:
    feed, case = Feed(), a_case("1", due_in=20)
    changes = replica.apply_page(feed.page(case, a_customer("1"), a_message(case)))
    assert changes.cases == {case.case_id}
    assert changes.customers == {case.customer_id}
    assert not changes.reference
    assert replica.cursors() == ("g1", {SCOPE: 3})
    assert replica.get(Case, case.case_id) == case
    documents = replica.case(case.case_id)
    assert documents.of(Customer) == (a_customer("1"),)
    assert [item.text for item in documents.messages()] == ["Die Schale ist zerbrochen."]
    assert replica.apply_page(feed.page(*PEOPLE, scope="reference")).reference
    assert replica.all_of(Person) == (PERSON,)


def test_an_older_revision_never_overwrites_a_newer_one(replica: Replica) -> None:
    feed = Feed()
    replica.apply_page(feed.page(a_case("1", rev=5, subject="neu")))
    replica.apply_page(feed.page(a_case("1", rev=4, subject="alt")))
    case = replica.get(Case, an_id("case", "1"))
    assert case is not None and (case.rev, case.subject) == (5, "neu")


def test_a_row_lives_while_it_is_in_one_scope(replica: Replica) -> None:
    feed, case = Feed(), a_case("1", due_in=5)
    both = (SCOPE, "team:2", "reference")
    replica.apply_page(feed.page(case, scopes=both))
    replica.apply_page(feed.page(case, scope="team:2", scopes=both))
    replica.apply_page(feed.page(gone=(("case", case.case_id),), scopes=both))
    assert replica.get(Case, case.case_id) == case
    changes = replica.apply_page(feed.page(scope="team:2", gone=(("case", case.case_id),), scopes=both))
    assert changes.cases == {case.case_id}
    assert replica.get(Case, case.case_id) is None
    assert replica.queue_page(InboxFilter(), None, 10) == ()
    assert replica.find("Anliegen") == ()
    assert counts(replica).all == 0


def test_a_scope_the_person_has_lost_is_purged(replica: Replica) -> None:
    feed, case = Feed(), a_case("1", due_in=5)
    replica.apply_page(feed.page(case))
    replica.apply_page(feed.page(*PEOPLE, scope="reference"))
    feed.heads.pop(SCOPE)
    changes = replica.apply_page(feed.page(scopes=("reference",)))
    assert changes.cases == {case.case_id}
    assert replica.get(Case, case.case_id) is None
    assert replica.all_of(Person) == (PERSON,)
    assert set(replica.cursors()[1]) == {"reference"}


def test_after_a_restart_of_the_cursors_what_is_not_sent_again_goes(replica: Replica) -> None:
    old = Feed()
    replica.apply_page(old.page(a_case("stays", due_in=1), a_case("goes", due_in=2)))
    replica.reset("")
    assert replica.cursors() == ("", {})
    assert len(replica.queue_page(InboxFilter(), None, 10)) == 2
    new = Feed("g2")
    replica.apply_page(new.page(a_case("stays", due_in=1), more=True))
    assert len(replica.queue_page(InboxFilter(), None, 10)) == 2
    replica.apply_page(new.page(a_case("new", due_in=3)))
    assert names(replica.queue_page(InboxFilter(), None, 10)) == ["stays", "new"]
    assert replica.cursors() == ("g2", {SCOPE: 2})


def test_the_queue_is_in_order_of_what_is_due(replica: Replica) -> None:
    cases = [
        a_case("mail", due_in=10),
        a_case("chat", due_in=10, channel="chat"),
        a_case("phone", due_in=10, channel="phone"),
        a_case("promise", due_in=10, due_kind="promise"),
        a_case("late", due_in=-5),
        a_case("never"),
        a_case("snoozed", due_in=1, due_kind="snooze", status="snoozed"),
        a_case("waiting", status="waiting", waiting_since=None),
        a_case("solved", status="solved", waiting_since=None),
        a_case("spam", status="no_case"),
        a_case("lost", status="waiting", has_undelivered=True, due_in=-60, due_kind="undelivered"),
        a_case("word", status="waiting", due_in=3, due_kind="promise"),
    ]
    random.Random(1).shuffle(cases)
    replica.apply_page(Feed().page(*cases))
    ours = ["lost", "late", "word", "promise", "chat", "phone", "mail", "never"]
    others = ["snoozed", "waiting"]
    assert names(replica.queue_page(InboxFilter(), None, 50)) == ours + others
    assert names(replica.queue_page(InboxFilter(), None, 50, waiting=False)) == ours
    assert names(replica.queue_page(InboxFilter(), None, 50, waiting=True)) == others


def test_pages_by_key_give_each_row_once(replica: Replica) -> None:
    cases = [a_case(n, due_in=n % 7) for n in range(60)]
    replica.apply_page(Feed().page(*cases))
    seen: list[str] = []
    after: Key | None = None
    while page := replica.queue_page(InboxFilter(), after, 7):
        seen.extend(row.case_id for row in page)
        after = page[-1].key
    assert seen == [row.case_id for row in replica.queue_page(InboxFilter(), None, 100)]
    assert sorted(seen) == sorted(case.case_id for case in cases)


def test_tabs_channel_and_words_narrow_the_queue(replica: Replica) -> None:
    mine = a_case("mine", due_in=1, assignee_id=PERSON.person_id)
    free = a_case("free", due_in=2, channel="chat")
    foreign = a_case("foreign", due_in=3, team_id="team-2", assignee_id=an_id("person", "x"))
    replica.apply_page(Feed().page(mine, free, foreign, a_message(free, text="Kopfhörer statt Kochbuch")))
    own = {"person_id": PERSON.person_id, "team_id": TEAM}

    def shown(**fields: str) -> list[str]:
        return names(replica.queue_page(InboxFilter(**{**own, **fields}), None, 9))  # type: ignore[arg-type]

    assert shown(tab="all") == ["mine", "free", "foreign"]
    assert shown(tab="mine") == ["mine"]
    assert shown(tab="team") == ["free"]
    assert shown(channel="chat") == ["free"]
    assert shown(text="kochb") == ["free"]
    assert shown(text="kopfhorer") == ["free"]
    assert shown(text="kopfhoerer") == ["free"]
    assert shown(text="Anliegen mine") == ["mine"]
    assert shown(text="nichts davon") == []
    assert shown(text='"*(') == []
    found = counts(replica, InboxFilter(tab="mine", person_id=PERSON.person_id, team_id=TEAM))
    assert (found.all, found.mine, found.team) == (3, 1, 1)


def test_sections_are_counted_by_the_clock(replica: Replica) -> None:
    dues = {"a": -5, "b": -1, "c": 10, "d": 29, "e": 200, "f": 3000}
    cases = [a_case(name, due_in=due) for name, due in dues.items()]
    replica.apply_page(Feed().page(*cases, a_case("g"), a_case("w", status="waiting", waiting_since=None)))
    found = counts(replica)
    assert found.sections == {
        "overdue": 2,
        "next_30_minutes": 2,
        "today": 1,
        "later": 2,
        "waiting_on_others": 1,
    }
    assert (found.all, found.overdue, found.due_soon) == (7, 2, 2)
    assert found.next_due_at == NOW + timedelta(minutes=10)


def test_counters_equal_the_rows_after_any_changes(replica: Replica) -> None:
    dice, feed = random.Random(7), Feed()
    people = ["", PERSON.person_id, an_id("person", "x")]
    for rev in range(1, 12):
        cases = [
            a_case(
                dice.randrange(15),
                rev=rev,
                assignee_id=dice.choice(people),
                status=dice.choice(["open", "waiting", "solved", "no_case"]),
                due_in=dice.randrange(-30, 900),
            )
            for _ in range(5)
        ]
        lost = (("case", an_id("case", dice.randrange(15))),)
        replica.apply_page(feed.page(*{case.case_id: case for case in cases}.values(), gone=lost))
        if dice.random() < 0.5:
            case = a_case(dice.randrange(15), status="waiting")
            replica.put_overlay(case.case_id, [case], dice.randrange(2))
        for tab in ("all", "mine", "team"):
            shown = InboxFilter(tab=tab, person_id=PERSON.person_id, team_id=TEAM)
            found = counts(replica, shown)
            rows = replica.queue_page(shown, None, 100, waiting=False)
            others = replica.queue_page(shown, None, 100, waiting=True)
            assert getattr(found, tab) == len(rows)
            assert found.sections["waiting_on_others"] == len(others)
            assert sum(found.sections.values()) == len(rows) + len(others)


def test_the_overlay_is_shown_and_the_base_stays(replica: Replica) -> None:
    case = a_case("1", due_in=5)
    replica.apply_page(Feed().page(case, a_customer("1"), a_message(case)))
    note = a_message(case, "note", kind="note", text="eigene Notiz", at=NOW)
    changed = a_case("1", due_in=600, assignee_id=PERSON.person_id)
    replica.put_overlay(case.case_id, [changed, note], 2)
    (row,) = replica.queue_page(InboxFilter(), None, 10)
    assert (row.assignee_id, row.pending) == (PERSON.person_id, 2)
    assert replica.queue_item(case.case_id) == row
    assert counts(replica).sections["today"] == 1
    seen = replica.case(case.case_id)
    assert [item.text for item in seen.messages()] == ["Die Schale ist zerbrochen.", "eigene Notiz"]
    assert replica.get(Message, note.message_id) == note
    assert replica.base_of_case(case.case_id).of(Case) == (case,)
    assert len(replica.base_of_case(case.case_id).messages()) == 1
    replica.put_overlay(case.case_id, [], 0)
    (row,) = replica.queue_page(InboxFilter(), None, 10)
    assert (row.assignee_id, row.pending) == ("", 0)
    assert replica.get(Message, note.message_id) is None


def test_a_case_that_exists_only_here_is_in_the_queue(replica: Replica) -> None:
    case = a_case("offline", number=None, due_in=5)
    replica.put_overlay(case.case_id, [case], 1)
    (row,) = replica.queue_page(InboxFilter(), None, 10)
    assert (row.number, len(row.code), row.pending) == (None, 4, 1)
    assert counts(replica).all == 1
    assert replica.case(case.case_id).of(Case) == (case,)
    replica.clear_overlay()
    assert replica.queue_page(InboxFilter(), None, 10) == ()
    assert counts(replica).all == 0


def test_the_records_of_the_customer_come_with_the_case(replica: Replica) -> None:
    case, order = a_case("1"), an_order("1")
    payment = Payment(
        payment_id=an_id("payment", "1"),
        order_id=order.order_id,
        customer_id=order.customer_id,
        method="card",
        captured=Money(8370),
        refunded=Money(0),
        captured_at=NOW,
        rev=1,
    )
    replica.apply_page(Feed().page(case, a_customer("1"), order, payment, an_order("2"), a_case("2")))
    documents = replica.case(case.case_id)
    assert documents.of(Order) == (order,)
    assert documents.of(Payment) == (payment,)
    assert replica.customer_records(order.customer_id).of(Order) == (order,)


def test_the_timeline_holds_all_records_newest_first(replica: Replica) -> None:
    case, order = a_case("1"), an_order("1")
    shipment = Shipment(
        shipment_id=an_id("shipment"),
        order_id=order.order_id,
        customer_id=order.customer_id,
        carrier="DHL",
        tracking_number="JJD00001",
        events=(
            ParcelEvent(at=NOW - timedelta(days=2), code="announced"),
            ParcelEvent(at=NOW - timedelta(days=1), code="failed_attempt"),
            ParcelEvent(at=NOW - timedelta(hours=3), code="delivered"),
        ),
        rev=1,
    )
    invoice = Invoice(
        invoice_id=an_id("invoice"),
        number="R-1",
        customer_id=order.customer_id,
        order_id=order.order_id,
        total=Money(8370),
        open=Money(0),
        issued_on=date(2026, 11, 1),
        due_on=date(2026, 11, 15),
        rev=1,
    )
    feed = Feed()
    # The message comes before its case: it finds its customer all the same.
    replica.apply_page(feed.page(a_message(case), order, shipment, invoice))
    replica.apply_page(feed.page(case))
    rows = replica.timeline(case.customer_id, "all", None, 10)
    assert [(row.entity, row.part) for row in rows] == [
        ("message", 0),
        ("shipment", 2),
        ("shipment", 1),
        ("order", 0),
        ("invoice", 0),
    ]
    assert [row.entity for row in replica.timeline(case.customer_id, "contacts", None, 10)] == ["message"]
    assert [row.entity for row in replica.timeline(case.customer_id, "money", None, 10)] == ["invoice"]
    replica.apply_page(feed.page(a_case("1", rev=2, customer_id=an_id("customer", "other"))))
    assert [row.entity for row in replica.timeline(an_id("customer", "other"), "all", None, 10)] == [
        "message"
    ]
    assert len(replica.timeline(case.customer_id, "all", None, 10)) == 4


def test_after_a_restore_under_the_same_name_the_older_revision_is_the_true_one(replica: Replica) -> None:
    feed = Feed()
    replica.apply_page(feed.page(a_case("a", rev=1, subject="Ruhe")))
    replica.apply_page(feed.page(a_case("a", rev=3, subject="Verloren")))
    replica.reset("", is_restored=True)
    assert replica.cursors() == ("", {})
    replica.apply_page(Feed().page(a_case("a", rev=2, subject="Zurückgeholt")))
    assert [row.subject for row in replica.queue_page(InboxFilter(), None, 10)] == ["Zurückgeholt"]


def test_after_a_restore_the_older_revision_is_the_true_one(replica: Replica) -> None:
    feed = Feed()
    replica.apply_page(feed.page(a_case("a", rev=1, subject="Ruhe")))
    replica.apply_page(feed.page(a_case("a", rev=3, subject="Verloren")))
    replica.reset("")
    restored = msgspec.structs.replace(
        Feed().page(a_case("a", rev=2, subject="Zurückgeholt")), generation="g2"
    )
    replica.apply_page(restored)
    (item,) = replica.queue_page(InboxFilter(), None, 10)
    assert item.subject == "Zurückgeholt"
    older = msgspec.structs.replace(feed.page(a_case("a", rev=1, subject="Älter")), generation="g2")
    replica.apply_page(older)
    assert [row.subject for row in replica.queue_page(InboxFilter(), None, 10)] == ["Zurückgeholt"]


def test_find_knows_names_numbers_and_words(replica: Replica) -> None:
    case = a_case("1", number=48213, subject="Größe der Schüssel")
    customer = a_customer("1", name="Jürgen Weiß")
    theirs = an_order("78", customer_id=customer.customer_id)
    message = a_message(case, text="Straße gesperrt")
    replica.apply_page(Feed().page(case, customer, an_order("77"), theirs, message))

    def found(text: str) -> set[str]:
        return {hit.entity for hit in replica.find(text)}

    assert found("48213") == {"case"}
    assert found("weiss") == {"customer"}
    assert found("juergen w") == {"customer"}
    assert found("jurgen") == {"customer"}
    assert found("schuess") == {"case"}
    assert found("strasse") == {"case"}
    assert found("B-10077") == {"order"}
    assert found("kunde-1@example.org") >= {"customer", "case"}
    assert found("' OR 'x'='x") == set()
    assert [hit.entity_id for hit in replica.recent_customers(5)] == [customer.customer_id]
    (named,) = replica.find("48213")
    assert (named.number, named.code, named.status, named.meta) == ("48213", "", "open", case.customer_name)
    assert [hit.meta for hit in replica.find("B-10077")] == [""], "an order of somebody not known here"
    assert [hit.meta for hit in replica.find("B-10078")] == ["Jürgen Weiß"]


def test_moved_due_times_move_the_row(replica: Replica) -> None:
    feed = Feed()
    replica.apply_page(feed.page(a_case("a", due_in=5), a_case("b", due_in=10)))
    replica.apply_page(feed.page(a_case("a", rev=2, due_in=540, due_kind="promise")))
    assert names(replica.queue_page(InboxFilter(), None, 10)) == ["b", "a"]


def test_open_work_comes_money_first_then_by_age_and_no_further(replica: Replica) -> None:
    def work(name: str, hours: int, rev: int = 1, **fields: object) -> WorkOrder:
        given = {"kind": "transfer", "created_at": NOW - timedelta(hours=hours), "customer_id": "c", **fields}
        return WorkOrder(work_order_id=an_id("work", name), rev=rev, **given)  # type: ignore[arg-type]

    feed = Feed()
    money = ("transfer", "till")
    orders = [work("young", 1), work("old", 30, kind="till"), work("done", 50, status="done")]
    older = work("parcel", 90, kind="expect_parcel")
    replica.apply_page(feed.page(*orders, work("gone", 60, status="withdrawn"), older))
    assert [one.work_order_id for one in replica.open_work(9, money)] == [
        an_id("work", "old"),
        an_id("work", "young"),
        an_id("work", "parcel"),
    ]
    assert [one.kind for one in replica.open_work(1, money)] == ["till"]
    assert [one.kind for one in replica.open_work(1, ())] == ["expect_parcel"]
    replica.apply_page(feed.page(work("old", 30, rev=2, status="done")))
    assert [one.kind for one in replica.open_work(9, money)] == ["transfer", "expect_parcel"]
