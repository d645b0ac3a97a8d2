"""Reminders stopped for a case in the hub's own books: a row beside the case, in the same transaction."""

from __future__ import annotations

from workstation.hub.ports import Tx
from workstation.hub.ports_billing import Block, CaseStop, OpenBilling
from workstation.hub.services.dunning_state import block


class HouseCaseStops:
    """Implements :class:`workstation.hub.ports_billing.CaseStops` over the hub's database."""

    def __init__(self, open_billing: OpenBilling) -> None:
        self._open_billing = open_billing

    def has(self, tx: Tx, invoice_id: str, case_id: str) -> bool:
        """Say whether reminders of an invoice are stopped for a case."""
        source = source_of(case_id)
        return any(one.source == source for one in self._open_billing(tx).blocks_of(invoice_id))

    def stop(self, tx: Tx, wanted: CaseStop) -> None:
        """Stop reminders of an invoice and call back one that has not left.

        Raises:
            RuleViolation: ``invoice.unknown``; nothing was stopped.
        """
        row = Block(
            invoice_id=wanted.invoice_id,
            source=source_of(wanted.case_id),
            actor=wanted.actor,
            set_at=tx.now,
            reason=wanted.reason,
            case_id=wanted.case_id,
        )
        tx.savepoint(lambda: block(tx, self._open_billing(tx), row))


def source_of(case_id: str) -> str:
    """Return what the block of a case is called."""
    return f"case:{case_id}"
