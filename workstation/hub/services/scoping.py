"""Who may read what: an entity is in the scope of its case's team, or of its customer's cases."""

from __future__ import annotations

from collections.abc import Iterable

from workstation.casework.people import Person

REFERENCE = "reference"

REFERENCE_KINDS = frozenset(
    {"tenant", "person", "team", "limit", "calendar", "sla_policy", "text", "drop_off_point", "stock"}
)
CASE_KINDS = frozenset({"case", "message", "decision", "promise", "approval"})
"""In the scope of the team that has the case."""
CUSTOMER_KINDS = frozenset(
    {
        "customer",
        "order",
        "payment",
        "shipment",
        "invoice",
        "dunning_notice",
        "commitment",
        "return",
        "booking",
        "work_order",
        "voucher",
    }
)
"""In the scope of every team that has a case of the customer."""


def team_scope(team_id: str) -> str:
    """Return the scope of a team."""
    return f"team:{team_id}"


def person_scope(person_id: str) -> str:
    """Return the scope of what only one person sees."""
    return f"person:{person_id}"


def joined(scopes: Iterable[str]) -> str:
    """Return scopes as they are stored: sorted, without doubles, one space between."""
    return " ".join(sorted(set(scopes)))


def split(stored: str) -> tuple[str, ...]:
    """Return the scopes of a stored text."""
    return tuple(stored.split())


def readable_by(person: Person, device_id: str, team_ids: Iterable[str]) -> tuple[str, ...]:
    """Return the scopes a person may read on a device: leads and owners see all teams, others their own."""
    teams = sorted(team_ids) if person.role in ("lead", "owner") else [person.team_id]
    scopes = [REFERENCE, *(team_scope(team_id) for team_id in teams if team_id)]
    scopes.append(person_scope(person.person_id))
    if device_id:
        scopes.append(f"device:{device_id}")
    return tuple(scopes)
