"""The history of a customer: one timeline out of all their records, and three figures."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from workstation.casework.case import Case
from workstation.casework.clock import Clock
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord
from workstation.casework.message import Message
from workstation.casework.money import Money, sum_of
from workstation.casework.params import money_param
from workstation.casework.records import (
    Booking,
    Commitment,
    DunningNotice,
    Invoice,
    Order,
    Payment,
    ReturnAuthorisation,
    Shipment,
    Voucher,
    WorkOrder,
)
from workstation.casework.wire.entities import ENTITIES, Entity, entity_name
from workstation.ports import CaseDocuments, Replica, TimelineKey, TimelineRow, Workers
from workstation.services.reference import Reference
from workstation.services.views import (
    CustomerFigures,
    TimelineFilter,
    TimelineItem,
    TimelineKind,
    TimelinePage,
)

YEAR_DAYS = 365
_EVENT_STATUS = {
    "delivered": "delivered",
    "failed_attempt": "failed_attempt",
    "returned": "returned",
    "damaged": "damaged",
    "delayed": "delayed",
    "picked_up": "picked_up",
}
_DECIDED: dict[str, type[Booking | ReturnAuthorisation | Voucher | WorkOrder]] = {
    entity_name(kind): kind for kind in (Booking, ReturnAuthorisation, Voucher, WorkOrder)
}
"""Records that come of a decision and name it."""
_BAD_EVENTS = frozenset({"failed_attempt", "returned", "damaged", "delayed"})


class History:
    """Questions to a customer's past."""

    def __init__(self, *, replica: Replica, workers: Workers, reference: Reference, clock: Clock) -> None:
        self._replica = replica
        self._workers = workers
        self._reference = reference
        self._clock = clock

    async def customer(self, customer_id: str) -> Customer | None:
        """Return the customer."""
        return await self._workers.run("read", lambda: self._replica.get(Customer, customer_id))

    async def timeline(
        self,
        customer_id: str,
        filter: TimelineFilter = "all",
        after: TimelineKey | None = None,
        limit: int = 50,
    ) -> TimelinePage:
        """Return up to ``limit`` lines before ``after``, newest first."""
        rows = await self._workers.run(
            "read", lambda: self._replica.timeline(customer_id, filter, after, limit)
        )
        items = tuple(item for item in map(item_of, rows) if item is not None)
        return TimelinePage(items=items, next=_key(rows[-1]) if len(rows) == limit else None)

    async def decided_by(self, entity: str, entity_id: str) -> tuple[str, str]:
        """Return the decision a line of the history comes from, and the case it is decided on today.

        Both are empty for what nobody decided here, and for what is a taking back itself.
        """
        kind = _DECIDED.get(entity)
        if kind is None:
            return "", ""

        def look() -> tuple[str, str]:
            record = self._replica.get(kind, entity_id)
            if record is None or (isinstance(record, Booking) and record.reverses):
                return "", ""
            decision = self._replica.get(DecisionRecord, record.decision_id) if record.decision_id else None
            case = self._replica.get(Case, decision.case_id) if decision is not None else None
            if decision is None or case is None:
                return "", ""
            return decision.decision_id, case.merged_into or case.case_id

        return await self._workers.run("read", look)

    async def figures(self, customer_id: str) -> CustomerFigures:
        """Return revenue and goodwill of twelve months, and what is open now."""
        since = self._clock.now() - timedelta(days=YEAR_DAYS)
        currency = self._reference.data.tenant.currency
        documents = await self._workers.run("read", lambda: self._replica.customer_records(customer_id))
        return _figures(documents, since, currency)


def _figures(documents: CaseDocuments, since: datetime, currency: str) -> CustomerFigures:
    revenue = [
        order.total
        for order in documents.of(Order)
        if order.placed_at >= since and order.status != "cancelled" and order.total.currency == currency
    ]
    open_ = [item.open for item in documents.of(Invoice) if item.open.currency == currency]
    credit = [item.overpaid for item in documents.of(Invoice) if item.overpaid.currency == currency]
    goodwill = [
        item.amount
        for item in documents.of(Booking)
        if item.booked_at >= since
        and item.amount.currency == currency
        and item.status != "withdrawn"
        and not item.reverses
    ]
    goodwill += [
        item.amount
        for item in documents.of(Voucher)
        if item.created_at >= since and item.amount.currency == currency and item.status != "withdrawn"
    ]
    return CustomerFigures(
        revenue=sum_of(revenue, currency),
        open=sum_of(open_, currency),
        goodwill=sum_of(goodwill, currency),
        credit=sum_of(credit, currency),
    )


def item_of(row: TimelineRow) -> TimelineItem | None:
    """Return a row of the replica as a line of the history; ``None`` for what this program cannot read."""
    kind = ENTITIES.get(row.entity)
    if kind is None:
        return None
    try:
        entity: Entity = msgspec.json.decode(row.body, type=kind)
    except msgspec.ValidationError:
        return None
    line = _Line(row)
    match entity:
        case Message():
            return _message(line, entity)
        case Order():
            return _order(line, entity)
        case Payment():
            params = {"method": entity.method, "account": entity.account_hint}
            return line.item("payment", params, amount=entity.captured, status="paid")
        case Shipment():
            return _parcel(line, entity, row.part)
        case Invoice():
            return _invoice(line, entity)
        case DunningNotice():
            params = {"level": str(entity.level)}
            return line.item(
                "dunning", params, amount=entity.fee, status=f"dunning_{entity.level}", warning=True
            )
        case Commitment():
            return line.item("commitment", {}, title=entity.what, status=entity.status)
        case ReturnAuthorisation():
            params = {"number": entity.number, "deadline": entity.deadline.isoformat()}
            return line.item("return", params, status=entity.status)
        case Booking():
            params = {"number": entity.credit_note_number, "kind": entity.kind}
            if entity.reverses:
                return line.item("counter_booking", params, amount=entity.amount)
            is_credited = not entity.paid_out and entity.status != "withdrawn"
            became = "credited" if is_credited else entity.status
            return line.item("booking", params, amount=entity.amount, status=became)
        case Voucher():
            params = {"code": entity.code}
            return line.item("voucher", params, amount=entity.amount, status=entity.status)
        case WorkOrder():
            status = {"open": "open", "done": "paid"}.get(entity.status, entity.status)
            return line.item("till", {"number": entity.number}, amount=entity.amount, status=status)
        case _:
            return None


class _Line:
    """Builds the lines of one row."""

    def __init__(self, row: TimelineRow) -> None:
        self._row = row

    def item(
        self,
        kind: TimelineKind,
        params: dict[str, str],
        *,
        text_key: str = "",
        title: str = "",
        meta: str = "",
        amount: Money | None = None,
        status: str = "",
        warning: bool = False,
    ) -> TimelineItem:
        row = self._row
        return TimelineItem(
            key=_key(row),
            at=row.at,
            kind=kind,
            group=row.group,
            text_key=text_key or f"timeline.{kind}",
            params=params,
            entity_id=row.entity_id,
            title=title,
            meta=meta,
            amount=amount,
            status_key=status,
            is_warning=warning,
            case_id=row.case_id,
        )


def _message(line: _Line, message: Message) -> TimelineItem:
    kinds: dict[str, TimelineKind] = {"inbound": "message_in", "outbound": "message_out", "call": "call"}
    failed = message.delivery in ("failed", "bounced")
    return line.item(
        kinds.get(message.kind, "note"),
        {"channel": message.channel, "author": message.author_name, "duration_s": str(message.duration_s)},
        title=message.subject,
        meta=(message.rendered or message.text)[:120].replace("\n", " "),
        status=message.delivery or "",
        warning=failed,
    )


def _order(line: _Line, order: Order) -> TimelineItem:
    names = ", ".join(f"{item.quantity} × {item.name}" for item in order.lines)
    if order.replaces_order_id:
        return line.item("replacement", {"number": order.number}, meta=names, status=order.status)
    status = order.status if order.status == "cancelled" else ""
    return line.item("order", {"number": order.number}, meta=names, amount=order.total, status=status)


def _parcel(line: _Line, shipment: Shipment, part: int) -> TimelineItem | None:
    if part >= len(shipment.events):
        return None
    event = shipment.events[part]
    return line.item(
        "shipment",
        {"carrier": shipment.carrier, "tracking": shipment.tracking_number, "reason": event.reason},
        text_key=f"timeline.shipment.{event.code}",
        meta=event.text,
        status=_EVENT_STATUS.get(event.code, ""),
        warning=event.code in _BAD_EVENTS,
    )


def _invoice(line: _Line, invoice: Invoice) -> TimelineItem:
    is_open = bool(invoice.open)
    status = f"dunning_{invoice.dunning_level}" if is_open and invoice.dunning_level else ""
    if is_open and invoice.is_dunning_blocked:
        status = "dunning_stopped"
    if not is_open and invoice.credited and not invoice.paid:
        status = "credited"
    parts = {"credited": invoice.credited, "paid": invoice.paid, "open": invoice.open}
    # An invoice that is wholly open or wholly paid says so by its state.
    told = parts if sum(map(bool, parts.values())) > 1 else {}
    told = {**told, "overpaid": invoice.overpaid}
    return line.item(
        "invoice",
        {
            "number": invoice.number,
            "due_on": invoice.due_on.isoformat(),
            **{name: money_param(part) for name, part in told.items() if part},
        },
        amount=invoice.total,
        status=status or ("open" if is_open else "paid"),
        warning=is_open and invoice.dunning_level > 0,
    )


def _key(row: TimelineRow) -> TimelineKey:
    at = (row.at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return TimelineKey(at=at, entity=row.entity, entity_id=row.entity_id, part=row.part)
