"""Fact slots of a reply, made from a decision and the records: known now, or late until it is booked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from workstation.casework.customer import Customer, PostalAddress
from workstation.casework.decision import (
    AuthoriseReturn,
    BlockDunning,
    CancelOrder,
    DecisionRecord,
    GoodwillVoucher,
    KeepCommitment,
    MakePromise,
    PriceAdjustment,
    Redeliver,
    Refund,
    RefundShipping,
    Replacement,
    ResendInvoice,
    Reverse,
    Step,
    TillOrder,
    TraceShipment,
    UnblockDunning,
    WaiveDunningFee,
    value_of,
)
from workstation.casework.geo import map_link, nearest
from workstation.casework.message import Fact, Language
from workstation.casework.params import parsed_money
from workstation.casework.people import Person, Tenant
from workstation.casework.records import (
    Commitment,
    DropOffPoint,
    Invoice,
    LineQuantity,
    Order,
    Payment,
    PaymentMethod,
    Shipment,
)
from workstation.casework.texts.book import Texts
from workstation.casework.texts.formats import (
    date_text,
    distance_text,
    hours_text,
    moment_text,
    money_text,
    weekday_date_text,
)


class FactSources(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The records facts are taken from."""

    tenant: Tenant
    customer: Customer | None = None
    orders: tuple[Order, ...] = ()
    payments: tuple[Payment, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    drop_off_points: tuple[DropOffPoint, ...] = ()


def facts_of_decision(
    record: DecisionRecord, sources: FactSources, texts: Texts, language: Language
) -> tuple[Fact, ...]:
    """Return the facts of all steps by slot; ``value`` is ``None`` for what the booking will tell.

    The desk and the hub call this with the same records: what was rendered early stays the same.
    """
    found: dict[str, str | None] = {}
    for step in record.steps:
        for slot, value in _facts_of(step, record, sources, texts, language).items():
            found.setdefault(slot, value)
    return tuple(Fact(slot=slot, value=value) for slot, value in found.items())


def letter_facts(
    customer: Customer | None, person: Person, tenant: Tenant, language: Language, name: str = ""
) -> dict[str, str]:
    """Return greeting and signature; ``name`` is used while the customer is not known."""
    return {
        "greeting": greeting(customer, language, name),
        "signature": f"{person.name}\n{tenant.name}" if tenant.name else person.name,
    }


def greeting(customer: Customer | None, language: Language, name: str = "") -> str:
    """Return how the letter begins; a salutation nobody told us is never guessed."""
    hello = "Guten Tag" if language == "de" else "Hello"
    if customer is not None:
        if customer.salutation in ("Frau", "Herr") and customer.family_name:
            title = (
                {"Frau": "Ms", "Herr": "Mr"}[customer.salutation] if language == "en" else customer.salutation
            )
            return f"{hello} {title} {customer.family_name}"
        if customer.salutation == "Firma":
            return hello
        name = customer.name or name
    return f"{hello} {name}" if name and "@" not in name else hello


def as_mapping(facts: Iterable[Fact]) -> dict[str, str | None]:
    """Return facts by slot, as cards want them."""
    return {fact.slot: fact.value for fact in facts}


def _facts_of(
    step: Step, record: DecisionRecord, sources: FactSources, texts: Texts, language: Language
) -> dict[str, str | None]:
    decision = step.decision
    match decision:
        case RefundShipping():
            return {
                **_money_facts(decision, step, record, sources, texts, language),
                **_parcel_of(decision.order_id, sources),
            }
        case Refund() | PriceAdjustment():
            return _money_facts(decision, step, record, sources, texts, language)
        case CancelOrder():
            return _cancel_facts(decision, step, record, sources, texts, language)
        case AuthoriseReturn():
            return _return_facts(decision, step, sources, texts, language)
        case MakePromise():
            due = moment_text(decision.due_at, language, sources.tenant.time_zone)
            return {"due_at": due}
        case Replacement():
            return {
                "items": _items(decision.lines, decision.order_id, sources),
                "order_no": _order_no(decision.order_id, sources),
                "replacement_no": step.result.get("replacement_no"),
            }
        case GoodwillVoucher():
            return _voucher_facts(decision, step, language)
        case TillOrder():
            return {
                "till_amount": money_text(decision.amount, language),
                "slip_no": step.result.get("slip_no"),
            }
        case Reverse():
            return {"undone": texts.words[language].get(f"undone.{decision.undoes}", decision.undoes)}
        case ResendInvoice() | BlockDunning() | UnblockDunning() | WaiveDunningFee():
            return _invoice_facts(decision, step, sources, language)
        case _:
            return _other_facts(decision, sources, language)


def _invoice_facts(
    decision: ResendInvoice | BlockDunning | UnblockDunning | WaiveDunningFee,
    step: Step,
    sources: FactSources,
    language: Language,
) -> dict[str, str | None]:
    invoice = next((item for item in sources.invoices if item.invoice_id == decision.invoice_id), None)
    number = invoice.number if invoice is not None else step.result.get("invoice_no", "")
    facts: dict[str, str | None] = {"invoice_no": number}
    if invoice is not None:
        facts["invoice_date"] = date_text(invoice.issued_on, language)
    if isinstance(decision, BlockDunning):
        until = _told_date(step, "blocked_until") or decision.until
        if until is not None:
            facts["until"] = date_text(until, language)
    if isinstance(decision, WaiveDunningFee):
        told = parsed_money(step.result.get("fee_amount", ""))
        facts["fee"] = money_text(told or decision.amount, language)
    return facts


def _other_facts(decision: object, sources: FactSources, language: Language) -> dict[str, str | None]:
    match decision:
        case TraceShipment():
            return _shipment_facts(decision.shipment_id, sources)
        case Redeliver():
            facts = _shipment_facts(decision.shipment_id, sources)
            if decision.on is not None:
                facts["delivery_day"] = weekday_date_text(decision.on, language)
            return facts
        case KeepCommitment():
            found = next((c for c in sources.commitments if c.commitment_id == decision.commitment_id), None)
            if found is None:
                return {}
            return {"what": found.what, "commitment_day": weekday_date_text(found.on, language)}
        case _:
            return {}


def _cancel_facts(
    decision: CancelOrder,
    step: Step,
    record: DecisionRecord,
    sources: FactSources,
    texts: Texts,
    language: Language,
) -> dict[str, str | None]:
    order_no = _order_no(decision.order_id, sources)
    words = texts.words[language]["cancelled.lines" if decision.lines else "cancelled.all"]
    items = _items(decision.lines, decision.order_id, sources)
    facts: dict[str, str | None] = {
        "order_no": order_no,
        "cancelled": words.replace("{items}", items).replace("{order_no}", order_no),
    }
    if value_of(decision):  # nothing asked for, nothing paid: the paragraphs about money are left out
        facts |= _money_facts(decision, step, record, sources, texts, language)
    return facts


def _money_facts(
    decision: Refund | RefundShipping | PriceAdjustment | CancelOrder,
    step: Step,
    record: DecisionRecord,
    sources: FactSources,
    texts: Texts,
    language: Language,
) -> dict[str, str | None]:
    payment = next((item for item in sources.payments if item.payment_id == decision.payment_id), None)
    method: PaymentMethod = payment.method if payment else "sepa"
    hint = payment.account_hint if payment else ""
    words = texts.words[language]
    account = words[f"account.{method}" if hint else f"account.{method}.plain"].replace("{account}", hint)
    facts: dict[str, str | None] = {
        "order_no": _order_no(decision.order_id, sources),
        "credit_note_no": step.result.get("credit_note_no"),
        "booked_on": _booked_on(step, record, sources, language),
    }
    if decision.amount or not decision.credited:
        facts["amount"] = money_text(decision.amount, language)
        facts |= {"account": account, "days": words[f"days.{method}"]}
    if decision.credited:
        facts |= _credit_facts(decision, step, sources, language)
    if isinstance(decision, Refund) and decision.lines:
        facts["items"] = _items(decision.lines, decision.order_id, sources)
    if decision.reason in texts.reasons:
        facts["reason"] = texts.reasons[decision.reason].sentence[language]
    return facts


def _credit_facts(
    decision: Refund | RefundShipping | PriceAdjustment | CancelOrder,
    step: Step,
    sources: FactSources,
    language: Language,
) -> dict[str, str | None]:
    """Return what comes off the invoice; what is left of it only the booking knows."""
    numbers = (one.number for one in sources.invoices if one.order_id == decision.order_id)
    left = parsed_money(step.result.get("left_open", ""))
    return {
        "credited": money_text(decision.credited, language),
        "invoice_no": step.result.get("credited_invoice") or ", ".join(sorted(numbers)),
        "left_open": None if left is None else money_text(left, language),
    }


def _return_facts(
    decision: AuthoriseReturn, step: Step, sources: FactSources, texts: Texts, language: Language
) -> dict[str, str | None]:
    deadline = step.result.get("deadline", "")
    last_day = date.fromisoformat(deadline) if deadline else decision.deadline
    facts: dict[str, str | None] = {
        "return_items": _items(decision.lines, decision.order_id, sources),
        "deadline": weekday_date_text(last_day, language),
        "return_no": step.result.get("return_no"),
        "order_no": _order_no(decision.order_id, sources),
    }
    points = drop_off_text(sources, texts, language)
    if points:
        facts["drop_off_points"] = points
    return facts


def drop_off_text(sources: FactSources, texts: Texts, language: Language) -> str:
    """Return the three nearest drop-off points with distance, opening hours and a map link; empty if none."""
    address = sources.customer.address if sources.customer else PostalAddress()
    blocks: list[str] = []
    for number, (point, km) in enumerate(nearest(sources.drop_off_points, address), start=1):
        distance = f" ({distance_text(km, language)})" if km is not None else ""
        hours = hours_text(point.hours, language) or texts.words[language]["hours.unknown"]
        blocks.append(
            f"{number}. {point.name}, {point.address}{distance}\n"
            f"   {texts.words[language]['hours']}: {hours}\n"
            f"   {texts.words[language]['map']}: {map_link(point.lat, point.lon)}"
        )
    return "\n".join(blocks)


def _voucher_facts(decision: GoodwillVoucher, step: Step, language: Language) -> dict[str, str | None]:
    facts: dict[str, str | None] = {
        "voucher_amount": money_text(decision.amount, language),
        "voucher_code": step.result.get("voucher_code"),
    }
    expires_on = _told_date(step, "voucher_expires_on") or decision.expires_on
    if expires_on is not None:
        facts["expires_on"] = date_text(expires_on, language)
    return facts


def _told_date(step: Step, slot: str) -> date | None:
    """Return the day (ISO) the booking told; ``None`` before it, or when it is none."""
    try:
        return date.fromisoformat(step.result.get(slot, "")[:10])
    except ValueError:
        return None


def _parcel_of(order_id: str, sources: FactSources) -> dict[str, str | None]:
    """Return the newest parcel of an order that is not there yet, if there is one."""
    open_ones = [
        item for item in sources.shipments if item.order_id == order_id and item.delivered_at is None
    ]
    if not open_ones:
        return {}
    return _shipment_facts(open_ones[-1].shipment_id, sources)


def _shipment_facts(shipment_id: str, sources: FactSources) -> dict[str, str | None]:
    found = next((item for item in sources.shipments if item.shipment_id == shipment_id), None)
    if found is None:
        return {}
    return {"carrier": found.carrier, "tracking_number": found.tracking_number}


def _booked_on(step: Step, record: DecisionRecord, sources: FactSources, language: Language) -> str | None:
    told = step.result.get("booked_at")
    at = datetime.fromisoformat(told) if told else record.booked_at if step.state == "booked" else None
    return (
        None if at is None else date_text(at.astimezone(ZoneInfo(sources.tenant.time_zone)).date(), language)
    )


def _items(lines: Iterable[LineQuantity], order_id: str, sources: FactSources) -> str:
    names = {
        line.line_id: line.name
        for order in sources.orders
        if order.order_id == order_id
        for line in order.lines
    }
    return ", ".join(f"{item.quantity} × {names.get(item.line_id, item.line_id)}" for item in lines)


def _order_no(order_id: str, sources: FactSources) -> str:
    return next((order.number for order in sources.orders if order.order_id == order_id), "")
