"""Reading what an act asks for: inside its envelope, or from the blob that came before it."""

from __future__ import annotations

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.ids import checked_id
from workstation.casework.wire.codec import decode, sha256_hex
from workstation.casework.wire.commands import (
    MAX_BODY_BYTES,
    MAX_INLINE_BODY_BYTES,
    Body,
    Envelope,
    Quarantined,
    Rejected,
    Void,
    type_of,
)
from workstation.casework.wire.upcast import raised
from workstation.hub.ports import Blobs

_NO_BODY = b"null"


class _TypeOnly(msgspec.Struct):
    type: str = ""


def with_body(blobs: Blobs, tenant_id: str, envelope: Envelope) -> Envelope:
    """Return the envelope with its body in it; one that is too large is cut, one that is not here is null."""
    if not envelope.is_body_in_blob:
        return envelope
    # One byte more than may be there is enough to refuse it.
    content = blobs.read(tenant_id, envelope.sha256, 0, MAX_BODY_BYTES + 1)
    return msgspec.structs.replace(envelope, body=msgspec.Raw(content or _NO_BODY))


def is_body_missing(envelope: Envelope) -> bool:
    """Whether its body has not come yet, or is gone since a backup was put back: it is to be sent again."""
    return envelope.is_body_in_blob and bytes(envelope.body) == _NO_BODY


def is_whole(envelope: Envelope) -> bool:
    """Whether the body is the one that was signed."""
    raw = bytes(envelope.body)
    is_cut = envelope.is_body_in_blob and len(raw) > MAX_BODY_BYTES
    return is_cut or sha256_hex(raw) == envelope.sha256


def forget_body(blobs: Blobs, tenant_id: str, envelope: Envelope) -> None:
    """Delete the blob of an act that was carried out: what it says lies in its place now.

    Only of such a one it is sure that its blob is no file somebody else still needs.
    """
    if envelope.is_body_in_blob:
        blobs.delete(tenant_id, envelope.sha256)


def body_of(envelope: Envelope) -> Body | Quarantined | Rejected:
    """Return what is asked for, or why it cannot be read."""
    one = envelope.cmd_id
    raw = bytes(envelope.body)
    if len(raw) > (MAX_BODY_BYTES if envelope.is_body_in_blob else MAX_INLINE_BODY_BYTES):
        return Rejected(cmd_id=one, code="command.too_large", params={"most": str(MAX_BODY_BYTES)})
    try:
        raw = raised(raw, envelope.type, envelope.type_v)
        body: Body = decode(raw, Body)  # type: ignore[arg-type]
    except RuleViolation:
        return Quarantined(cmd_id=one, code="command.unknown_type")
    except (msgspec.ValidationError, ValueError) as error:
        if not _is_known_type(raw):
            return Quarantined(cmd_id=one, code="command.unknown_type")
        return Rejected(cmd_id=one, code="command.malformed", params=_place_of(error))
    if body.case_id != envelope.case_id or type_of(body) != envelope.type:
        params = {"path": "$", "expected": "the case and the type of the envelope"}
        return Rejected(cmd_id=one, code="command.malformed", params=params)
    try:
        if not isinstance(body, Void):
            checked_id(body.case_id)
    except RuleViolation as violation:
        return Rejected(cmd_id=one, code=violation.code, params=texts_of(violation))
    return body


def _place_of(error: Exception) -> dict[str, str]:
    """Return where in a body something else was expected, and what."""
    what, _, path = str(error).partition(" - at `")
    return {"path": path.rstrip("`")[:100] or "$", "expected": what[:200]}


def _is_known_type(raw: bytes) -> bool:
    try:
        name = decode(raw, _TypeOnly).type
        decode(msgspec.json.encode({"type": name}), Body)  # type: ignore[arg-type]
    except msgspec.ValidationError as error:
        return "missing required field" in str(error)
    except (msgspec.MsgspecError, ValueError):
        return False
    return True


def texts_of(violation: RuleViolation) -> dict[str, str]:
    """Return the parameters of a violation as a verdict can hold them."""
    return {name: str(value)[:200] for name, value in violation.params.items()}
