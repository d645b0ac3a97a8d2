"""What is done under a reference is done once and for ever; a repeat must ask for the same."""

from __future__ import annotations

import hashlib

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.hub.ports import Tx
from workstation.hub.ports_backend import (
    CancelRequest,
    ReplacementRequest,
    ReversalRequest,
    TillRequest,
    VoucherRequest,
)
from workstation.hub.ports_books import BookAct, Books

ActRequest = CancelRequest | ReplacementRequest | VoucherRequest | ReversalRequest | TillRequest

_FREE_TO_DIFFER = frozenset({"first_sent_at", "reason", "case_id"})
"""What may differ in a repeat without making it another request."""


class Raced(Exception):
    """Another worker booked the same reference while we prepared it."""


def known_act(books: Books, request: ActRequest) -> BookAct | None:
    """Return what was done for the request before.

    Raises:
        RuleViolation: ``reference.other_request`` when its reference was used for something else.
    """
    act = books.act(request.reference)
    if act is not None and act.fingerprint != _fingerprint(request):
        raise RuleViolation("reference.other_request", reference=request.reference)
    return act


def add_act(tx: Tx, books: Books, request: ActRequest, kind: str, subject_id: str, undoes: str = "") -> None:
    """Store that the request was carried out.

    Raises:
        Raced: somebody did it meanwhile.
    """
    act = BookAct(
        reference=request.reference,
        kind=kind,
        subject_id=subject_id,
        fingerprint=_fingerprint(request),
        made_at=tx.now,
        undoes=undoes,
    )
    if not books.add_act(act):
        raise Raced


def _fingerprint(request: ActRequest) -> str:
    told = msgspec.to_builtins(request)
    asked = {name: value for name, value in told.items() if name not in _FREE_TO_DIFFER}
    content = msgspec.json.encode([type(request).__name__, asked], order="deterministic")
    return hashlib.sha256(content).hexdigest()[:32]
