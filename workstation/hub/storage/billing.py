"""Invoices and dunning in SQL: rows beside the documents, one statement a question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.money import Money
from workstation.casework.records import Invoice
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import (
    FEES_OWED,
    Block,
    FeeBooked,
    InvoicePayment,
    ReminderRow,
    RunItem,
)
from workstation.hub.ports_books import folded_number
from workstation.hub.storage.sql import (
    Session,
    maybe_micros,
    maybe_moment,
    micros,
    moment,
    numbered,
    placeholders,
)
from workstation.hub.storage.transaction import SqlTx

_IN = 200

_KEEP_INVOICE = """
INSERT INTO billing_invoice (tenant_id, invoice_id, number, currency, due_on, opening_amount, open_amount,
                             fee_open, dunning_level)
VALUES (:tenant_id, :invoice_id, :number, :currency, :due_on, :opening, :open, :fee_open, :level)
ON CONFLICT (tenant_id, invoice_id) DO UPDATE SET number = excluded.number, currency = excluded.currency,
  due_on = excluded.due_on, opening_amount = excluded.opening_amount, open_amount = excluded.open_amount,
  fee_open = excluded.fee_open, dunning_level = excluded.dunning_level
"""
_LOCK = "SELECT 1 FROM billing_invoice WHERE tenant_id = :tenant_id AND invoice_id = :invoice_id"
_OVERDUE = """
SELECT invoice_id FROM billing_invoice
WHERE tenant_id = :tenant_id AND open_amount > 0 AND due_on < :due_before AND invoice_id > :after
ORDER BY invoice_id LIMIT :limit
"""
_REMEMBER = """
INSERT INTO billing_act (tenant_id, reference, kind, invoice_id, answer, done_at)
VALUES (:tenant_id, :reference, :kind, :invoice_id, :answer, :done_at)
ON CONFLICT (tenant_id, reference) DO NOTHING
"""
_BLOCK = "invoice_id, source, actor, reason, case_id, until, set_at, closed_at, lifted_at"
_KEEP_BLOCK = f"""
INSERT INTO billing_block (tenant_id, {_BLOCK})
VALUES (:tenant_id, :invoice_id, :source, :actor, :reason, :case_id, :until, :set_at, :closed_at, :lifted_at)
ON CONFLICT (tenant_id, invoice_id, source) DO UPDATE SET actor = excluded.actor, reason = excluded.reason,
  case_id = excluded.case_id, until = excluded.until, set_at = excluded.set_at,
  closed_at = excluded.closed_at, lifted_at = excluded.lifted_at
"""
_STANDING = f"""
SELECT {_BLOCK} FROM billing_block
WHERE tenant_id = :tenant_id AND lifted_at IS NULL
  AND (invoice_id > :invoice_id OR (invoice_id = :invoice_id AND source > :source))
ORDER BY invoice_id, source LIMIT :limit
"""
_REMINDER = "invoice_id, level, notice_id, run_on, status, effect_id, message_id, case_id"
_KEEP_REMINDER = f"""
INSERT INTO billing_reminder (tenant_id, {_REMINDER})
VALUES (:tenant_id, :invoice_id, :level, :notice_id, :run_on, :status, :effect_id, :message_id, :case_id)
ON CONFLICT (tenant_id, invoice_id, level) DO UPDATE SET run_on = excluded.run_on, status = excluded.status,
  effect_id = excluded.effect_id, message_id = excluded.message_id, case_id = excluded.case_id
"""
_BEGIN_RUN = """
INSERT INTO billing_run (tenant_id, run_on, began_at) VALUES (:tenant_id, :run_on, :at)
ON CONFLICT (tenant_id, run_on) DO NOTHING
"""
_ADD_ITEM = """
INSERT INTO billing_run_item (tenant_id, run_on, invoice_id, outcome, body)
VALUES (:tenant_id, :run_on, :invoice_id, :outcome, :body)
"""
_ADD_PAYMENT = """
INSERT INTO billing_payment (tenant_id, number, invoice_id, currency, amount, paid_on)
VALUES (:tenant_id, :number, :invoice_id, :currency, :amount, :paid_on)
ON CONFLICT (tenant_id, number) DO NOTHING
"""
_KEEP_SETTING = """
INSERT INTO billing_setting (tenant_id, name, body) VALUES (:tenant_id, :name, :body)
ON CONFLICT (tenant_id, name) DO UPDATE SET body = excluded.body
"""


class SqlBilling:
    """Implements :class:`workstation.hub.ports_billing.Billing` within one transaction."""

    def __init__(self, session: Session, tenant_id: str) -> None:
        self._session = session
        self._tenant_id = tenant_id

    def keep_invoice(self, invoice: Invoice, opening: Money | None = None) -> None:
        """Make or change the row of an invoice; ``opening`` is what was open before payments known here."""
        before = None if opening is not None else self.opening_of(invoice.invoice_id)
        first = opening.minor_units if opening is not None else before
        self._do(
            _KEEP_INVOICE,
            invoice_id=invoice.invoice_id,
            number=folded_number(invoice.number),
            currency=invoice.total.currency,
            due_on=invoice.due_on.toordinal(),
            opening=max(invoice.open.minor_units, first or 0),
            open=invoice.open.minor_units,
            fee_open=invoice.fee_open.minor_units,
            level=invoice.dunning_level,
        )

    def lock_invoice(self, invoice_id: str) -> bool:
        """Let nobody else change an invoice until this transaction ends; False when there is no such one."""
        found = self._rows(f"{_LOCK}{self._session.for_update}", invoice_id=invoice_id)
        return bool(found)

    def opening_of(self, invoice_id: str) -> int | None:
        """Return what was open before payments known here, in minor units."""
        found = self._value(
            "SELECT opening_amount FROM billing_invoice"
            " WHERE tenant_id = :tenant_id AND invoice_id = :invoice_id",
            invoice_id=invoice_id,
        )
        return None if found is None else int(found)

    def invoices_by_numbers(self, numbers: Sequence[str]) -> dict[str, str]:
        """Return invoice ids by number, for those that exist (compared without case)."""
        spelled: dict[str, list[str]] = {}
        for number in numbers:
            spelled.setdefault(folded_number(number), []).append(number)
        wanted = [number for number in spelled if number]
        found: dict[str, str] = {}
        for start in range(0, len(wanted), _IN):
            part = wanted[start : start + _IN]
            rows = self._rows(
                "SELECT number, invoice_id FROM billing_invoice WHERE tenant_id = :tenant_id"
                f" AND number IN ({placeholders('number', len(part))})",
                **numbered("number", part),
            )
            for row in rows:
                found.update(dict.fromkeys(spelled[str(row[0])], str(row[1])))
        return found

    def overdue(self, due_before: date, after: str = "", limit: int = 200) -> tuple[str, ...]:
        """Return ids beyond ``after`` of unpaid invoices due before that day, in order of id."""
        rows = self._rows(_OVERDUE, due_before=due_before.toordinal(), after=after, limit=limit)
        return tuple(str(row[0]) for row in rows)

    def done_before(self, reference: str) -> bytes | None:
        """Return what was answered to the reference, if it was ever used."""
        found = self._value(
            "SELECT answer FROM billing_act WHERE tenant_id = :tenant_id AND reference = :reference",
            reference=reference,
        )
        return None if found is None else str(found).encode()

    def remember(self, reference: str, kind: str, invoice_id: str, answer: bytes, at: datetime) -> bool:
        """Remember an answer; False (and nothing stored) when the reference is used already."""
        added = self._do(
            _REMEMBER,
            reference=reference,
            kind=kind,
            invoice_id=invoice_id,
            answer=answer.decode(),
            done_at=micros(at),
        )
        return added == 1

    def blocks_of(self, invoice_id: str) -> tuple[Block, ...]:
        """Return the blocks of an invoice that were not lifted, by source."""
        rows = self._rows(
            f"SELECT {_BLOCK} FROM billing_block WHERE tenant_id = :tenant_id"
            " AND invoice_id = :invoice_id AND lifted_at IS NULL ORDER BY source",
            invoice_id=invoice_id,
        )
        return tuple(_block(row) for row in rows)

    def keep_block(self, block: Block) -> None:
        """Make or change a block."""
        self._do(
            _KEEP_BLOCK,
            invoice_id=block.invoice_id,
            source=block.source,
            actor=block.actor,
            reason=block.reason,
            case_id=block.case_id,
            until=None if block.until is None else block.until.toordinal(),
            set_at=micros(block.set_at),
            closed_at=maybe_micros(block.closed_at),
            lifted_at=maybe_micros(block.lifted_at),
        )

    def standing_blocks(self, after: tuple[str, str] = ("", ""), limit: int = 200) -> tuple[Block, ...]:
        """Return blocks that were not lifted, beyond (invoice id, source), in that order."""
        rows = self._rows(_STANDING, invoice_id=after[0], source=after[1], limit=limit)
        return tuple(_block(row) for row in rows)

    def reminders_of(self, invoice_id: str) -> tuple[ReminderRow, ...]:
        """Return the notices of an invoice by level."""
        rows = self._rows(
            f"SELECT {_REMINDER} FROM billing_reminder"
            " WHERE tenant_id = :tenant_id AND invoice_id = :invoice_id ORDER BY level",
            invoice_id=invoice_id,
        )
        return tuple(_reminder(row) for row in rows)

    def reminder_by_message(self, message_id: str) -> ReminderRow | None:
        """Return the notice a message carries."""
        if not message_id:
            return None
        rows = self._rows(
            f"SELECT {_REMINDER} FROM billing_reminder"
            " WHERE tenant_id = :tenant_id AND message_id = :message_id",
            message_id=message_id,
        )
        return _reminder(rows[0]) if rows else None

    def keep_reminder(self, row: ReminderRow) -> None:
        """Make or change the one notice of an invoice's level."""
        self._do(
            _KEEP_REMINDER,
            invoice_id=row.invoice_id,
            level=row.level,
            notice_id=row.notice_id,
            run_on=row.run_on.toordinal(),
            status=row.status,
            effect_id=row.effect_id,
            message_id=row.message_id,
            case_id=row.case_id,
        )

    def begin_run(self, on: date, at: datetime) -> bool:
        """Begin the run of a day or go on with it; False when it is over already."""
        self._do(_BEGIN_RUN, run_on=on.toordinal(), at=micros(at))
        ended = self._value(
            "SELECT ended_at FROM billing_run WHERE tenant_id = :tenant_id AND run_on = :run_on",
            run_on=on.toordinal(),
        )
        return ended is None

    def end_run(self, on: date, at: datetime) -> None:
        """Say that the run of a day is over; the first word counts."""
        self._do(
            "UPDATE billing_run SET ended_at = :at"
            " WHERE tenant_id = :tenant_id AND run_on = :run_on AND ended_at IS NULL",
            run_on=on.toordinal(),
            at=micros(at),
        )

    def forget_run(self, on: date) -> None:
        """Drop the run of a day and all it noted."""
        for table in ("billing_run_item", "billing_run"):
            self._do(
                f"DELETE FROM {table} WHERE tenant_id = :tenant_id AND run_on = :run_on",
                run_on=on.toordinal(),
            )

    def last_run(self) -> date | None:
        """Return the day of the latest run, over or not."""
        found = self._value("SELECT max(run_on) FROM billing_run WHERE tenant_id = :tenant_id")
        return None if found is None else date.fromordinal(int(found))

    def add_item(self, on: date, item: RunItem) -> None:
        """Write down what a run did with an invoice, once."""
        self._do(
            _ADD_ITEM,
            run_on=on.toordinal(),
            invoice_id=item.invoice_id,
            outcome=item.outcome,
            body=msgspec.json.encode(item).decode(),
        )

    def has_item(self, on: date, invoice_id: str) -> bool:
        """Say whether a run has dealt with an invoice."""
        found = self._rows(
            "SELECT 1 FROM billing_run_item WHERE tenant_id = :tenant_id AND run_on = :run_on"
            " AND invoice_id = :invoice_id",
            run_on=on.toordinal(),
            invoice_id=invoice_id,
        )
        return bool(found)

    def items_of(self, on: date) -> tuple[RunItem, ...]:
        """Return what a run did, in order of invoice ids."""
        rows = self._rows(
            "SELECT body FROM billing_run_item WHERE tenant_id = :tenant_id AND run_on = :run_on"
            " ORDER BY invoice_id",
            run_on=on.toordinal(),
        )
        return tuple(msgspec.json.decode(str(row[0]), type=RunItem) for row in rows)

    def keep_payment(self, payment: InvoicePayment) -> Literal["made", "same"]:
        """Remember money received.

        Raises:
            RuleViolation: ``invoice_payment.other`` when the number stands for something else.
        """
        number = folded_number(payment.number)
        wanted = (
            payment.invoice_id,
            payment.amount.currency,
            payment.amount.minor_units,
            payment.paid_on.toordinal(),
        )
        added = self._do(
            _ADD_PAYMENT,
            number=number,
            invoice_id=wanted[0],
            currency=wanted[1],
            amount=wanted[2],
            paid_on=wanted[3],
        )
        if added == 1:
            return "made"
        known = self._rows(
            "SELECT invoice_id, currency, amount, paid_on FROM billing_payment"
            " WHERE tenant_id = :tenant_id AND number = :number",
            number=number,
        )
        if tuple(known[0]) != wanted:
            raise RuleViolation("invoice_payment.other", number=payment.number)
        return "same"

    def payments_after(self, number: str, limit: int = 200) -> tuple[InvoicePayment, ...]:
        """Return money received under numbers beyond ``number``, in order of numbers."""
        rows = self._rows(
            "SELECT number, invoice_id, amount, currency, paid_on FROM billing_payment"
            " WHERE tenant_id = :tenant_id AND number > :number ORDER BY number LIMIT :limit",
            number=number,
            limit=limit,
        )
        return tuple(
            InvoicePayment(
                number=str(row[0]),
                invoice_id=str(row[1]),
                amount=Money(int(row[2]), str(row[3])),
                paid_on=date.fromordinal(int(row[4])),
            )
            for row in rows
        )

    def fees_booked(self) -> tuple[FeeBooked, ...]:
        """Return all fees of the ledger, oldest first."""
        rows = self._rows(
            "SELECT reference, amount, currency, at FROM ledger"
            " WHERE tenant_id = :tenant_id AND account = :account ORDER BY at, transaction_id",
            account=FEES_OWED,
        )
        return tuple(
            FeeBooked(invoice_id=str(row[0]), amount=Money(int(row[1]), str(row[2])), at=moment(int(row[3])))
            for row in rows
        )

    def paid_of(self, invoice_id: str) -> int:
        """Return the sum received for an invoice, in minor units."""
        found = self._value(
            "SELECT coalesce(sum(amount), 0) FROM billing_payment"
            " WHERE tenant_id = :tenant_id AND invoice_id = :invoice_id",
            invoice_id=invoice_id,
        )
        return int(found or 0)

    def setting(self, name: str) -> bytes | None:
        """Return a setting as JSON."""
        found = self._value(
            "SELECT body FROM billing_setting WHERE tenant_id = :tenant_id AND name = :name", name=name
        )
        return None if found is None else str(found).encode()

    def keep_setting(self, name: str, value: bytes) -> None:
        """Keep a setting."""
        self._do(_KEEP_SETTING, name=name, body=value.decode())

    def _do(self, sql: str, **params: object) -> int:
        return self._session.do(sql, tenant_id=self._tenant_id, **params)

    def _rows(self, sql: str, **params: object) -> Sequence[Any]:
        return self._session.rows(sql, tenant_id=self._tenant_id, **params)

    def _value(self, sql: str, **params: object) -> Any:
        return self._session.value(sql, tenant_id=self._tenant_id, **params)


def open_billing(tx: Tx) -> SqlBilling:
    """Return the billing rows of the tenant a transaction belongs to."""
    if not isinstance(tx, SqlTx):
        raise TypeError("invoices lie in the same database as the documents")
    return SqlBilling(tx.session, tx.tenant_id)


def _block(row: Any) -> Block:
    return Block(
        invoice_id=str(row[0]),
        source=str(row[1]),
        actor=str(row[2]),
        reason=str(row[3]),
        case_id=str(row[4]),
        until=None if row[5] is None else date.fromordinal(int(row[5])),
        set_at=moment(int(row[6])),
        closed_at=maybe_moment(row[7]),
        lifted_at=maybe_moment(row[8]),
    )


def _reminder(row: Any) -> ReminderRow:
    status: Literal["planned", "sent", "withheld"] = row[4]
    return ReminderRow(
        invoice_id=str(row[0]),
        level=int(row[1]),
        notice_id=str(row[2]),
        run_on=date.fromordinal(int(row[3])),
        status=status,
        effect_id=str(row[5]),
        message_id=str(row[6]),
        case_id=str(row[7]),
    )
