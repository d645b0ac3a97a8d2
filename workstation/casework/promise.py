"""The promise ledger: what, who, by when, told to the customer; kept, broken or taken back."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from workstation.casework.errors import RuleViolation

PromiseState = Literal["open", "kept", "broken", "withdrawn"]


class Promise(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``promise``: it survives replies, snoozes, merges and shift changes."""

    promise_id: str
    case_id: str
    customer_id: str
    what: Literal["call_back", "answer", "deliver", "other"]
    due_at: datetime
    owner_id: str
    made_at: datetime
    made_by: str
    rev: int = 0
    note: str = ""
    state: PromiseState = "open"
    closed_at: datetime | None = None
    is_kept_in_time: bool | None = None


def kept(promise: Promise, at: datetime) -> Promise:
    """Return the promise as kept at ``at``; kept late still counts as kept, but not in time.

    Raises:
        RuleViolation: ``promise.not_open``.
    """
    if promise.state != "open":
        raise RuleViolation("promise.not_open", state=promise.state)
    return msgspec.structs.replace(promise, state="kept", closed_at=at, is_kept_in_time=at <= promise.due_at)


def withdrawn(promise: Promise, at: datetime) -> Promise:
    """Return the promise as taken back at ``at``.

    Raises:
        RuleViolation: ``promise.not_open``.
    """
    if promise.state != "open":
        raise RuleViolation("promise.not_open", state=promise.state)
    return msgspec.structs.replace(promise, state="withdrawn", closed_at=at)
