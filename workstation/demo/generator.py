"""Invents the whole firm as of a moment: pure, and the same for the same moment and seed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from workstation.demo.buyers import Townsfolk
from workstation.demo.materials import Materials, load_materials
from workstation.demo.open_cases import arrivals_of, open_case
from workstation.demo.past import often_refunded, past_case
from workstation.demo.purchases import Plan, local_day, numbered, plan_by_chance, plan_of_story, plans_before
from workstation.demo.shapes import (
    CaseScript,
    Commitment,
    DataSet,
    Purchase,
    Refunded,
    Reminder,
)
from workstation.hub.defaults import holidays_of

SEED = "Backhaus Lindner"
CUSTOMERS = 120
_DUNNING_FEE = 500
_LATELY, _LONG_AGO = 9, 75
"""Days."""


def make_data_set(
    now: datetime, *, customers: int = CUSTOMERS, materials: Materials | None = None
) -> DataSet:
    """Return the firm as it stands at ``now`` (aware UTC); fewer ``customers`` make a smaller one."""
    material = materials or load_materials()
    townsfolk = Townsfolk(material, Random(f"{SEED}/people"), now)
    told = (*material.open_cases, *material.arrivals, *material.firm["unsent_bill"])
    stories = [row for row in told if "order" in row]
    plans = [plan_of_story(row, townsfolk.named(row), material.articles, now) for row in stories]
    for row in stories:
        plans += plans_before(row, townsfolk.named(row), material.articles, now)
    townsfolk.fill_up(customers)
    plans += _by_chance(townsfolk, material, {plan.buyer.number for plan in plans}, now)
    by_key = numbered(plans)
    opened = tuple(
        open_case(row, townsfolk, by_key.get(row.get("order_of", row["key"])), now, material)
        for row in material.open_cases
    )
    past = _past(townsfolk, material, by_key, now)
    purchases = _with_refunds(by_key, (*past, *opened))
    buyers = townsfolk.all
    return DataSet(
        now=now,
        buyers=buyers,
        purchases=purchases,
        past=past,
        open=opened,
        arrivals=tuple(arrivals_of(material, townsfolk, opened, by_key, now)),
        commitments=_commitments(material, townsfolk, by_key, now),
        reminders=_reminders(purchases, now),
        buyers_by_number={buyer.number: buyer for buyer in buyers},
    )


def _by_chance(townsfolk: Townsfolk, material: Materials, told: set[str], now: datetime) -> list[Plan]:
    """Return purchases nobody tells of; who is ``told`` of bought nothing else lately."""
    rng = Random(f"{SEED}/orders")
    plans: list[Plan] = []
    for buyer in townsfolk.all:
        most = 14 if buyer.salutation == "Firma" else 7
        for number in range(rng.randrange(1, most)):
            days = _LONG_AGO if buyer.number in told else _LATELY
            key = f"{buyer.number}/{number}"
            plans.append(plan_by_chance(key, buyer, material.articles, rng, now, at_least_days=days))
    return plans


def _past(
    townsfolk: Townsfolk, material: Materials, by_key: dict[str, Purchase], now: datetime
) -> tuple[CaseScript, ...]:
    rng = Random(f"{SEED}/past")
    cases: list[CaseScript] = []
    for buyer in townsfolk.all:
        prefix = f"{buyer.number}/"
        own = [purchase for key, purchase in by_key.items() if key.startswith(prefix)]
        rng.shuffle(own)
        wanted = rng.choices((1, 2, 3), (5, 3, 1))[0]
        for number, purchase in enumerate(own):
            if wanted and (
                case := past_case(f"{prefix}{number}", buyer, purchase, material.past_cases, rng, now)
            ):
                cases.append(case)
                wanted -= 1
    for key, purchase in by_key.items():
        if "/before/" in key:
            buyer = next(buyer for buyer in townsfolk.all if buyer.number == purchase.buyer)
            cases.append(often_refunded(key, buyer, purchase, material.past_cases, rng))
    return tuple(sorted(cases, key=lambda case: (case.beats[0].at, case.key)))


def _with_refunds(by_key: dict[str, Purchase], cases: tuple[CaseScript, ...]) -> tuple[Purchase, ...]:
    back: Counter[str] = Counter()
    for case in cases:
        for beat in case.beats:
            if isinstance(beat, Refunded):
                back[case.order] += beat.amount
    return tuple(replace(purchase, refunded=back[purchase.number]) for purchase in by_key.values())


def _commitments(
    material: Materials, townsfolk: Townsfolk, by_key: dict[str, Purchase], now: datetime
) -> tuple[Commitment, ...]:
    first = local_day(now) + timedelta(days=2)
    holidays = holidays_of(material.firm["region"], first.year)
    on = next(holiday.on for holiday in holidays if holiday.on >= first)
    return tuple(
        Commitment(
            key=row["key"],
            buyer=townsfolk.named(row).number,
            order=by_key[row["key"]].number,
            what=row["commitment"],
            on=on,
        )
        for row in material.open_cases
        if row.get("commitment")
    )


def _reminders(purchases: tuple[Purchase, ...], now: datetime) -> tuple[Reminder, ...]:
    found: list[Reminder] = []
    for purchase in purchases:
        bill = purchase.bill
        if bill is None:
            continue
        for level in range(1, bill.dunning_level + 1):
            sent_on = bill.due_on + timedelta(days=16 * level)
            if sent_on <= local_day(now):
                found.append(Reminder(bill.number, purchase.buyer, level, sent_on, _DUNNING_FEE))
    return tuple(found)
