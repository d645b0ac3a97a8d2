"""Budget rows: how much of a limit is spent, reserved and leased; their sum never passes the limit."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

BudgetLevel = Literal["person_day", "customer_window", "team_month", "case_person"]


class Budget(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``budget``, minor units of ``currency``: ``limit_amt - spent - reserved - leased >= 0``."""

    budget_id: str
    level: BudgetLevel
    subject_id: str
    """The person, customer or team it belongs to (``case/person`` for a case)."""
    group: str
    period: str
    """``2026-11-22`` for a day, ``2026-11`` for a month, ``90d`` for a rolling window, empty for a case."""
    limit_amt: int
    spent: int = 0
    reserved: int = 0
    leased: int = 0
    currency: str = "EUR"
    rev: int = 0
    window_start: datetime | None = None

    @property
    def rest(self) -> int:
        """What may still be used, minor units."""
        return self.limit_amt - self.spent - self.reserved - self.leased
