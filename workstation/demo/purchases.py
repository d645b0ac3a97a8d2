"""Invents orders with payments, parcels and invoices; numbers are given in the order of time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any, Literal
from zoneinfo import ZoneInfo

from workstation.casework.records import ParcelEvent, PaymentMethod
from workstation.demo.shapes import Article, Bill, Buyer, Parcel, Purchase

ZONE = ZoneInfo("Europe/Berlin")
CARRIERS = ("Südpaket", "Kurier Dreisam")
_SHIPPING, _FREE_FROM = 490, 10_000
_OWN_TOUR = ("torte", "catering")
_GROUPS = ("backen", "tisch", "buch", *_OWN_TOUR)
_METHODS: tuple[PaymentMethod, ...] = ("card", "paypal", "sepa", "invoice", "prepaid")
_ATTEMPTS = (
    ("customer_absent", "Empfänger nicht angetroffen"),
    ("address_not_found", "Adresse nicht gefunden"),
    ("customer_absent", "Empfänger nicht angetroffen"),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A purchase before numbers are given; ``delivered_at`` and ``parcel`` say how far it got."""

    key: str
    buyer: Buyer
    placed_at: datetime
    lines: tuple[tuple[Article, int], ...]
    method: PaymentMethod
    hint: str
    delivered_at: datetime | None = None
    parcel: Literal["", "announced", "in_transit", "stuck", "failed3"] = ""
    promised_by: date | None = None
    driver: str = ""
    is_unpaid: bool = False
    has_bill: bool = False
    bill_delivery: Literal["not_sent", "delivered", "failed"] = "delivered"
    dunning_level: int = 0


def plan_of_story(row: dict[str, Any], buyer: Buyer, articles: dict[str, Article], now: datetime) -> Plan:
    """Return the purchase a story in the materials tells of."""
    delivered = row.get("delivered")
    promised = row.get("promised")
    delivered_at = None if delivered is None else now - timedelta(hours=delivered)
    placed_at = now - timedelta(days=row["placed"], hours=3)
    if delivered_at is not None:
        placed_at = min(placed_at, delivered_at - timedelta(hours=18))
    return Plan(
        key=row["key"],
        buyer=buyer,
        placed_at=placed_at,
        lines=tuple((articles[sku], quantity) for sku, quantity in row["order"]),
        method=row["pay"],
        hint=row.get("hint", ""),
        delivered_at=delivered_at,
        parcel=row.get("parcel", ""),
        promised_by=None if promised is None else local_day(now + timedelta(days=promised)),
        driver=row.get("driver", ""),
        is_unpaid=bool(row.get("open")),
        has_bill=row["pay"] == "invoice" or bool(row.get("invoice")),
        bill_delivery=row.get("invoice_delivery", "delivered"),
        dunning_level=row.get("dunning", 0),
    )


def plan_by_chance(
    key: str, buyer: Buyer, articles: dict[str, Article], rng: Random, now: datetime, *, at_least_days: int
) -> Plan:
    """Return some purchase of the last two years, ``at_least_days`` ago."""
    lived = max(at_least_days + 20.0, min(730.0, (now - buyer.since) / timedelta(days=1)))
    day = local_day(now - timedelta(days=rng.uniform(at_least_days, lived)))
    placed_at = at_local(day, rng.randrange(6, 23), rng.randrange(60))
    group = rng.choices(_GROUPS, _tastes(buyer))[0]
    wares = [article for article in articles.values() if article.group == group]
    picked = rng.sample(wares, min(len(wares), rng.choices((1, 2, 3), (5, 4, 2))[0]))
    method = rng.choices(_METHODS, (5, 5, 3, 6 if buyer.salutation == "Firma" else 2, 1))[0]
    return Plan(
        key=key,
        buyer=buyer,
        placed_at=placed_at,
        lines=tuple((article, _quantity(article, buyer, rng)) for article in picked),
        method=method,
        hint=f"{rng.randrange(1000, 10000)}" if method in ("card", "paypal", "sepa") else "",
        delivered_at=at_local(
            day + timedelta(days=rng.randrange(1, 5)), rng.randrange(8, 18), rng.randrange(60)
        ),
        has_bill=method == "invoice" or rng.random() < 0.1,
        dunning_level=1 if method == "invoice" and rng.random() < 0.12 else 0,
    )


def plans_before(
    row: dict[str, Any], buyer: Buyer, articles: dict[str, Article], now: datetime
) -> list[Plan]:
    """Return the earlier purchases of a customer to whom much has been refunded in this quarter."""
    plans: list[Plan] = []
    for number in range(row.get("refunded_before", 0)):
        day = local_day(now) - timedelta(days=80 - number * 8)
        plan = Plan(
            key=f"{row['key']}/before/{number}",
            buyer=buyer,
            placed_at=at_local(day, 9, 12),
            lines=((articles[row["order"][0][0]], 2),),
            method=row["pay"],
            hint=row.get("hint", ""),
            delivered_at=at_local(day + timedelta(days=2), 14, 17),
        )
        plans.append(plan)
    return plans


def numbered(plans: list[Plan]) -> dict[str, Purchase]:
    """Return the purchases by key of their plan, numbered in the order of time."""
    ordered = sorted(plans, key=lambda plan: (plan.placed_at, plan.key))
    bills: dict[int, int] = {}
    found: dict[str, Purchase] = {}
    for index, plan in enumerate(ordered, start=1):
        purchase = _purchase(plan, index)
        if plan.has_bill:
            year = local_day(plan.placed_at).year
            bills[year] = bills.get(year, 0) + 1
            purchase = replace(purchase, bill=_bill(plan, purchase, f"RE-{year}-{bills[year]:04d}"))
        found[plan.key] = purchase
    return found


def _purchase(plan: Plan, index: int) -> Purchase:
    goods = sum(article.price * quantity for article, quantity in plan.lines)
    is_own_tour = all(article.group in _OWN_TOUR for article, _ in plan.lines)
    status: Literal["placed", "shipped", "delivered"] = "placed"
    if plan.delivered_at is not None:
        status = "delivered"
    elif plan.parcel not in ("", "announced"):
        status = "shipped"
    later = timedelta(days=12) if plan.method in ("invoice", "prepaid") else timedelta(seconds=40)
    return Purchase(
        number=f"B-{10000 + index}",
        buyer=plan.buyer.number,
        placed_at=plan.placed_at,
        lines=plan.lines,
        shipping=0 if is_own_tour or goods >= _FREE_FROM else _SHIPPING,
        status=status,
        method=plan.method,
        hint=plan.hint,
        payment_number=f"Z-{20000 + index}",
        paid_at=None if plan.is_unpaid else plan.placed_at + (later if plan.delivered_at else timedelta(0)),
        parcel=_parcel(plan, index, is_own_tour),
    )


def _bill(plan: Plan, purchase: Purchase, number: str) -> Bill:
    issued = local_day(plan.placed_at) + timedelta(days=1)
    return Bill(
        number=number,
        open=purchase.total if plan.is_unpaid else 0,
        issued_on=issued,
        due_on=issued + timedelta(days=14),
        delivery=plan.bill_delivery,
        dunning_level=plan.dunning_level,
    )


def _parcel(plan: Plan, index: int, is_own_tour: bool) -> Parcel | None:
    if plan.delivered_at is None and not plan.parcel:
        return None
    carrier = "Eigene Tour" if is_own_tour else CARRIERS[index % 2]
    events = _own_tour_events(plan, index) if is_own_tour else _parcel_events(plan)
    return Parcel(carrier, f"SP{4_810_000_000 + index * 7919}", events, plan.promised_by)


def _own_tour_events(plan: Plan, index: int) -> tuple[ParcelEvent, ...]:
    assert plan.delivered_at is not None
    words = plan.driver or f"Tour {1 + index % 4}"
    return (
        ParcelEvent(at=plan.delivered_at - timedelta(minutes=110), code="out_for_delivery", text=words),
        ParcelEvent(at=plan.delivered_at, code="delivered", text=words),
    )


def _parcel_events(plan: Plan) -> tuple[ParcelEvent, ...]:
    start = plan.placed_at
    events = [ParcelEvent(at=start + timedelta(hours=1), code="announced")]
    if plan.parcel == "announced":
        return tuple(events)
    until = plan.delivered_at or start + timedelta(days=3)
    step = (until - start) / 4
    events.append(ParcelEvent(at=start + step, code="picked_up", text="Paketzentrum Umkirch"))
    events.append(ParcelEvent(at=start + 2 * step, code="in_transit", text="Verteilzentrum"))
    if plan.delivered_at is not None:
        events.append(ParcelEvent(at=plan.delivered_at - timedelta(hours=4), code="out_for_delivery"))
        events.append(ParcelEvent(at=plan.delivered_at, code="delivered", text=plan.driver))
    elif plan.parcel == "stuck":
        events.append(
            ParcelEvent(at=until + timedelta(days=3), code="delayed", text="Weiterleitung verzögert")
        )
    elif plan.parcel == "failed3":
        for number, (reason, words) in enumerate(_ATTEMPTS):
            at = until + timedelta(days=number, hours=2)
            events.append(ParcelEvent(at=at, code="failed_attempt", text=words, reason=reason))
    return tuple(events)


def _tastes(buyer: Buyer) -> tuple[int, ...]:
    """Return weights of the groups; cakes are brought by the firm's own tour, so only round Freiburg."""
    if not buyer.address.postcode.startswith("79"):
        return (6, 4, 2, 0, 0)
    return (1, 1, 0, 6, 3) if buyer.salutation == "Firma" else (6, 4, 2, 3, 0)


def _quantity(article: Article, buyer: Buyer, rng: Random) -> int:
    if article.group == "catering":
        return rng.choice((12, 20, 30)) if article.sku == "CA-FRU" else rng.choice((1, 2))
    most = 12 if buyer.salutation == "Firma" and article.group == "torte" else 4
    return 1 if article.price > 3000 else rng.randrange(1, most)


def local_day(at: datetime) -> date:
    """Return the day in Freiburg."""
    return at.astimezone(ZONE).date()


def at_local(day: date, hour: int, minute: int) -> datetime:
    """Return a local time in Freiburg as UTC."""
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)
