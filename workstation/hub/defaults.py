"""What a new firm begins with: German opening hours, public holidays of its region, targets and limits."""

from __future__ import annotations

from datetime import date

from workstation.casework.calendar import Calendar, Holiday
from workstation.casework.ids import derived_id
from workstation.casework.limit import CustomerWindow, Limit
from workstation.casework.people import Role
from workstation.casework.records import OpeningSpan
from workstation.casework.reversal import KIND as REVERSAL
from workstation.casework.sla import SlaPolicy
from workstation.casework.wire.entities import Entity

REGIONS = ("BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH")
_YEARS = 3


def holidays_of(region: str, first_year: int) -> tuple[Holiday, ...]:
    """Return the public holidays of a German state (``BY``; empty: those of all states) for three years."""
    import holidays

    years = range(first_year, first_year + _YEARS)
    found = holidays.country_holidays("DE", subdiv=region or None, years=years, language="de")
    return tuple(Holiday(day, name) for day, name in sorted(found.items()))


def default_calendar(tenant_id: str, region: str, today: date) -> Calendar:
    """Return Monday to Friday, 8 to 18 o'clock, without the public holidays of ``region``."""
    return Calendar(
        calendar_id=derived_id(tenant_id, "calendar", "default"),
        name="Standard",
        spans=(OpeningSpan((1, 2, 3, 4, 5), "08:00", "18:00"),),
        holidays=holidays_of(region, today.year),
    )


def default_targets(tenant_id: str) -> SlaPolicy:
    """Return a human answer within 60 minutes of open time."""
    return SlaPolicy(sla_policy_id=derived_id(tenant_id, "sla_policy", "default"), name="Standard")


# Role, name, kinds; euro cents per decision, per customer in 90 days, per person and day.
# Goods sent again cost less than their price, and the fault was ours: more of them may be decided.
# Goodwill is owed to nobody: less. The lead and the owner are ruled by one amount for everything.
_AMOUNTS: tuple[tuple[Role, str, str, int | None, int | None, int | None], ...] = (
    ("agent", "Mitarbeitende", "*", 50_00, 150_00, 500_00),
    ("agent", "Mitarbeitende, Ersatz", "goods_again", 500_00, 1_000_00, 2_000_00),
    ("agent", "Mitarbeitende, Kulanz", "goodwill", 25_00, 50_00, 250_00),
    ("counter", "Theke", "*", 20_00, 60_00, 200_00),
    ("counter", "Theke, Ersatz", "goods_again", 100_00, 200_00, 500_00),
    ("counter", "Theke, Kulanz", "goodwill", 10_00, 20_00, 100_00),
    ("lead", "Teamleitung", "*", 500_00, 1_000_00, 2_500_00),
    ("owner", "Inhaber", "*", None, None, None),
)
# Who may take back what they have booked themselves; lead and owner may without a limit, the counter asks.
_TAKING_BACK: tuple[tuple[Role, str], ...] = (("agent", "Mitarbeitende, Zurückholen"),)


def default_limits(tenant_id: str, proof_threshold: int, currency: str) -> tuple[Limit, ...]:
    """Return each role's limits for all that costs money, who may take back, and freedom in the rest."""
    amounts = tuple(
        Limit(
            limit_id=derived_id(tenant_id, "limit", role, *(() if kinds == "*" else (kinds,))),
            name=name,
            kinds=(kinds,),
            role=role,
            per_decision=per_decision,
            per_customer=None if per_customer is None else CustomerWindow(per_customer, 90),
            per_person_day=per_day,
            proof_threshold=proof_threshold,
            currency=currency,
        )
        for role, name, kinds, per_decision, per_customer, per_day in _AMOUNTS
    )
    rights = tuple(
        Limit(
            limit_id=derived_id(tenant_id, "limit", role, REVERSAL),
            name=name,
            kinds=(REVERSAL,),
            role=role,
            proof_threshold=proof_threshold,
            currency=currency,
        )
        for role, name in _TAKING_BACK
    )
    return (*amounts, *rights)


def default_entities(
    tenant_id: str, region: str, today: date, proof_threshold: int, currency: str
) -> tuple[Entity, ...]:
    """Return all reference data a new firm begins with."""
    return (
        default_calendar(tenant_id, region, today),
        default_targets(tenant_id),
        *default_limits(tenant_id, proof_threshold, currency),
    )
