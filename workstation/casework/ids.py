"""Typed ids: UUIDv7 made at the click, and ids derived from them; order is never taken from ids."""

from __future__ import annotations

import uuid
from typing import NewType

from workstation.casework.errors import RuleViolation

TenantId = NewType("TenantId", str)
TeamId = NewType("TeamId", str)
PersonId = NewType("PersonId", str)
DeviceId = NewType("DeviceId", str)
CustomerId = NewType("CustomerId", str)
IdentityId = NewType("IdentityId", str)
CaseId = NewType("CaseId", str)
MessageId = NewType("MessageId", str)
DecisionId = NewType("DecisionId", str)
PromiseId = NewType("PromiseId", str)
ApprovalId = NewType("ApprovalId", str)
CommandId = NewType("CommandId", str)
EffectId = NewType("EffectId", str)
OrderId = NewType("OrderId", str)
LineId = NewType("LineId", str)
PaymentId = NewType("PaymentId", str)
ShipmentId = NewType("ShipmentId", str)
InvoiceId = NewType("InvoiceId", str)
ReturnId = NewType("ReturnId", str)
BookingId = NewType("BookingId", str)
WorkOrderId = NewType("WorkOrderId", str)
CommitmentId = NewType("CommitmentId", str)

_EFFECT_NAMESPACE = uuid.UUID("8f1d3a50-6c1e-5b0e-9f6b-0d7d4f0a2c11")
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid7(unix_ms: int, random: bytes) -> str:
    """Return a version 7 UUID (RFC 9562, 5.7) from milliseconds since 1970 and ten random bytes.

    Raises:
        ValueError: ``random`` is not ten bytes or the time does not fit 48 bits.
    """
    if len(random) != 10:
        raise ValueError("ten random bytes are needed")
    if not 0 <= unix_ms < 1 << 48:
        raise ValueError("the time does not fit 48 bits")
    value = unix_ms << 80 | int.from_bytes(random, "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def made_at_ms(identifier: str) -> int:
    """Return when a version 7 UUID was made by its maker's clock, ms since 1970; 0 for any other UUID."""
    parsed = uuid.UUID(identifier)
    return parsed.int >> 80 if parsed.version == 7 else 0


def checked_id(text: str) -> str:
    """Return ``text`` as a canonical lower-case UUID.

    Raises:
        RuleViolation: ``id.malformed`` when it is not one.
    """
    try:
        parsed = uuid.UUID(text)
    except (ValueError, AttributeError, TypeError) as error:
        raise RuleViolation("id.malformed", value=str(text)[:80]) from error
    if str(parsed) != text:
        raise RuleViolation("id.malformed", value=str(text)[:80])
    return text


def effect_id(command_id: str, step: int, purpose: str = "step") -> EffectId:
    """Return the id of one effect of a command: the same command and step always give the same id."""
    return EffectId(str(uuid.uuid5(_EFFECT_NAMESPACE, f"{command_id}/{purpose}/{step}")))


def derived_id(*parts: str) -> str:
    """Return an id that depends on nothing but ``parts`` (for things named by a backend)."""
    return str(uuid.uuid5(_EFFECT_NAMESPACE, "\x1f".join(parts)))


def short_code(identifier: str) -> str:
    """Return four letters or digits to tell an unnumbered case apart, such as ``K7Q2``."""
    value = uuid.UUID(identifier).int & 0xFFFFF
    return "".join(_CROCKFORD[value >> shift & 31] for shift in (15, 10, 5, 0))
