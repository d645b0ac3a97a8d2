"""What the invented firm consists of, before it is loaded: buyers, purchases, cases as they went."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from workstation.casework.customer import PostalAddress
from workstation.casework.ids import derived_id
from workstation.casework.message import Channel, Language
from workstation.casework.records import ParcelEvent, PaymentMethod

Salutation = Literal["", "Frau", "Herr", "Firma"]


@dataclass(frozen=True, slots=True)
class Article:
    """Something the firm sells; ``price`` in cents with tax, ``tax`` in percent."""

    sku: str
    name: str
    price: int
    tax: int
    group: str


@dataclass(frozen=True, slots=True)
class Buyer:
    """A customer as the shop knows them."""

    number: str
    name: str
    salutation: Salutation
    language: Language
    mail: str
    phone: str
    address: PostalAddress
    since: datetime
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice of a purchase; ``open`` in cents."""

    number: str
    open: int
    issued_on: date
    due_on: date
    delivery: Literal["not_sent", "delivered", "failed"] = "delivered"
    dunning_level: int = 0


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel of a purchase, its events oldest first."""

    carrier: str
    tracking_number: str
    events: tuple[ParcelEvent, ...]
    promised_by: date | None = None


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order with how it was paid and sent; ``shipping`` and ``refunded`` in cents."""

    number: str
    buyer: str
    placed_at: datetime
    lines: tuple[tuple[Article, int], ...]
    shipping: int
    status: Literal["placed", "shipped", "delivered", "cancelled"]
    method: PaymentMethod
    hint: str
    payment_number: str
    paid_at: datetime | None
    refunded: int = 0
    parcel: Parcel | None = None
    bill: Bill | None = None

    @property
    def total(self) -> int:
        """Cents of all lines and the shipping."""
        return sum(article.price * quantity for article, quantity in self.lines) + self.shipping


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """One thing that happened in a case."""

    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrote(Beat):
    """The customer wrote, or said something that was written down by ``by``."""

    text: str
    channel: Channel = "mail"
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Beat):
    """A person of ours answered; ``fails``: it came back."""

    by: str
    text: str
    channel: Channel = "mail"
    fails: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Called(Beat):
    """A phone call that was taken."""

    by: str
    text: str
    direction: Literal["in", "out"]
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted(Beat):
    """An internal note."""

    by: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised(Beat):
    """A promise to the customer."""

    by: str
    what: Literal["call_back", "answer", "deliver", "other"]
    due_at: datetime
    note: str = ""
    is_kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunded(Beat):
    """Money went back: ``amount`` in cents; ``lines`` are (place of the line from 1, quantity)."""

    by: str
    amount: int
    reason: str
    lines: tuple[tuple[int, int], ...] = ()
    is_paid: bool = True
    """False: nobody has made the transfer yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAgain(Beat):
    """The same goods were ordered again at no charge: ``lines`` are (place from 1, quantity)."""

    by: str
    lines: tuple[tuple[int, int], ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GaveVoucher(Beat):
    """A voucher was given: ``amount`` in cents."""

    by: str
    amount: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedAddress(Beat):
    """The customer left another mail address."""

    by: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnOpened(Beat):
    """A return was authorised for ``lines`` (place from 1, quantity)."""

    by: str
    lines: tuple[tuple[int, int], ...]
    reason: str
    is_received: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Snoozed(Beat):
    """Put off."""

    by: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved(Beat):
    """Settled; ``thanks``: the customer wrote last and needs no answer; ``ask_back_at``: the check-back."""

    by: str
    thanks: bool = False
    ask_back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MailScript:
    """A mail a customer writes; ``attach`` are names of files that are drawn for it."""

    key: str
    sender_name: str
    sender: str
    subject: str
    text: str
    at: datetime
    is_html: bool = False
    attach: tuple[str, ...] = ()
    in_reply_to: str = ""
    """Message-ID of the answer of ours it answers, empty for a new matter."""

    @property
    def rfc_id(self) -> str:
        """Message-ID without angle brackets."""
        return f"{derived_id('demo', 'mail', self.key, self.at.isoformat())}@{self.sender.partition('@')[2]}"


@dataclass(frozen=True, slots=True)
class CaseScript:
    """A case as it went; the first beat is the customer's, by mail where ``mail`` is given."""

    key: str
    buyer: str
    subject: str
    channel: Channel
    beats: tuple[Beat, ...]
    order: str = ""
    assignee: str = ""
    mail: MailScript | None = None
    linked: str = ""
    """Key of a case that belongs to it."""


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the firm owes a buyer on a day."""

    key: str
    buyer: str
    order: str
    what: str
    on: date


@dataclass(frozen=True, slots=True)
class Reminder:
    """A dunning notice of a bill; ``fee`` in cents."""

    bill: str
    buyer: str
    level: int
    sent_on: date
    fee: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that comes while one watches, after that many seconds; ``order``: what it is about."""

    after: float
    mail: MailScript
    order: str = ""


@dataclass(frozen=True, slots=True)
class DataSet:
    """Everything, as of ``now``."""

    now: datetime
    buyers: tuple[Buyer, ...]
    purchases: tuple[Purchase, ...]
    past: tuple[CaseScript, ...]
    open: tuple[CaseScript, ...]
    arrivals: tuple[Arrival, ...]
    commitments: tuple[Commitment, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    buyers_by_number: dict[str, Buyer] = field(default_factory=dict, compare=False)
