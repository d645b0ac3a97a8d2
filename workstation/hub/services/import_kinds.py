"""One row of an import to one record: every kind with the words its cells may hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, cast
from zoneinfo import ZoneInfo

from workstation.casework.customer import PostalAddress
from workstation.casework.money import Money
from workstation.casework.records import OpeningSpan, ParcelEvent, ParcelEventCode, PaymentMethod, TaxShare
from workstation.hub.services.import_columns import Kind
from workstation.hub.services.import_rows import Row
from workstation.hub.services.import_values import (
    CellProblem,
    choice_of,
    day_of,
    degrees_of,
    hours_of,
    moment_of,
    money_of,
    rate_of,
    tax_of,
    text_of,
    whole_of,
)

_SALUTATIONS = {"frau": "Frau", "mrs": "Frau", "ms": "Frau", "herr": "Herr", "mr": "Herr", "firma": "Firma"}
_LANGUAGES = {"de": "de", "deutsch": "de", "german": "de", "en": "en", "englisch": "en", "english": "en"}
_STATES = {
    **dict.fromkeys(("placed", "offen", "open", "bestellt"), "placed"),
    **dict.fromkeys(("shipped", "versandt", "versendet"), "shipped"),
    **dict.fromkeys(("delivered", "zugestellt", "geliefert"), "delivered"),
    **dict.fromkeys(("cancelled", "canceled", "storniert"), "cancelled"),
}
_METHODS = {
    **dict.fromkeys(("card", "karte", "kreditkarte", "creditcard", "credit card"), "card"),
    "paypal": "paypal",
    **dict.fromkeys(("sepa", "lastschrift", "überweisung", "ueberweisung", "bank", "debit"), "sepa"),
    **dict.fromkeys(("invoice", "rechnung"), "invoice"),
    **dict.fromkeys(("cash", "bar", "barzahlung"), "cash"),
    **dict.fromkeys(("prepaid", "vorkasse"), "prepaid"),
}
_EVENTS = {
    **dict.fromkeys(("announced", "angekündigt", "angekuendigt"), "announced"),
    **dict.fromkeys(("picked_up", "abgeholt", "eingeliefert"), "picked_up"),
    **dict.fromkeys(("in_transit", "unterwegs"), "in_transit"),
    **dict.fromkeys(("out_for_delivery", "in zustellung"), "out_for_delivery"),
    **dict.fromkeys(("delivered", "zugestellt"), "delivered"),
    **dict.fromkeys(("failed_attempt", "zustellversuch", "nicht zugestellt"), "failed_attempt"),
    **dict.fromkeys(("returned", "zurück", "retoure"), "returned"),
    **dict.fromkeys(("damaged", "beschädigt"), "damaged"),
    **dict.fromkeys(("delayed", "verzögert", "verspätet"), "delayed"),
}
_SENT = {
    **dict.fromkeys(("not_sent", "nicht versandt"), "not_sent"),
    **dict.fromkeys(("sent", "versandt"), "sent"),
    **dict.fromkeys(("delivered", "zugestellt"), "delivered"),
    **dict.fromkeys(("failed", "fehlgeschlagen"), "failed"),
}


@dataclass(frozen=True, slots=True)
class House:
    """What cells are read by: the firm's currency and time zone."""

    currency: str
    zone: ZoneInfo


class Cells:
    """The cells of a row, read by column so that a problem names it."""

    def __init__(self, row: Row, house: House, place: str = "") -> None:
        self.row = row
        self.house = house
        self._place = place

    def has(self, column: str) -> bool:
        """Tell whether the column has a value."""
        return column in self.row.cells

    def read(self, column: str, reader: Callable[..., Any], *arguments: Any) -> Any:
        """Return the value of a column that must be there, as ``reader`` reads it."""
        if column not in self.row.cells:
            raise CellProblem("import.value_missing", self._place + column)
        try:
            return reader(self.row.cells[column], *arguments)
        except CellProblem as problem:
            raise CellProblem(problem.code, self._place + column, **problem.params) from problem

    def maybe(self, column: str, default: Any, reader: Callable[..., Any], *arguments: Any) -> Any:
        """Return the value of a column, or ``default`` where it is empty."""
        return self.read(column, reader, *arguments) if self.has(column) else default

    def text(self, column: str) -> str:
        """Return one clean line that must be there."""
        return cast(str, self.read(column, text_of))

    def words(self, column: str, default: str = "") -> str:
        """Return one clean line, or ``default``."""
        return cast(str, self.maybe(column, default, text_of))

    def money(self, column: str) -> Money:
        """Return an amount in the firm's currency that must be there."""
        return cast(Money, self.read(column, money_of, self.house.currency))

    def check_currency(self) -> None:
        """Refuse a row in another currency."""
        named = self.words("currency", self.house.currency).upper()
        if named != self.house.currency:
            raise CellProblem("import.other_currency", "currency", value=named, expected=self.house.currency)


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer as a file has it."""

    number: str
    name: str
    given_name: str
    family_name: str
    salutation: Literal["", "Frau", "Herr", "Firma"]
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    address: PostalAddress
    language: Literal["de", "en"] | None
    since: datetime | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineRow:
    """An order line as a file has it; ``key`` tells it apart within its order."""

    key: str
    name: str
    quantity: int
    unit_price: Money
    sku: str
    tax_rate_bp: int


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as a file has it; ``lines`` is None where another file has them."""

    number: str
    customer: str
    placed_at: datetime | None
    shipping: Money
    status: Literal["placed", "shipped", "delivered", "cancelled"]
    lines: tuple[LineRow, ...] | None


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment as a file has it."""

    number: str
    order: str
    method: PaymentMethod
    captured: Money
    refunded: Money | None
    captured_at: datetime | None
    account_hint: str


@dataclass(frozen=True, slots=True)
class ParcelRow:
    """A parcel as a file has it; ``carrier`` and ``order`` are empty in a row of events only."""

    tracking_number: str
    order: str
    carrier: str
    promised_by: date | None
    events: tuple[ParcelEvent, ...]


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice as a file has it."""

    number: str
    order: str
    total: Money
    open: Money
    issued_on: date
    due_on: date
    delivery: Literal["not_sent", "sent", "delivered", "failed"] | None
    dunning_level: int
    fee_open: Money
    sent_at: datetime | None
    delivered_at: datetime | None
    tax: tuple[TaxShare, ...]


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A reminder that was sent before this program did it."""

    invoice: str
    level: int
    sent_on: date
    fee: Money
    number: str


@dataclass(frozen=True, slots=True)
class InvoicePaymentRow:
    """Money received for an invoice, as a file has it."""

    number: str
    invoice: str
    amount: Money
    paid_on: date


@dataclass(frozen=True, slots=True)
class PointRow:
    """A drop-off point as a file has it."""

    name: str
    address: str
    lat: float
    lon: float
    hours: tuple[OpeningSpan, ...]
    carrier: str


@dataclass(frozen=True, slots=True)
class StockRow:
    """What of an article can be sent, as a file has it."""

    sku: str
    name: str
    available: int
    expected_on: date | None


ImportRow = (
    CustomerRow
    | OrderRow
    | PaymentRow
    | ParcelRow
    | InvoiceRow
    | NoticeRow
    | InvoicePaymentRow
    | PointRow
    | StockRow
)


def customer_row(cells: Cells) -> CustomerRow:
    """Read one customer; a name or its parts must be there."""
    given, family = cells.words("given_name"), cells.words("family_name")
    name = cells.words("name", f"{given} {family}".strip())
    if not name:
        raise CellProblem("import.value_missing", "name")
    has_place = cells.has("lat") or cells.has("lon")
    return CustomerRow(
        number=cells.text("number"),
        name=name,
        given_name=given,
        family_name=family,
        salutation=cells.maybe("salutation", "", choice_of, _SALUTATIONS),
        emails=_several(cells.words("email")),
        phones=_several(cells.words("phone")),
        address=PostalAddress(
            street=cells.words("street"),
            postcode=cells.words("postcode"),
            city=cells.words("city"),
            country=cells.words("country", "DE").upper(),
            lat=cells.read("lat", degrees_of, 90) if has_place else None,
            lon=cells.read("lon", degrees_of, 180) if has_place else None,
        ),
        language=cells.maybe("language", None, choice_of, _LANGUAGES),
        since=cells.maybe("since", None, moment_of, cells.house.zone),
        tags=_several(cells.words("tags")),
    )


def line_row(cells: Cells, position: int) -> LineRow:
    """Read one order line; without a position of its own it is known by its place."""
    return LineRow(
        key=cells.words("line", str(position)),
        name=cells.text("name"),
        quantity=cells.read("quantity", whole_of, 1, 100_000),
        unit_price=cells.money("unit_price"),
        sku=cells.words("sku"),
        tax_rate_bp=cells.maybe("tax_rate", 1900, rate_of),
    )


def order_row(cells: Cells, lines: tuple[LineRow, ...] | None) -> OrderRow:
    """Read the head of one order."""
    cells.check_currency()
    return OrderRow(
        number=cells.text("number"),
        customer=cells.text("customer"),
        placed_at=cells.read("placed_at", moment_of, cells.house.zone),
        shipping=cells.money("shipping") if cells.has("shipping") else Money.zero(cells.house.currency),
        status=cells.maybe("status", "placed", choice_of, _STATES),
        lines=lines,
    )


def payment_row(cells: Cells) -> PaymentRow:
    """Read one payment."""
    cells.check_currency()
    captured = cells.money("captured")
    refunded = cells.money("refunded") if cells.has("refunded") else None
    if refunded is not None and refunded > captured:
        raise CellProblem("import.more_refunded_than_captured", "refunded")
    return PaymentRow(
        number=cells.text("number"),
        order=cells.text("order"),
        method=cells.read("method", choice_of, _METHODS),
        captured=captured,
        refunded=refunded,
        captured_at=cells.maybe("captured_at", None, moment_of, cells.house.zone),
        account_hint=cells.words("account_hint"),
    )


def event_of(cells: Cells) -> ParcelEvent:
    """Read one scan of a parcel."""
    return ParcelEvent(
        at=cells.read("at", moment_of, cells.house.zone),
        code=cast(ParcelEventCode, cells.read("code", choice_of, _EVENTS)),
        text=cells.words("text"),
        reason=cells.words("reason"),
    )


def parcel_row(cells: Cells) -> ParcelRow:
    """Read one parcel with the events inside it."""
    events = [event_of(Cells(child, cells.house, f"events[{child.number}].")) for child in cells.row.children]
    if cells.has("delivered_at"):
        at = cells.read("delivered_at", moment_of, cells.house.zone)
        if all(event.code != "delivered" for event in events):
            events.append(ParcelEvent(at=at, code="delivered"))
    return ParcelRow(
        tracking_number=cells.text("tracking_number"),
        order=cells.text("order"),
        carrier=cells.text("carrier"),
        promised_by=cells.maybe("promised_by", None, day_of),
        events=tuple(events),
    )


def parcel_event_row(cells: Cells) -> ParcelRow:
    """Read one scan from a file of scans."""
    return ParcelRow(cells.text("tracking_number"), "", "", None, (event_of(cells),))


def invoice_row(cells: Cells) -> InvoiceRow:
    """Read one invoice."""
    cells.check_currency()
    total = cells.money("total")
    still_open = cells.money("open") if cells.has("open") else Money.zero(cells.house.currency)
    if still_open > total:
        raise CellProblem("import.more_open_than_total", "open")
    issued, due = cells.read("issued_on", day_of), cells.read("due_on", day_of)
    if due < issued:
        raise CellProblem("import.due_before_issued", "due_on")
    return InvoiceRow(
        number=cells.text("number"),
        order=cells.text("order"),
        total=total,
        open=still_open,
        issued_on=issued,
        due_on=due,
        delivery=cells.maybe("delivery", None, choice_of, _SENT),
        dunning_level=cells.maybe("dunning_level", 0, whole_of, 0, 9),
        fee_open=cells.money("fee_open") if cells.has("fee_open") else Money.zero(cells.house.currency),
        sent_at=cells.maybe("sent_at", None, moment_of, cells.house.zone),
        delivered_at=cells.maybe("delivered_at", None, moment_of, cells.house.zone),
        tax=cells.maybe("tax", (), tax_of, total),
    )


def notice_row(cells: Cells) -> NoticeRow:
    """Read one reminder."""
    cells.check_currency()
    return NoticeRow(
        invoice=cells.text("invoice"),
        level=cells.read("level", whole_of, 1, 9),
        sent_on=cells.read("sent_on", day_of),
        fee=cells.money("fee") if cells.has("fee") else Money.zero(cells.house.currency),
        number=cells.words("number"),
    )


def invoice_payment_row(cells: Cells) -> InvoicePaymentRow:
    """Read one payment of an invoice."""
    cells.check_currency()
    amount = cells.money("amount")
    if not amount:
        raise CellProblem("import.amount_zero", "amount")
    return InvoicePaymentRow(
        number=cells.text("number"),
        invoice=cells.text("invoice"),
        amount=amount,
        paid_on=cells.read("paid_on", day_of),
    )


def point_row(cells: Cells) -> PointRow:
    """Read one drop-off point."""
    return PointRow(
        name=cells.text("name"),
        address=cells.text("address"),
        lat=cells.read("lat", degrees_of, 90),
        lon=cells.read("lon", degrees_of, 180),
        hours=cells.maybe("hours", (), hours_of),
        carrier=cells.words("carrier"),
    )


def stock_row(cells: Cells) -> StockRow:
    """Read how many pieces of one article there are."""
    return StockRow(
        sku=cells.text("sku"),
        name=cells.words("name"),
        available=cells.read("available", whole_of, 0, 100_000_000),
        expected_on=cells.maybe("expected_on", None, day_of),
    )


SINGLE: Mapping[Kind, Callable[[Cells], ImportRow]] = {
    "customers": customer_row,
    "payments": payment_row,
    "parcels": parcel_row,
    "parcel_events": parcel_event_row,
    "invoices": invoice_row,
    "dunning_notices": notice_row,
    "invoice_payments": invoice_payment_row,
    "drop_off_points": point_row,
    "stock": stock_row,
}
"""Kinds of which a row is a record; orders and their lines are gathered first."""


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace(";", "|").split("|") if part.strip())
