"""Vouchers, replacements, tills and what was taken back: how they stand in a customer's history."""

from datetime import UTC, date, datetime, timedelta

import msgspec

from workstation.casework.money import Money
from workstation.casework.records import Booking, Invoice, Order, OrderLine, Voucher, WorkOrder
from workstation.casework.wire.codec import encode
from workstation.casework.wire.entities import Entity, entity_id, entity_name
from workstation.ports import CaseDocuments, TimelineRow
from workstation.services.history import _figures, item_of
from workstation.services.views import TimelineItem
from workstation.storage.timeline_rows import lines_of
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.timeline_words import item_words, status_words

AT = datetime(2026, 11, 20, 9, 11, tzinfo=UTC)
VOUCHER = Voucher(
    voucher_id="v1",
    code="7K3M-9QXT-4H2C",
    customer_id="erika",
    amount=Money(1500),
    created_at=AT,
    reference="e1",
    expires_on=date(2029, 12, 31),
)
ORDER = Order(
    order_id="o2",
    number="E-2026-00001",
    customer_id="erika",
    placed_at=AT,
    lines=(OrderLine(line_id="l", name="Schale", quantity=2, unit_price=Money(0)),),
    shipping=Money(0),
    replaces_order_id="o1",
)
TILL = WorkOrder(
    work_order_id="w1",
    kind="till",
    created_at=AT,
    customer_id="erika",
    amount=Money(500),
    number="K-2026-00017",
)
BOOKING = Booking(
    booking_id="b1",
    credit_note_number="GS-2026-00001",
    order_id="o1",
    payment_id="p1",
    customer_id="erika",
    amount=Money(900),
    booked_at=AT,
    reference="e2",
)
COUNTER = msgspec.structs.replace(
    BOOKING, booking_id="b2", credit_note_number="GS-S-2026-00001", reference="e3", reverses="b1"
)


def shown(entity: Entity) -> tuple[TimelineItem, str, str]:
    """Return the one line of an entity, its title in the window, and the word of its state."""
    (line,) = lines_of(entity)
    row = TimelineRow(
        entity=entity_name(entity),
        entity_id=entity_id(entity),
        at=line.at,
        part=line.part,
        group=line.group,  # type: ignore[arg-type]
        case_id=line.case_id,
        body=encode(entity),
    )
    item = item_of(row)
    assert item is not None
    title, _ = item_words(item, Formats("de"))
    return item, title, status_words(item.status_key)


def test_a_voucher_and_what_became_of_it() -> None:
    item, title, state = shown(VOUCHER)
    assert (title, state, item.amount, item.group) == (
        "Gutschein 7K3M-9QXT-4H2C",
        "Offen",
        Money(1500),
        "money",
    )
    assert shown(msgspec.structs.replace(VOUCHER, status="redeemed"))[2] == "Eingelöst"
    assert shown(msgspec.structs.replace(VOUCHER, status="withdrawn"))[2] == "Zurückgenommen"


def test_a_replacement_is_not_an_order_for_nothing() -> None:
    item, title, state = shown(ORDER)
    assert (title, state, item.amount, item.meta) == (
        "Ersatzlieferung E-2026-00001",
        "Bestellt",
        None,
        "2 × Schale",
    )
    plain = msgspec.structs.replace(ORDER, replaces_order_id="", number="B-1", status="cancelled")
    assert shown(plain)[1:] == ("Bestellung B-1", "Storniert")


def test_cash_from_the_till_has_one_line() -> None:
    _, title, state = shown(TILL)
    assert (title, state) == ("Auszahlung an der Kasse K-2026-00017", "Offen")
    assert shown(msgspec.structs.replace(TILL, status="done"))[2] == "Bezahlt"
    assert list(lines_of(msgspec.structs.replace(TILL, booking_id="b1"))) == []
    assert list(lines_of(msgspec.structs.replace(TILL, kind="transfer"))) == []


def test_what_was_taken_back_is_said_and_not_counted() -> None:
    assert shown(msgspec.structs.replace(BOOKING, status="withdrawn"))[1:] == (
        "Gutschrift GS-2026-00001",
        "Zurückgenommen",
    )
    assert shown(COUNTER)[1] == "Storno GS-S-2026-00001"
    withdrawn = msgspec.structs.replace(BOOKING, status="withdrawn")
    gone = msgspec.structs.replace(VOUCHER, voucher_id="v2", status="withdrawn")
    stands = msgspec.structs.replace(BOOKING, booking_id="b3", amount=Money(700))
    documents = CaseDocuments((withdrawn, COUNTER, stands, VOUCHER, gone))
    figures = _figures(documents, AT - timedelta(days=1), "EUR")
    assert figures.goodwill == Money(2200)


def test_an_invoice_says_that_its_reminders_are_stopped() -> None:
    invoice = Invoice(
        invoice_id="i1",
        number="RE-2026-0053",
        customer_id="erika",
        order_id="o1",
        total=Money(4960),
        open=Money(4960),
        issued_on=date(2026, 10, 5),
        due_on=date(2026, 10, 19),
        dunning_level=1,
        is_dunning_blocked=True,
    )
    assert shown(invoice)[2] == "Mahnung gestoppt"
    assert shown(msgspec.structs.replace(invoice, is_dunning_blocked=False))[2] == "Mahnstufe 1"
    assert shown(msgspec.structs.replace(invoice, open=Money(0)))[2] == "Bezahlt"
