"""One row of an import into the books: made, changed or left as it is, found again by its number."""

from __future__ import annotations

from typing import Literal, TypeVar, assert_never

import msgspec

from workstation.casework.customer import Customer, PostalAddress
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.money import Money
from workstation.casework.records import (
    DropOffPoint,
    Order,
    OrderLine,
    Payment,
    Shipment,
    StockLevel,
)
from workstation.casework.wire.entities import Entity, entity_id
from workstation.hub.ports import Tx
from workstation.hub.ports_books import Books, folded_number
from workstation.hub.services.identity import find_customer, identity, with_identity
from workstation.hub.services.import_invoices import invoice_from, keep_invoice_payment, notice_from
from workstation.hub.services.import_kinds import (
    CustomerRow,
    ImportRow,
    InvoicePaymentRow,
    InvoiceRow,
    LineRow,
    NoticeRow,
    OrderRow,
    ParcelRow,
    PaymentRow,
    PointRow,
    StockRow,
)
from workstation.hub.services.import_values import CellProblem

E = TypeVar("E", bound=Entity)
Outcome = Literal["made", "changed", "same"]
_RULE = "rule:import"


def keep(tx: Tx, books: Books, row: ImportRow) -> Outcome:
    """Store one row.

    Raises:
        CellProblem: it does not fit what is known; nothing was stored.
    """
    match row:
        case CustomerRow():
            return _customer(tx, books, row)
        case OrderRow():
            return _order(tx, books, row)
        case PaymentRow():
            return _payment(tx, books, row)
        case ParcelRow():
            return _parcel(tx, books, row)
        case InvoiceRow():
            return put(tx, invoice_from(tx, books, row, _order_of(tx, books, row.order)))
        case NoticeRow():
            return put(tx, notice_from(tx, books.billing, row))
        case InvoicePaymentRow():
            return keep_invoice_payment(tx, books, row)
        case PointRow():
            return _point(tx, row)
        case StockRow():
            return _stock(tx, books, row)
        case _:
            assert_never(row)


def put(tx: Tx, entity: E) -> Outcome:
    """Store an entity unless it is known as it is."""
    known = tx.get(type(entity), entity_id(entity))
    if known is None:
        tx.put(entity)
        return "made"
    if msgspec.structs.replace(entity, rev=known.rev) == known:
        return "same"
    tx.put(entity)
    return "changed"


def _customer(tx: Tx, books: Books, row: CustomerRow) -> Outcome:
    known = _known_customer(tx, books, row)
    base = known or Customer(
        customer_id=derived_id(tx.tenant_id, "customer_number", folded_number(row.number)), name=row.name
    )
    given, _, family = row.name.rpartition(" ")
    customer = msgspec.structs.replace(
        base,
        name=row.name,
        number=row.number,
        salutation=row.salutation or base.salutation,
        given_name=row.given_name or base.given_name or given,
        family_name=row.family_name or base.family_name or (family if given else ""),
        language=row.language or base.language,
        since=row.since or base.since,
        address=_address(row.address, base.address),
        tags=tuple(dict.fromkeys((*base.tags, *row.tags))),
    )
    for kind, column, values in (("email", "email", row.emails), ("phone", "phone", row.phones)):
        for value in values:
            customer = _linked(tx, customer, "email" if kind == "email" else "phone", column, value)
    outcome = put(tx, customer)
    books.keep_customer(customer)
    return outcome


def _known_customer(tx: Tx, books: Books, row: CustomerRow) -> Customer | None:
    """Return the customer with the number, or one who wrote before and has no number yet."""
    found = books.customer_by_number(row.number)
    if found is not None:
        return tx.get(Customer, found)
    for value in row.emails:
        customer = find_customer(tx, "email", value)
        if customer is not None and not customer.number:
            return customer
    return None


def _linked(tx: Tx, customer: Customer, kind: Literal["email", "phone"], column: str, value: str) -> Customer:
    try:
        added = identity(kind, value, at=tx.now, by=_RULE)
    except RuleViolation as error:
        raise CellProblem(error.code, column, **error.params) from error
    owner = tx.customer_by_identity(kind, added.normalised)
    if owner is not None and owner.customer_id != customer.customer_id:
        raise CellProblem("import.address_of_other", column, value=value, other=owner.number or owner.name)
    return with_identity(customer, added)


def _address(new: PostalAddress, old: PostalAddress) -> PostalAddress:
    return new if new != PostalAddress() else old


def _customer_of(tx: Tx, books: Books, told: str) -> str:
    found = books.customer_by_number(told)
    if found is None and "@" in told:
        customer = find_customer(tx, "email", told)
        found = customer.customer_id if customer else None
    if found is None:
        raise CellProblem("import.customer_unknown", "customer", value=told)
    return found


def _order(tx: Tx, books: Books, row: OrderRow) -> Outcome:
    order_id = derived_id(tx.tenant_id, "order", "house_books", folded_number(row.number))
    known_id = books.orders_by_numbers((row.number,)).get(row.number, order_id)
    known = tx.get(Order, known_id)
    if row.placed_at is None:
        raise CellProblem("import.value_missing", "placed_at")
    if row.lines is None and known is None:
        raise CellProblem("import.order_without_lines", "number", number=row.number)
    order = Order(
        order_id=known_id,
        number=row.number,
        customer_id=_customer_of(tx, books, row.customer),
        placed_at=row.placed_at,
        lines=_lines(known_id, row.lines, known),
        shipping=row.shipping,
        status=_status(row, known),
        replaces_order_id=known.replaces_order_id if known else "",
        reference=known.reference if known else "",
    )
    if known is not None and order.customer_id != known.customer_id:
        raise CellProblem("import.order_of_other", "customer", number=row.number)
    books.keep_order(order)
    return put(tx, order)


def _status(row: OrderRow, known: Order | None) -> Literal["placed", "shipped", "delivered", "cancelled"]:
    """What was cancelled here is not revived by a file that does not know of it yet."""
    is_cancelled_here = (
        known is not None
        and known.status == "cancelled"
        and any(line.cancelled_quantity for line in known.lines)
    )
    return "cancelled" if is_cancelled_here and row.status == "placed" else row.status


def _lines(order_id: str, rows: tuple[LineRow, ...] | None, known: Order | None) -> tuple[OrderLine, ...]:
    """Return the lines with what was refunded, returned and replaced of them before."""
    before = {line.line_id: line for line in known.lines} if known else {}
    if rows is None:
        return known.lines if known else ()
    lines: list[OrderLine] = []
    for row in rows:
        line_id = derived_id("order_line", order_id, row.key.casefold())
        old = before.pop(line_id, None)
        used = _booked(old) if old else 0
        if row.quantity < used:
            raise CellProblem("import.quantity_below_booked", "quantity", name=row.name, booked=used)
        lines.append(
            OrderLine(
                line_id=line_id,
                name=row.name,
                quantity=row.quantity,
                unit_price=row.unit_price,
                sku=row.sku,
                tax_rate_bp=row.tax_rate_bp,
                refunded_quantity=old.refunded_quantity if old else 0,
                returned_quantity=old.returned_quantity if old else 0,
                replaced_quantity=old.replaced_quantity if old else 0,
                cancelled_quantity=old.cancelled_quantity if old else 0,
            )
        )
    for gone in before.values():
        if _booked(gone):
            raise CellProblem("import.line_with_bookings_missing", "name", name=gone.name)
    return tuple(lines)


def _booked(line: OrderLine) -> int:
    """Return how many pieces of a line bookings are about."""
    gone = line.refunded_quantity + line.cancelled_quantity
    return max(gone, line.returned_quantity, line.replaced_quantity)


def _order_of(tx: Tx, books: Books, number: str) -> Order:
    found = books.orders_by_numbers((number,)).get(number)
    order = tx.get(Order, found) if found else None
    if order is None:
        raise CellProblem("import.order_unknown", "order", number=number)
    return order


def _payment(tx: Tx, books: Books, row: PaymentRow) -> Outcome:
    order = _order_of(tx, books, row.order)
    payment_id = derived_id(tx.tenant_id, "payment", "house_books", folded_number(row.number))
    known = tx.get(Payment, payment_id)
    if known is not None and known.order_id != order.order_id:
        raise CellProblem("import.payment_of_other_order", "order", number=row.number)
    before = known.refunded if known else Money.zero(row.captured.currency)
    # What went back through this program is not undone by a file that does not know of it yet.
    refunded = before if row.refunded is None else max(before, row.refunded)
    if refunded > row.captured:
        raise CellProblem("import.captured_below_refunded", "captured")
    payment = Payment(
        payment_id=payment_id,
        order_id=order.order_id,
        customer_id=order.customer_id,
        method=row.method,
        captured=row.captured,
        refunded=refunded,
        captured_at=row.captured_at,
        account_hint=row.account_hint,
    )
    books.keep_payment(payment, row.number)
    return put(tx, payment)


def _parcel(tx: Tx, books: Books, row: ParcelRow) -> Outcome:
    found = books.shipments_by_tracking((row.tracking_number,)).get(row.tracking_number)
    known = tx.get(Shipment, found) if found else None
    if not row.order:
        if known is None:
            raise CellProblem("import.parcel_unknown", "tracking_number", number=row.tracking_number)
        return put(tx, _with_events(known, row))
    order = _order_of(tx, books, row.order)
    if known is not None and known.order_id != order.order_id:
        raise CellProblem("import.parcel_of_other_order", "order", number=row.tracking_number)
    shipment = Shipment(
        shipment_id=known.shipment_id
        if known
        else derived_id(tx.tenant_id, "shipment", "house_books", folded_number(row.tracking_number)),
        order_id=order.order_id,
        customer_id=order.customer_id,
        carrier=row.carrier,
        tracking_number=row.tracking_number,
        promised_by=row.promised_by or (known.promised_by if known else None),
        events=known.events if known else (),
    )
    books.keep_shipment(shipment)
    return put(tx, _with_events(shipment, row))


def _with_events(shipment: Shipment, row: ParcelRow) -> Shipment:
    events = sorted({*shipment.events, *row.events}, key=lambda event: (event.at, event.code))
    return msgspec.structs.replace(shipment, events=tuple(events))


def _point(tx: Tx, row: PointRow) -> Outcome:
    return put(
        tx,
        DropOffPoint(
            point_id=derived_id(tx.tenant_id, "drop_off_point", row.name.casefold(), row.address.casefold()),
            name=row.name,
            address=row.address,
            lat=row.lat,
            lon=row.lon,
            hours=row.hours,
            carrier=row.carrier,
        ),
    )


def _stock(tx: Tx, books: Books, row: StockRow) -> Outcome:
    sku = folded_number(row.sku)
    stock_id = derived_id(tx.tenant_id, "stock", sku)
    known = tx.get(StockLevel, stock_id)
    level = StockLevel(
        stock_id=stock_id,
        sku=row.sku,
        available=row.available,
        name=row.name or (known.name if known else ""),
        expected_on=row.expected_on,
    )
    books.keep_stock(level, sku)
    return put(tx, level)
