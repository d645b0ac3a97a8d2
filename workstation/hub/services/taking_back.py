"""What a booked reversal gives back: the customer's window and the ledger, never the day of a person"""

from __future__ import annotations

from workstation.casework.case_state import CaseState
from workstation.casework.decision import Decision, Reverse, credited_of, group_of, value_of
from workstation.casework.reversal import target_of
from workstation.hub.ports import Tx
from workstation.hub.ports_values import LedgerEntry

CREDITED = "receivable/invoices"
"""Account of the ledger: what invoices ask for."""


def give_back(tx: Tx, state: CaseState, reverse: Reverse) -> None:
    """Free what the step took of the customer's window; sums of a person, a case or a team keep it."""
    if target_of(reverse, state.decisions) is not None:
        tx.give_back(reverse.decision_id, reverse.step, "customer_window")


def counter_entries(
    state: CaseState, decision: Decision, decision_id: str, target: str, ext_ref: str
) -> tuple[LedgerEntry, ...]:
    """Return the entries that take a step's cost out of the ledger again; none for steps without cost."""
    found = target_of(decision, state.decisions) if isinstance(decision, Reverse) else None
    if found is None:
        return ()
    undone = found[1].decision
    return entries_of(undone, decision_id, target, ext_ref, -1)


def entries_of(
    decision: Decision, decision_id: str, target: str, ext_ref: str, sign: int = 1
) -> tuple[LedgerEntry, ...]:
    """Return the entries of a booked decision: its value, and where it went: paid out, or off an invoice."""
    value, credited = value_of(decision), credited_of(decision)
    if not value:
        return ()
    paid_out = value - credited if credited else value
    parts = ((f"payout/{target}", paid_out), (CREDITED, credited))
    return (
        LedgerEntry(f"cost/{group_of(decision)}", sign * value.minor_units, value.currency, decision_id),
        *(
            LedgerEntry(account, -sign * part.minor_units, part.currency, ext_ref)
            for account, part in parts
            if part
        ),
    )
