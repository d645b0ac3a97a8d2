"""A real hub filled with the invented firm: every record has its place, cases stand as the rules say."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.doubts import doubts_of
from workstation.casework.message import Message
from workstation.casework.people import Person, Tenant
from workstation.casework.records import (
    Booking,
    Commitment,
    DropOffPoint,
    DunningNotice,
    Invoice,
    Order,
    Payment,
    ReturnAuthorisation,
    Shipment,
    StockLevel,
    Voucher,
    WorkOrder,
)
from workstation.casework.sla import is_breached
from workstation.demo.loading import Loaded, load_firm
from workstation.hub.core import HubCore, open_core
from workstation.hub.ports import Tx
from workstation.hub.settings import read_settings
from workstation.hub.storage.books import open_books
from workstation.hub.storage.overview import effects_in


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    return load_firm(tmp_path_factory.mktemp("firm"))


@pytest.fixture(scope="module")
def core(loaded: Loaded) -> Iterator[HubCore]:
    settings = read_settings(loaded.folder)
    core = open_core(settings, settings.key())
    yield core
    core.close()


def of(core: HubCore, kind: type) -> tuple:  # type: ignore[type-arg]
    return core.database.read(core.tenant_id, lambda tx: tx.all_of(kind))


def test_everything_is_there(core: HubCore, loaded: Loaded) -> None:
    data = loaded.data
    strangers = sum(not case.buyer for case in data.open)
    assert len(of(core, Customer)) == len(data.buyers) + strangers
    assert len(of(core, Order)) == len(data.purchases) + 1, "and the replacement"
    assert len(of(core, Case)) == len(data.past) + len(data.open) + 1, "and the bill that was never sent"
    assert len(of(core, Payment)) == sum(order.paid_at is not None for order in data.purchases)
    assert len(of(core, Shipment)) == sum(order.parcel is not None for order in data.purchases)
    assert len(of(core, Invoice)) == sum(order.bill is not None for order in data.purchases)
    notices = [one for one in of(core, DunningNotice) if one.status == "sent"]
    assert len(notices) == len(data.reminders) >= 3
    assert len(of(core, Commitment)) == 1
    assert len(of(core, DropOffPoint)) == 9
    assert {person.login for person in of(core, Person)} == {"peter", "lisa", "jonas", "tanja", "mia"}
    assert of(core, Tenant)[0].is_trial


def test_bookings_and_payments_agree(core: HubCore) -> None:
    back: dict[str, int] = {}
    for booking in of(core, Booking):
        back[booking.payment_id] = back.get(booking.payment_id, 0) + booking.amount.minor_units
    assert len(back) > 20
    for payment in of(core, Payment):
        assert payment.refunded.minor_units == back.get(payment.payment_id, 0)
        assert payment.refunded <= payment.captured
    waits = [work for work in of(core, WorkOrder) if work.status != "done"]
    assert sorted(work.kind for work in waits) == ["ship_goods", "transfer"]
    assert all(work.created_at < core.clock.now() - timedelta(days=1) for work in waits)
    orders = {order.order_id: order for order in of(core, Order)}
    for opened in of(core, ReturnAuthorisation):
        returned = {line.line_id: line.returned_quantity for line in orders[opened.order_id].lines}
        assert all(returned[line.line_id] >= line.quantity for line in opened.lines)


def test_numbers_given_from_now_on_are_free(core: HubCore) -> None:
    numbers = [case.number for case in of(core, Case)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    taken = {booking.credit_note_number for booking in of(core, Booking)}
    assert len(taken) == len(of(core, Booking))


def test_the_queue_has_something_of_everything(core: HubCore, loaded: Loaded) -> None:
    cases = [case for case in of(core, Case) if case.status not in ("solved", "no_case")]
    assert len(cases) == len(loaded.data.open) - 1 + 1, "one is solved, and one bill was kept back"
    now = core.clock.now()
    kinds = {case.due.kind for case in cases if case.due}
    assert {"first_response", "next_response", "promise", "undelivered", "snooze"} <= kinds
    assert 4 <= sum(is_breached(case.due, now) for case in cases) <= 10
    assert sum(case.status == "waiting" for case in cases) >= 3
    assert all(case.customer_id for case in cases)
    solved = [case for case in of(core, Case) if case.status == "solved"]
    assert len(solved) == len(loaded.data.past) + 1
    assert [case.subject for case in solved if case.follow_up_at] == ["Kochbuch kam zwei Wochen zu spät"]
    assert all(case.waiting_since is None and not case.has_undelivered for case in solved)


def test_mails_came_through_the_intake(core: HubCore, loaded: Loaded) -> None:
    messages: tuple[Message, ...] = of(core, Message)
    for script in loaded.data.open:
        if script.mail is None:
            continue
        mail = script.mail
        found = next(one for one in messages if one.rfc_message_id == mail.rfc_id)
        assert [file.name for file in found.attachments] == list(mail.attach)
        assert abs((found.at - mail.at).total_seconds()) < 2
        for file in found.attachments:
            assert core.database.blobs.info(core.tenant_id, file.sha256) is not None


def test_records_of_the_stories_are_tied_to_their_cases(core: HubCore, loaded: Loaded) -> None:
    cases = {case.subject: case for case in of(core, Case)}
    orders = {order.order_id: order for order in of(core, Order)}
    for script in loaded.data.open:
        if script.order:
            assert orders[cases[script.subject].order_id].number == script.order, script.key


def test_the_books_know_what_was_booked(core: HubCore) -> None:
    booking = of(core, Booking)[0]

    def look(tx: Tx) -> str | None:
        return open_books(tx).booking_by_reference(booking.reference)

    assert core.database.read(core.tenant_id, look) == booking.booking_id


def test_keys_and_database_are_private(loaded: Loaded) -> None:
    key = loaded.folder / "hub.key"
    assert key.stat().st_mode & 0o077 == 0
    assert loaded.folder.stat().st_mode & 0o077 == 0
    assert not (loaded.folder / "hub.db").read_bytes().startswith(b"SQLite format 3")


def test_a_folder_in_use_is_refused_and_says_why(loaded: Loaded) -> None:
    from workstation.demo.loading import LoadingFailed

    with pytest.raises(LoadingFailed, match=r"hub\.already_here"):
        load_firm(Path(loaded.folder).parent)


def test_what_must_always_hold_holds(core: HubCore) -> None:
    assert core.database.check_invariants(core.tenant_id) == {}
    levels = core.database.read(core.tenant_id, lambda tx: tx.all_of(StockLevel))
    assert any(one.available == 0 and one.expected_on for one in levels)
    assert any(one.available for one in levels)


def test_what_was_given_stands_in_the_books_as_of_then(core: HubCore) -> None:
    (voucher,) = of(core, Voucher)
    assert voucher.status == "open" and voucher.created_at < core.clock.now() - timedelta(days=2)
    (again,) = [order for order in of(core, Order) if order.replaces_order_id]
    before = next(order for order in of(core, Order) if order.order_id == again.replaces_order_id)
    assert sum(line.replaced_quantity for line in before.lines) == 1
    assert (again.total.minor_units, again.status) == (0, "placed")


def test_cases_are_linked_and_a_customer_has_two_addresses(core: HubCore) -> None:
    cases = {case.case_id: case for case in of(core, Case)}
    linked = [case for case in cases.values() if case.related_case_ids]
    assert len(linked) == 2 and linked[0].related_case_ids == (linked[1].case_id,)
    customer = next(one for one in of(core, Customer) if one.customer_id == linked[0].customer_id)
    assert len(customer.linked("email")) == 2


def test_one_answer_is_in_doubt_and_waits_for_a_person(core: HubCore) -> None:
    (shown,) = effects_in(core.database, core.tenant_id, "manual")
    assert (shown.kind, shown.failure_code, shown.first_sent_at is not None) == (
        "mail",
        "effect.outcome_unknown",
        True,
    )
    file = core.database.read(core.tenant_id, lambda tx: tx.case_file(shown.case_id))
    (doubt,) = doubts_of(file.decisions, file.messages)
    assert (doubt.effect_id, doubt.subject) == (shown.effect_id, f"Re: {file.case.subject}")  # type: ignore[union-attr]


def test_a_bill_that_was_never_sent_is_kept_back(core: HubCore) -> None:
    kept = {one.code: one.invoice_id for one in of(core, DunningNotice) if one.status == "withheld"}
    assert set(kept) == {"invoice_not_delivered", "dunning_blocked"}
    (stopped,) = [one for one in of(core, Invoice) if one.is_dunning_blocked]
    assert stopped.invoice_id == kept["dunning_blocked"], "the other one is stopped by its open case"
