"""Customers and the identities linked to them: one person, many addresses, linked and never merged away."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from workstation.casework.errors import RuleViolation

IdentityKind = Literal["email", "phone", "shop_account", "chat"]


class Identity(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One way to recognise a customer; unlinking keeps the row, so that links have a history."""

    identity_id: str
    kind: IdentityKind
    value: str
    """As people write it."""
    normalised: str
    """As it is compared (see :func:`normalise`)."""
    linked_at: datetime
    linked_by: str = ""
    """Person id, or ``rule:<name>``."""
    unlinked_at: datetime | None = None
    unlinked_by: str = ""


class PostalAddress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where parcels and letters go; ``lat`` and ``lon`` in degrees where known."""

    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "DE"
    lat: float | None = None
    lon: float | None = None


class Customer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``customer``."""

    customer_id: str
    name: str
    rev: int = 0
    number: str = ""
    salutation: Literal["", "Frau", "Herr", "Firma"] = ""
    given_name: str = ""
    family_name: str = ""
    language: Literal["de", "en"] = "de"
    since: datetime | None = None
    address: PostalAddress = PostalAddress()
    identities: tuple[Identity, ...] = ()
    tags: tuple[str, ...] = ()

    def linked(self, kind: IdentityKind) -> tuple[Identity, ...]:
        """Return the identities of ``kind`` that are linked now."""
        return tuple(item for item in self.identities if item.kind == kind and item.unlinked_at is None)


def normalise(kind: IdentityKind, value: str) -> str:
    """Return ``value`` as identities are compared.

    E-mail: trimmed, domain and local part lower case. Phone: digits with country code, ``0`` at the
    start read as Germany's ``+49``. Others: trimmed and folded.

    Raises:
        RuleViolation: ``identity.malformed`` when nothing comparable is left.
    """
    text = value.strip()
    if kind == "email":
        local, at, domain = text.rpartition("@")
        if not at or not local or not domain:
            raise RuleViolation("identity.malformed", kind=kind, value=text[:120])
        return f"{local.casefold()}@{domain.casefold()}"
    if kind == "phone":
        digits = "".join(character for character in text if character.isdigit())
        if text.startswith("+"):
            number = "+" + digits
        elif digits.startswith("00"):
            number = "+" + digits[2:]
        elif digits.startswith("0"):
            number = "+49" + digits[1:]
        else:
            number = digits
        if len(digits) < 4:
            raise RuleViolation("identity.malformed", kind=kind, value=text[:120])
        return number
    if not text:
        raise RuleViolation("identity.malformed", kind=kind, value="")
    return text.casefold()
