"""While a case about a dunned invoice is open, nobody is dunned for it; a clock lifts that a week after."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

import msgspec

from workstation.casework.case import Case
from workstation.casework.case_state import CaseState, Given, say
from workstation.casework.clock import Clock
from workstation.casework.errors import RuleViolation
from workstation.casework.people import Person
from workstation.casework.records import DunningNotice, Invoice
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_billing import Billing, Block, CaseStop, CaseStops, Guard, OpenBilling, is_dunned
from workstation.hub.ports_values import Reference
from workstation.hub.services.case_acts import store
from workstation.hub.services.dunning_state import AFTER_CLOSING, lift, shown, taken, today

_log = logging.getLogger(__name__)
_CLOSED = ("solved", "no_case")
_PAGE = 200
_LONGEST_CHAIN = 20
REASON = "case"


def rule_owner(reference: Reference) -> tuple[str, str]:
    """Return actor and name of whoever answers for the rule: the firm's owner."""
    owners = [one for one in reference.people.values() if one.is_active and one.role == "owner"]
    owner: Person | None = min(owners, key=lambda one: one.person_id, default=None)
    return (f"rule:{owner.person_id}", owner.name) if owner else ("rule:dunning", "")


def guard_with(stops: CaseStops) -> Guard:
    """Return the guard that stops reminders through ``stops``."""
    return lambda tx, state, given: guarded(tx, stops, state, given)


def guarded(tx: Tx, stops: CaseStops, state: CaseState, given: Given) -> CaseState:
    """Return ``state`` with a line that says so, if reminders of its invoice are stopped by this.

    Nothing happens for an invoice that was never dunned, is paid, is somebody else's, or is stopped for
    this case already. A refusal is a line too: nobody may believe that reminders rest when they do not.
    """
    case = state.the_case
    invoice = tx.get(Invoice, case.invoice_id) if case.invoice_id else None
    if invoice is None or (case.customer_id and invoice.customer_id != case.customer_id):
        return state
    if case.status == "no_case" or not is_dunned(invoice, tx.records_of(invoice.customer_id, DunningNotice)):
        return state
    if stops.has(tx, invoice.invoice_id, case.case_id):
        return state
    actor, name = rule_owner(tx.reference())
    said = msgspec.structs.replace(given, person_id=actor, person_name=name)
    wanted = CaseStop(invoice_id=invoice.invoice_id, case_id=case.case_id, actor=actor, reason=REASON)
    try:
        stops.stop(tx, wanted)
    except RuleViolation as error:
        return say(state, said, "dunning.block_refused", invoice=invoice.number, code=error.code)
    tx.audit("dunning.block_set", actor=actor, subject=invoice.invoice_id, detail={"case": case.case_id})
    return say(state, said, "dunning.block_set", invoice=invoice.number)


class DunningClock:
    """Lifts blocks whose time is over; a case that is open again keeps its own."""

    def __init__(self, database: Database, open_billing: OpenBilling, clock: Clock) -> None:
        self._database = database
        self._open_billing = open_billing
        self._clock = clock

    def run(
        self, should_stop: Callable[[], bool], wait: Callable[[float], object], pause_s: float = 20.0
    ) -> None:
        """Look every ``pause_s`` seconds until ``should_stop``."""
        while not should_stop():
            try:
                for tenant_id in self._database.tenants():
                    self.look(tenant_id)
            except Exception:
                _log.exception("the clock of the dunning blocks met an error")
            wait(pause_s)

    def look(self, tenant_id: str) -> int:
        """Look at every block that stands; returns how many were lifted."""
        lifted, after = 0, ("", "")
        while True:
            page, changed = self._database.read(tenant_id, partial(self._page, after=after))
            for one in changed:
                lifted += self._database.run(tenant_id, partial(self._work, known=one))
            if len(page) < _PAGE:
                return lifted
            after = (page[-1].invoice_id, page[-1].source)

    def _page(self, tx: Tx, after: tuple[str, str]) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
        """Return a page of blocks, and those of them that are not as they should be."""
        page = self._open_billing(tx).standing_blocks(after, _PAGE)
        return page, tuple(one for one in page if self._needs_work(tx, one))

    def _needs_work(self, tx: Tx, known: Block) -> bool:
        """Say whether a block is not as it should be; most are, and they are not written to."""
        if not known.case_id:
            return known.until is not None and known.until < today(tx)
        case = _matter(tx, known.case_id)
        if case is None:
            return True
        if case.status not in _CLOSED:
            return known.closed_at is not None
        closed_at = case.solved_at or known.closed_at
        return closed_at is None or closed_at != known.closed_at or tx.now >= closed_at + AFTER_CLOSING

    def _work(self, tx: Tx, known: Block) -> bool:
        billing = self._open_billing(tx)
        if not known.case_id:
            taken(tx, billing, known.invoice_id)
            return self._ended(tx, billing, known)
        # The case before the invoice: whoever closes or reopens it now is waited for.
        tx.lock_case(known.case_id)
        case = _matter(tx, known.case_id)
        if case is not None and case.case_id != known.case_id:
            tx.lock_case(case.case_id)
        invoice = taken(tx, billing, known.invoice_id)
        blocks = {one.source: one for one in billing.blocks_of(invoice.invoice_id)}
        one = blocks.get(known.source)
        if one is None:
            return False
        if case is None:
            lift(tx, billing, (one,))
            return True
        if case.status not in _CLOSED:
            billing.keep_block(msgspec.structs.replace(one, closed_at=None))
            shown(tx, billing, invoice.invoice_id)
            return False
        closed_at = case.solved_at or one.closed_at or tx.now
        if tx.now < closed_at + AFTER_CLOSING:
            billing.keep_block(msgspec.structs.replace(one, closed_at=closed_at))
            shown(tx, billing, invoice.invoice_id)
            return False
        lift(tx, billing, (one,))
        _say_lifted(tx, case, one, invoice)
        return True

    def _ended(self, tx: Tx, billing: Billing, known: Block) -> bool:
        over = [one for one in billing.blocks_of(known.invoice_id) if one.source == known.source]
        if not over or over[0].until is None or over[0].until >= today(tx):
            return False
        lift(tx, billing, over)
        return True


def _matter(tx: Tx, case_id: str) -> Case | None:
    """Return the case, or the one it went into."""
    case = tx.get(Case, case_id)
    for _ in range(_LONGEST_CHAIN):
        if case is None or not case.merged_into:
            break
        case = tx.get(Case, case.merged_into)
    return case


def _say_lifted(tx: Tx, case: Case, one: Block, invoice: Invoice) -> None:
    before = tx.case_file(case.case_id, lock=True).state
    if before.case is None:
        return
    actor, name = rule_owner(tx.reference())
    given = Given(at=tx.now, person_id=actor, person_name=name, command_id=f"{one.source}/{one.set_at}")
    store(tx, before, say(before, given, "dunning.block_lifted", invoice=invoice.number))
