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
    """Money back on a captured payment; ``reference`` is the effect id and stays the same for ever."""

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
    first_sent_at: datetime | None = None
    """Since when it may have been booked: bounds a search by order, amount and time."""


class Booked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A booking as the backend has it; ``credit_note_number`` is empty where the backend gives none."""

    ext_ref: str
    amount: Money
    booked_at: datetime
    credit_note_number: str = ""
    account_hint: str = ""
    method: str = ""
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
