"""May this person decide this: limits, usage and facts in, a judgement out; and the budget rows it takes."""

from __future__ import annotations

from workstation.casework.limit import (
    Allowed,
    BudgetNeed,
    Conditions,
    CustomerWindow,
    JudgeContext,
    Judgement,
    Limit,
    NeedsApproval,
    Refused,
    Usage,
)

__all__ = [
    "Allowed",
    "BudgetNeed",
    "Conditions",
    "CustomerWindow",
    "JudgeContext",
    "Judgement",
    "Limit",
    "NeedsApproval",
    "Refused",
    "Usage",
]
