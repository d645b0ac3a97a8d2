"""What the hub asks of a shop or billing system, whichever it is, and how such a system may fail.

The shapes allow for the worst systems met so far: no idempotency key, an error answered for a booking that
was made, no second write on an order while the first runs. So every write carries a ``reference`` that has to
be found again, every request is complete enough to be looked up by, and the failures tell apart «refused»,
«nothing happened» and «nobody knows».
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal, Protocol

import msgspec

from workstation.casework.money import Money
from workstation.casework.records import LineQuantity

EffectClass = Literal["A", "B", "C"]
MoneyBackKind = Literal["refund", "refund_shipping", "price_adjustment"]


class BackendTraits(msgspec.Struct, frozen=True, kw_only=True):
    """How far a backend can be trusted; settings of the installation, measured by the adapter's tests.

    ``effect_class``: A = a repeated reference is answered with the first booking; B = it can be searched by
    reference; C = neither. ``visibility_lag_s``: how long a booking may stay invisible to a search.
    ``key_retention_s``: how long class A remembers a reference (``None`` = for ever).
    ``is_serial_per_order``: two writes on one order must not overlap.
    """

    effect_class: EffectClass
    visibility_lag_s: float = 0.0
    key_retention_s: float | None = None
    is_serial_per_order: bool = False


class RefundRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Money back: ``credited`` comes off the order's open invoices, ``amount`` goes back on a payment.

    ``reference`` is the effect id and stays the same for ever; ``payment_id`` is empty without an ``amount``.
    """

    tenant_id: str
    reference: str
    order_id: str
    payment_id: str
    amount: Money
    customer_id: str = ""
    decision_id: str = ""
    case_id: str = ""
    lines: tuple[LineQuantity, ...] = ()
    reason: str = ""
    kind: MoneyBackKind = "refund"
    """What for: goods, the shipping (once an order), or a part of the price."""
    credited: Money = Money(0)
    first_sent_at: datetime | None = None
    """Since when it may have been booked: bounds a search by order, amount and time."""


class Booked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A booking as the backend has it; ``credit_note_number`` is empty where the backend gives none.

    ``amount`` is all of it; ``credited`` came off the invoices named, which ask for ``left_open`` now.
    """

    ext_ref: str
    amount: Money
    booked_at: datetime
    credit_note_number: str = ""
    account_hint: str = ""
    method: str = ""
    credited: Money | None = None
    credited_invoice: str = ""
    left_open: Money | None = None
    is_repeat: bool = False
    """True when it was booked by an earlier request with the same reference."""


class ReturnRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Lines the customer may send back until ``deadline`` (local date of the shop)."""

    tenant_id: str
    reference: str
    order_id: str
    lines: tuple[LineQuantity, ...]
    deadline: date
    customer_id: str = ""
    decision_id: str = ""
    case_id: str = ""
    reason: str = ""
    first_sent_at: datetime | None = None


class ReturnBooked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A return as the backend has it; ``label_code`` is what the customer shows at the drop-off point."""

    ext_ref: str
    number: str
    deadline: date
    created_at: datetime
    label_code: str = ""
    is_repeat: bool = False


class CancelRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Nothing of an order, or of some of its lines, is to be sent; ``amount`` goes back on ``payment_id``.

    No ``lines``: all that is left of the order. No ``payment_id``: nothing was paid, ``amount`` is zero.
    ``credited`` comes off the order's open invoices.
    """

    tenant_id: str
    reference: str
    order_id: str
    payment_id: str = ""
    amount: Money = Money(0)
    credited: Money = Money(0)
    lines: tuple[LineQuantity, ...] = ()
    decision_id: str = ""
    case_id: str = ""
    reason: str = ""
    first_sent_at: datetime | None = None


class ReplacementRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The same goods once more, at no charge."""

    tenant_id: str
    reference: str
    order_id: str
    lines: tuple[LineQuantity, ...]
    decision_id: str = ""
    case_id: str = ""
    reason: str = ""
    first_sent_at: datetime | None = None


class ReplacementBooked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A replacement order as the backend has it."""

    ext_ref: str
    number: str
    created_at: datetime
    is_repeat: bool = False


class VoucherRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A voucher for one use until ``expires_on`` (local date of the shop, that day included)."""

    tenant_id: str
    reference: str
    customer_id: str
    amount: Money
    expires_on: date | None = None
    decision_id: str = ""
    case_id: str = ""
    reason: str = ""
    first_sent_at: datetime | None = None


class VoucherIssued(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A voucher as the backend has it."""

    ext_ref: str
    code: str
    amount: Money
    created_at: datetime
    expires_on: date | None = None
    is_repeat: bool = False


class ReversalRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Take back what was booked under the reference ``undoes_reference``, a step of kind ``undoes``."""

    tenant_id: str
    reference: str
    undoes_reference: str
    undoes: str
    decision_id: str = ""
    case_id: str = ""
    reason: str = ""
    first_sent_at: datetime | None = None


class Reversed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was taken back; money has an ``amount`` and the number of its credit note's cancellation."""

    ext_ref: str
    reversed_at: datetime
    amount: Money | None = None
    credit_note_number: str = ""
    is_repeat: bool = False


class TillRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Cash for a customer, paid out by the till; with ``payment_id`` it goes back on that payment."""

    tenant_id: str
    reference: str
    amount: Money
    order_id: str = ""
    payment_id: str = ""
    lines: tuple[LineQuantity, ...] = ()
    decision_id: str = ""
    case_id: str = ""
    reason: str = ""


class TillOrdered(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order to the till: ``number`` stands on the slip, whose PDF is the blob ``slip_sha256``."""

    ext_ref: str
    number: str
    amount: Money
    ordered_at: datetime
    slip_sha256: str
    credit_note_number: str = ""
    is_repeat: bool = False


class BackendRefused(Exception):
    """The backend said no and nothing was booked, for sure. ``code`` and ``params`` have a sentence."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = {name: str(value) for name, value in params.items()}


class BackendUnavailable(Exception):
    """Nothing was booked, for sure (no connection, too many requests); worth another try later."""

    def __init__(self, why: str, after_s: float = 30.0) -> None:
        super().__init__(why)
        self.after_s = after_s


class BackendUncertain(Exception):
    """The request went out and its outcome is not known: only :meth:`ShopBackend.find_refund` may tell."""


class ShopBackend(Protocol):
    """Orders with payments and returns, kept by a system outside the casework.

    Every write may raise :class:`BackendRefused`, :class:`BackendUnavailable` or
    :class:`BackendUncertain`; an adapter that cannot tell the last from the others raises the last.
    """

    @property
    def name(self) -> str:
        """Short name, as in ``Order.backend``."""
        ...

    @property
    def traits(self) -> BackendTraits:
        """How it may be called again."""
        ...

    def refund(self, request: RefundRequest) -> Booked:
        """Book money back on a payment."""
        ...

    def find_refund(self, request: RefundRequest) -> Booked | None:
        """Return the booking with the request's reference, if the backend shows one now."""
        ...

    def authorise_return(self, request: ReturnRequest) -> ReturnBooked:
        """Open a return at our cost."""
        ...

    def find_return(self, request: ReturnRequest) -> ReturnBooked | None:
        """Return the return with the request's reference, if the backend shows one now."""
        ...

    def cancel(self, request: CancelRequest) -> Booked:
        """Cancel an order or lines of it before they are sent."""
        ...

    def find_cancellation(self, request: CancelRequest) -> Booked | None:
        """Return the cancellation with the request's reference, if the backend shows one now."""
        ...

    def replace(self, request: ReplacementRequest) -> ReplacementBooked:
        """Order the same goods once more."""
        ...

    def find_replacement(self, request: ReplacementRequest) -> ReplacementBooked | None:
        """Return the replacement order with the request's reference, if the backend shows one now."""
        ...

    def issue_voucher(self, request: VoucherRequest) -> VoucherIssued:
        """Issue a voucher."""
        ...

    def find_voucher(self, request: VoucherRequest) -> VoucherIssued | None:
        """Return the voucher with the request's reference, if the backend shows one now."""
        ...

    def reverse(self, request: ReversalRequest) -> Reversed:
        """Take a booked step back, as far as that is still possible."""
        ...

    def find_reversal(self, request: ReversalRequest) -> Reversed | None:
        """Return the reversal with the request's reference, if the backend shows one now."""
        ...


class Till(Protocol):
    """Cash paid out by people, never by this program; fails as :class:`ShopBackend` does."""

    @property
    def traits(self) -> BackendTraits:
        """How it may be called again."""
        ...

    def order(self, request: TillRequest) -> TillOrdered:
        """Order the till to pay out."""
        ...

    def find(self, request: TillRequest) -> TillOrdered | None:
        """Return the order with the request's reference, if it is known."""
        ...
