"""Which decisions the hub carries out; everything else is a shape only."""

from __future__ import annotations

from collections.abc import Sequence

from workstation.casework.decision import EXECUTABLE_KINDS, Decision, kind_of
from workstation.casework.errors import RuleViolation

MAX_STEPS = 20


def ensure_executable(steps: Sequence[Decision], kinds: frozenset[str] = EXECUTABLE_KINDS) -> None:
    """Check that there are steps and that each of them can be carried out.

    Raises:
        RuleViolation: ``decision.empty``, ``decision.too_many_steps``, ``decision.not_executable``.
    """
    if not steps:
        raise RuleViolation("decision.empty")
    if len(steps) > MAX_STEPS:
        raise RuleViolation("decision.too_many_steps", most=MAX_STEPS)
    for step in steps:
        if kind_of(step) not in kinds:
            raise RuleViolation("decision.not_executable", kind=kind_of(step))
