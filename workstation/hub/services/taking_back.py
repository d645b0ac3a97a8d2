"""What a booked reversal gives back: the customer's window and the ledger, never the day of a person"""

from __future__ import annotations

from workstation.casework.case_state import CaseState
from workstation.casework.decision import Decision, Reverse, cost_of, group_of
from workstation.casework.reversal import target_of
from workstation.hub.ports import Tx
from workstation.hub.ports_values import LedgerEntry


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
    cost = cost_of(undone)
    if not cost:
        return ()
    return (
        LedgerEntry(f"cost/{group_of(undone)}", -cost.minor_units, cost.currency, decision_id),
        LedgerEntry(f"payout/{target}", cost.minor_units, cost.currency, ext_ref),
    )
