"""After a restore: what builds upon something another desk has yet to hand over waits and is not refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.joining import Joining
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_lost import OpenLostCases
from workstation.hub.services.case_acts import Act, mark_of

WAITS_FOR = timedelta(days=35)
"""So long desks keep what was settled, and so long one of them may still bring what is missing."""
BEHIND = "command.waits_behind"
"""Of an act that builds upon one that waits, or comes after it on its case."""
CASE_UNKNOWN = "case.unknown"
_NOT_THERE = frozenset(
    {
        CASE_UNKNOWN,
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


def case_of_mail(tenant_id: str, intake_id: str) -> str:
    """Return the id of the case a mail opens if it fits to none: the same however often it is fetched."""
    return derived_id(tenant_id, "case", intake_id)


class Elsewhere:
    """To which cases the mails of lost cases were put after a restore; looked up once, when first asked.

    A mail that had opened a case of its own, as the case before was settled, may fit to that one when it is
    fetched again: its settling is among what the copy lacks. What was done on the mail's case is about the
    mail, so it belongs where the mail is.
    """

    def __init__(self, database: Database, tenant_id: str, open_lost: OpenLostCases | None) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._open_lost = open_lost
        self._places: dict[str, str] | None = None

    def place_of(self, case_id: str) -> str:
        """Return the case that stands for a lost one; "" if there is none."""
        if self._places is None:
            self._places = self._database.read(self._tenant_id, self._look)
        return self._places.get(case_id, "")

    def _look(self, tx: Tx) -> dict[str, str]:
        if tx.restored_at is None or self._open_lost is None:
            return {}
        # The copy may itself be from after an earlier restore.
        mails = self._open_lost(tx).mails_since(tx.restored_at - WAITS_FOR)
        return {case_of_mail(tx.tenant_id, mail): place for mail, place in mails}


@contextmanager
def waiting_for_others(tx: Tx, act: Act, open_lost: OpenLostCases | None = None) -> Iterator[None]:
    """Turn a refusal for lack of something into :class:`NotBackYet`, while another desk may bring it.

    A case that nobody here knows is waited for by every act: the mail that opened it comes in again, or the
    desk that opened it comes back; not so if that desk has come and was refused. Other things only by acts
    from before the restore: those that are made now have seen what there is.

    Raises:
        NotBackYet: see above. RuleViolation: any other refusal, as it was.
    """
    try:
        yield
    except RuleViolation as violation:
        is_recent = tx.restored_at is not None and tx.now < tx.restored_at + WAITS_FOR
        is_older = bool(mark_of(tx, act.cmd_id, was_offered=act.was_offered))
        if is_recent and violation.code in _NOT_THERE and (is_older or violation.code == CASE_UNKNOWN):
            is_refused = violation.code == CASE_UNKNOWN and _is_opening_refused(tx, act, open_lost)
            if not is_refused:
                raise NotBackYet(violation.code) from violation
        raise


def _is_opening_refused(tx: Tx, act: Act, open_lost: OpenLostCases | None) -> bool:
    # Two cases are joined or taken apart: the one that is missing may be either.
    if open_lost is None or isinstance(act.body, Joining):
        return False
    return open_lost(tx).is_opening_refused(act.body.case_id)
