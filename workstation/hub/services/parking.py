"""After a restore: what builds upon something another desk has yet to hand over waits and is not refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from workstation.casework.errors import RuleViolation
from workstation.hub.ports import Tx
from workstation.hub.services.case_acts import Act, mark_of

WAITS_FOR = timedelta(days=35)
"""So long desks keep what was settled, and so long one of them may still bring what is missing."""
BEHIND = "command.waits_behind"
"""Of an act that builds upon one that waits, or comes after it on its case."""
_CASE = "case.unknown"
_NOT_THERE = frozenset(
    {
        _CASE,
        "case.split_unknown_message",
        "customer.unknown",
        "decision.unknown",
        "effect.unknown",
        "message.unknown",
        "promise.unknown",
        "reply.decision_unknown",
        "reversal.other_case",
        "work_order.unknown",
    }
)
"""Refusals that say: what this is about is not here."""


class NotBackYet(Exception):
    """What the act is about was lost with the hub's data and may come again; nothing was stored."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@contextmanager
def waiting_for_others(tx: Tx, act: Act) -> Iterator[None]:
    """Turn a refusal for lack of something into :class:`NotBackYet`, while another desk may bring it.

    A case that nobody here knows is waited for by every act: the mail that opened it comes in again, or the
    desk that opened it comes back. Other things only by acts from before the restore: those that are made
    now have seen what there is.

    Raises:
        NotBackYet: see above. RuleViolation: any other refusal, as it was.
    """
    try:
        yield
    except RuleViolation as violation:
        is_recent = tx.restored_at is not None and tx.now < tx.restored_at + WAITS_FOR
        is_older = bool(mark_of(tx, act.cmd_id, was_offered=act.was_offered))
        if is_recent and violation.code in _NOT_THERE and (is_older or violation.code == _CASE):
            raise NotBackYet(violation.code) from violation
        raise
