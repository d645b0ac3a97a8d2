"""Proof that the kills see loss: a database that confirms before it has written must turn them red."""

from __future__ import annotations

from tests.faults import postgresql_kills
from tests.faults.suite import Outcome


def prove(is_long: bool) -> Outcome:
    """Kill a careless PostgreSQL; it is a failure when nothing is lost."""
    if not postgresql_kills.can_run():
        return Outcome("", left_out="no PostgreSQL of our own to kill")
    count = 10 if is_long else 4
    answered, broken = postgresql_kills.kills(count, is_careless=True)
    lost = sum(1 for one in broken if one.startswith("i07"))
    outcome = Outcome(
        f"careless PostgreSQL, {count} kills: {lost} of {answered} answers lost, as it should be"
    )
    if not lost:
        outcome.broken = ["nothing was lost although nothing was flushed: the kills are blind"]
    return outcome
