"""A dunning run that sent nothing is taken back, so that it does not stand in the way of later ones."""

from __future__ import annotations

from datetime import date
from functools import partial

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_billing import Billing, OpenBilling, ReminderRow, RunItem
from workstation.hub.services.dunning_state import call_back, has_left, taken

TAKEN_BACK = "run_taken_back"
"""Why a reminder that waited to leave did not."""


class RunTakenBack(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken back: how many invoices the run had come to, and letters that had waited."""

    on: date
    invoices: int
    called_back: int


def take_back_run(
    database: Database, open_billing: OpenBilling, tenant_id: str, on: date, actor: str
) -> RunTakenBack:
    """Take back the latest run, of the day ``on``; letters that have not left are called back.

    Each letter is called back in a transaction of its own; what was kept back stays written on the invoices,
    and the run of that day may be made anew.

    Raises:
        RuleViolation: ``dunning.no_run``, ``dunning.run_not_last``; ``dunning.run_has_sent``: a letter has
            left, or may have. Before the first one was called back nothing has changed; when one leaves in
            the midst of it, those called back until then stay so, and the run stands.
    """
    items = database.read(tenant_id, lambda tx: _checked(tx, open_billing(tx), on))
    letters = [one for one in items if one.outcome == "reminded"]
    for letter in letters:
        database.run(tenant_id, partial(_call_back, open_billing=open_billing, on=on, letter=letter))

    def forget(tx: Tx) -> RunTakenBack:
        billing = open_billing(tx)
        now = _checked(tx, billing, on)
        called_back = [one for one in now if one.outcome == "reminded"]
        if any(row.status != "withheld" for row in _rows(billing, on, called_back)):
            raise RuleViolation("dunning.run_changed", on=on.isoformat())
        billing.forget_run(on)
        for one in called_back:
            # A letter has one name a day: made anew, the run of this day leaves this invoice out.
            billing.add_item(on, msgspec.structs.replace(one, outcome="withheld", code=TAKEN_BACK))
        done = RunTakenBack(on=on, invoices=len(now), called_back=len(called_back))
        tx.audit(
            "dunning.run_taken_back",
            actor=actor,
            subject=on.isoformat(),
            detail={"invoices": str(done.invoices), "called_back": str(done.called_back)},
        )
        return done

    return database.run(tenant_id, forget)


def _checked(tx: Tx, billing: Billing, on: date) -> tuple[RunItem, ...]:
    """Return what the latest run did, if it is that of ``on`` and nothing of it has left."""
    last = billing.last_run()
    if last is None:
        raise RuleViolation("dunning.no_run")
    if on != last:
        raise RuleViolation("dunning.run_not_last", on=on.isoformat(), last=last.isoformat())
    items = billing.items_of(on)
    letters = [one for one in items if one.outcome == "reminded"]
    sent = [row for row in _rows(billing, on, letters) if row.status != "withheld" and has_left(tx, row)]
    if sent:
        raise RuleViolation("dunning.run_has_sent", on=on.isoformat(), count=str(len(sent)))
    return items


def _rows(billing: Billing, on: date, letters: list[RunItem]) -> list[ReminderRow]:
    return [
        row
        for one in letters
        for row in billing.reminders_of(one.invoice_id)
        if row.level == one.level and row.run_on == on
    ]


def _call_back(tx: Tx, *, open_billing: OpenBilling, on: date, letter: RunItem) -> None:
    billing = open_billing(tx)
    for known in _rows(billing, on, [letter]):
        # The case before the invoice, as whoever reminds takes them: nobody waits in a circle.
        if known.case_id:
            tx.lock_case(known.case_id)
        taken(tx, billing, known.invoice_id)
        row = next(iter(_rows(billing, on, [letter])), known)
        if row.status != "withheld" and not call_back(tx, billing, row, TAKEN_BACK):
            raise RuleViolation("dunning.run_has_sent", on=on.isoformat(), count="1")
