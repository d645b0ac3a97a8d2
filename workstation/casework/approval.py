"""Approvals: four eyes, due time, and the prepared hand-over a lead sees."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from workstation.casework.decision import Decision
from workstation.casework.money import Money


class Approval(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``approval``: a decision over the limit, with all a lead needs to answer it."""

    approval_id: str
    decision_id: str
    case_id: str
    customer_id: str
    asked_by: str
    asked_at: datetime
    steps: tuple[Decision, ...]
    amount: Money
    rev: int = 0
    asked_by_name: str = ""
    limit_code: str = ""
    """Which limit is passed, e.g. ``limit.per_decision``."""
    limit_params: dict[str, str] = {}
    due_at: datetime | None = None
    state: Literal["open", "granted", "declined", "withdrawn"] = "open"
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
