"""Who writes: an address to the customer it is linked to, or a new customer with that address."""

from __future__ import annotations

from datetime import datetime

import msgspec

from workstation.casework.customer import Customer, Identity, IdentityKind, normalise
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.message import Language
from workstation.hub.ports import Tx

_LONGEST_NAME = 120


def find_customer(tx: Tx, kind: IdentityKind, value: str) -> Customer | None:
    """Return the customer an address is linked to now; None also for what is no address."""
    try:
        normalised = normalise(kind, value)
    except RuleViolation:
        return None
    return tx.customer_by_identity(kind, normalised)


def customer_for(
    tx: Tx, kind: IdentityKind, value: str, *, name: str, language: Language, seed: str, rule: str
) -> Customer | None:
    """Return the customer of an address, made if nobody has it; None for what is no address.

    ``seed`` names what brought the address in: the same seed always makes the same customer id.
    """
    try:
        normalised = normalise(kind, value)
    except RuleViolation:
        return None
    known = tx.customer_by_identity(kind, normalised)
    if known is not None:
        return known
    shown = " ".join(name.split())[:_LONGEST_NAME] or value.partition("@")[0][:_LONGEST_NAME]
    given, _, family = shown.rpartition(" ")
    made = Customer(
        customer_id=derived_id(tx.tenant_id, "customer", seed),
        name=shown,
        given_name=given if "," not in shown else "",
        family_name=family if given and "," not in shown else "",
        language=language,
        since=tx.now,
        identities=(identity(kind, value, at=tx.now, by=f"rule:{rule}"),),
    )
    return tx.put(made)


def identity(kind: IdentityKind, value: str, *, at: datetime, by: str) -> Identity:
    """Return a linked identity; the same address always has the same id.

    Raises:
        RuleViolation: ``identity.malformed``.
    """
    normalised = normalise(kind, value)
    return Identity(
        identity_id=derived_id("identity", kind, normalised),
        kind=kind,
        value=value.strip(),
        normalised=normalised,
        linked_at=at,
        linked_by=by,
    )


def with_identity(customer: Customer, added: Identity) -> Customer:
    """Return the customer with one more linked identity, unless it is linked already."""
    if any(item.normalised == added.normalised for item in customer.linked(added.kind)):
        return customer
    return msgspec.structs.replace(customer, identities=(*customer.identities, added))
