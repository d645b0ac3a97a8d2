"""Invoices and dunning: what a billing system is asked for, and the hub's own rows for it.

The first half is the port that any billing system implements; its failures are those of ``ports_backend``.
The second half are rows beside the documents, written in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Literal, Protocol

import msgspec

from workstation.casework.case_state import CaseState, Given
from workstation.casework.money import Money
from workstation.casework.records import DunningNotice, Invoice
from workstation.hub.ports import Tx
from workstation.hub.ports_backend import BackendTraits

RunOutcome = Literal["reminded", "withheld", "blocked", "none"]


class BlockRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """No reminders for an invoice until ``until`` (that day included), else until its case has long closed.

    ``actor``: ``person:<id>`` or ``rule:<owner>``; ``reference`` is the effect id and never changes.
    """

    tenant_id: str
    reference: str
    invoice_id: str
    actor: str
    reason: str = ""
    until: date | None = None
    case_id: str = ""
    decision_id: str = ""
    first_sent_at: datetime | None = None


class UnblockRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Reminders may go on: every block of the invoice is lifted."""

    tenant_id: str
    reference: str
    invoice_id: str
    actor: str
    case_id: str = ""
    decision_id: str = ""
    first_sent_at: datetime | None = None


class WaiveRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Dunning fees of ``amount`` are dropped."""

    tenant_id: str
    reference: str
    invoice_id: str
    amount: Money
    actor: str
    reason: str = ""
    case_id: str = ""
    decision_id: str = ""
    first_sent_at: datetime | None = None


class CopyRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A second copy of an invoice, for the mail that answers the customer."""

    tenant_id: str
    reference: str
    invoice_id: str
    case_id: str = ""
    decision_id: str = ""
    first_sent_at: datetime | None = None


class DunningChanged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a block, an unblock or a waiver has made of an invoice."""

    ext_ref: str
    invoice_number: str
    at: datetime
    blocked_until: date | None = None
    fee_waived: Money | None = None
    is_repeat: bool = False
    """True when an earlier request with the same reference did it."""


class CopyMade(msgspec.Struct, frozen=True, kw_only=True):
    """A second copy as bytes; the same invoice in the same state gives the same bytes."""

    ext_ref: str
    invoice_number: str
    name: str
    content: bytes
    content_type: str = "application/pdf"
    is_repeat: bool = False


class BillingBackend(Protocol):
    """Invoices and their dunning, kept by a system outside the casework.

    Every write may raise ``BackendRefused``, ``BackendUnavailable`` or ``BackendUncertain``; an adapter that
    cannot tell the last from the others raises the last.
    """

    @property
    def name(self) -> str:
        """Short name."""
        ...

    @property
    def traits(self) -> BackendTraits:
        """How it may be called again."""
        ...

    def block(self, request: BlockRequest) -> DunningChanged:
        """Stop reminders for an invoice."""
        ...

    def find_block(self, request: BlockRequest) -> DunningChanged | None:
        """Return what the request's reference has done, if the backend shows it now."""
        ...

    def unblock(self, request: UnblockRequest) -> DunningChanged:
        """Let reminders go on."""
        ...

    def find_unblock(self, request: UnblockRequest) -> DunningChanged | None:
        """Return what the request's reference has done, if the backend shows it now."""
        ...

    def waive_fee(self, request: WaiveRequest) -> DunningChanged:
        """Drop fees that were charged and not paid."""
        ...

    def find_waiver(self, request: WaiveRequest) -> DunningChanged | None:
        """Return what the request's reference has done, if the backend shows it now."""
        ...

    def second_copy(self, request: CopyRequest) -> CopyMade:
        """Make a second copy; nobody is sent anything by this."""
        ...

    def find_copy(self, request: CopyRequest) -> CopyMade | None:
        """Return the copy the request's reference has made, if the backend shows it now."""
        ...


class DunningLevel(msgspec.Struct, frozen=True, kw_only=True):
    """A level: from ``days`` after the due day, with ``fee`` and the words of the text ``text``."""

    level: int
    days: int
    fee: Money
    text: str


class Seller(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an invoice has to say about the firm that sells."""

    name: str
    street: str
    postcode: str
    city: str
    country: str = "DE"
    vat_id: str = ""
    tax_number: str = ""
    iban: str = ""
    bic: str = ""
    bank: str = ""
    register: str = ""
    phone: str = ""
    email: str = ""


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A reason why an invoice is not dunned; ``source`` tells blocks of one invoice apart.

    ``closed_at``: since when the case it hangs on is closed, as far as anybody looked.
    """

    invoice_id: str
    source: str
    actor: str
    set_at: datetime
    reason: str = ""
    case_id: str = ""
    until: date | None = None
    closed_at: datetime | None = None
    lifted_at: datetime | None = None


class ReminderRow(msgspec.Struct, frozen=True, kw_only=True):
    """The one notice of an invoice's level, and the mail that carries it."""

    invoice_id: str
    level: int
    notice_id: str
    run_on: date
    status: Literal["planned", "sent", "withheld"]
    effect_id: str = ""
    message_id: str = ""
    case_id: str = ""


class RunItem(msgspec.Struct, frozen=True, kw_only=True):
    """What a run did with an invoice; ``code`` says why nothing was sent."""

    invoice_id: str
    invoice_number: str
    customer_name: str
    outcome: RunOutcome
    level: int
    fee: Money
    open: Money
    due_on: date
    code: str = ""
    notice_number: str = ""


class InvoicePayment(msgspec.Struct, frozen=True, kw_only=True):
    """Money received for an invoice, once under its own number."""

    number: str
    invoice_id: str
    amount: Money
    paid_on: date


class FeeBooked(msgspec.Struct, frozen=True, kw_only=True):
    """A reminder fee in the ledger: above zero when it was charged, below when it was dropped."""

    invoice_id: str
    amount: Money
    at: datetime


class CaseStop(msgspec.Struct, frozen=True, kw_only=True):
    """Reminders of an invoice rest for a case: while it is open, and a while after it was closed."""

    invoice_id: str
    case_id: str
    actor: str
    """``rule:<owner>``: who answers for the rule."""
    reason: str = ""


class CaseStops(Protocol):
    """Stops reminders for a case wherever invoices are kept, as part of the transaction that ties the two.

    The hub's own books write their row at once. A billing system outside cannot take part in a
    transaction: its adapter adds the effect that asks it, and says from then on that it is stopped.
    """

    def has(self, tx: Tx, invoice_id: str, case_id: str) -> bool:
        """Say whether reminders of an invoice are stopped for a case, or are about to be."""
        ...

    def stop(self, tx: Tx, wanted: CaseStop) -> None:
        """Stop them.

        Raises:
            RuleViolation: they go on; nothing was stored.
        """
        ...


class Billing(Protocol):
    """Rows with constraints beside the documents of invoices and notices, in the same transaction."""

    def keep_invoice(self, invoice: Invoice, opening: Money | None = None) -> None:
        """Make or change the row of an invoice; ``opening`` is what was open before payments known here."""
        ...

    def lock_invoice(self, invoice_id: str) -> bool:
        """Let nobody else change an invoice until this transaction ends; False when there is no such one."""
        ...

    def opening_of(self, invoice_id: str) -> int | None:
        """Return what was open before payments known here, in minor units."""
        ...

    def invoices_by_numbers(self, numbers: Sequence[str]) -> dict[str, str]:
        """Return invoice ids by number, for those that exist (compared without case)."""
        ...

    def overdue(self, due_before: date, after: str = "", limit: int = 200) -> tuple[str, ...]:
        """Return ids beyond ``after`` of unpaid invoices due before that day, in order of id."""
        ...

    def done_before(self, reference: str) -> bytes | None:
        """Return what was answered to the reference, if it was ever used."""
        ...

    def remember(self, reference: str, kind: str, invoice_id: str, answer: bytes, at: datetime) -> bool:
        """Remember an answer; False (and nothing stored) when the reference is used already."""
        ...

    def blocks_of(self, invoice_id: str) -> tuple[Block, ...]:
        """Return the blocks of an invoice that were not lifted, by source."""
        ...

    def keep_block(self, block: Block) -> None:
        """Make or change a block."""
        ...

    def standing_blocks(self, after: tuple[str, str] = ("", ""), limit: int = 200) -> tuple[Block, ...]:
        """Return blocks that were not lifted, beyond (invoice id, source), in that order."""
        ...

    def reminders_of(self, invoice_id: str) -> tuple[ReminderRow, ...]:
        """Return the notices of an invoice by level."""
        ...

    def reminder_by_message(self, message_id: str) -> ReminderRow | None:
        """Return the notice a message carries."""
        ...

    def keep_reminder(self, row: ReminderRow) -> None:
        """Make or change the one notice of an invoice's level."""
        ...

    def begin_run(self, on: date, at: datetime) -> bool:
        """Begin the run of a day or go on with it; False when it is over already."""
        ...

    def end_run(self, on: date, at: datetime) -> None:
        """Say that the run of a day is over."""
        ...

    def forget_run(self, on: date) -> None:
        """Drop the run of a day and all it noted."""
        ...

    def last_run(self) -> date | None:
        """Return the day of the latest run, over or not."""
        ...

    def add_item(self, on: date, item: RunItem) -> None:
        """Write down what a run did with an invoice, once."""
        ...

    def has_item(self, on: date, invoice_id: str) -> bool:
        """Say whether a run has dealt with an invoice."""
        ...

    def items_of(self, on: date) -> tuple[RunItem, ...]:
        """Return what a run did, in order of invoice ids."""
        ...

    def keep_payment(self, payment: InvoicePayment) -> Literal["made", "same"]:
        """Remember money received.

        Raises:
            RuleViolation: ``invoice_payment.other`` when the number stands for something else.
        """
        ...

    def payments_after(self, number: str, limit: int = 200) -> tuple[InvoicePayment, ...]:
        """Return money received under numbers beyond ``number``, in order of numbers."""
        ...

    def fees_booked(self) -> tuple[FeeBooked, ...]:
        """Return all fees of the ledger, oldest first."""
        ...

    def paid_of(self, invoice_id: str) -> int:
        """Return the sum received for an invoice, in minor units."""
        ...

    def setting(self, name: str) -> bytes | None:
        """Return a setting as JSON."""
        ...

    def keep_setting(self, name: str, value: bytes) -> None:
        """Keep a setting."""
        ...


OpenBilling = Callable[[Tx], Billing]
"""Gives the billing rows of the tenant a transaction belongs to."""
Guard = Callable[[Tx, CaseState, Given], CaseState]
"""Stops reminders for the invoice of a case; called when a case is tied and when its customer writes."""

DUNNING_RULE = "rule:dunning"
"""Who writes reminders."""
COPY_RULE = "rule:invoice_copy"
"""Who sends a second copy that no answer has taken along."""
FEES_OWED = "receivable/dunning"
FEE_INCOME = "income/dunning"
"""Accounts of the ledger; the reference of their entries is the invoice."""
LEVELS = "levels"
SELLER = "seller"


def levels_in(billing: Billing, currency: str) -> tuple[DunningLevel, ...]:
    """Return the firm's dunning levels, lowest first; the usual three while it has settled none."""
    kept = billing.setting(LEVELS)
    if kept is not None:
        return msgspec.json.decode(kept, type=tuple[DunningLevel, ...])
    return (
        DunningLevel(level=1, days=7, fee=Money.zero(currency), text="friendly"),
        DunningLevel(level=2, days=21, fee=Money(500, currency), text="second"),
        DunningLevel(level=3, days=35, fee=Money(1000, currency), text="last"),
    )


def seller_in(billing: Billing) -> Seller | None:
    """Return what invoices say about the firm, once it has been told."""
    kept = billing.setting(SELLER)
    return None if kept is None else msgspec.json.decode(kept, type=Seller)


def is_dunned(invoice: Invoice, notices: Sequence[DunningNotice] = ()) -> bool:
    """Say whether the customer has got, or is about to get, a reminder of an unpaid invoice."""
    if not (invoice.open or invoice.fee_open):
        return False
    told = any(one.invoice_id == invoice.invoice_id and one.status in ("planned", "sent") for one in notices)
    return invoice.dunning_level > 0 or told
