"""Mail as the hub sees it: where raw mails come from, where they go, and what was read out of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a mailbox has been read: all ids up to ``uid`` under ``uidvalidity`` (0 = nothing yet)."""

    uidvalidity: int = 0
    uid: int = 0


@dataclass(frozen=True, slots=True)
class RawMail:
    """One mail as it lies in a mailbox: (mailbox, uidvalidity, uid) names it for ever."""

    mailbox: str
    uidvalidity: int
    uid: int
    raw: bytes = field(repr=False)
    received_at: datetime | None = None
    """When the server took it, aware UTC, where known."""


class MailboxUnavailable(Exception):
    """The mailbox cannot be reached now; ``code`` and ``params`` have a sentence."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = {name: str(value) for name, value in params.items()}


class MailSource(Protocol):
    """A mailbox to read from. Reading changes nothing in it; every method may raise MailboxUnavailable."""

    @property
    def mailbox(self) -> str:
        """Name of the mailbox, unique within the tenant."""
        ...

    def open(self) -> int:
        """Connect if need be and return the UIDVALIDITY."""
        ...

    def new_since(self, cursor: Cursor) -> Iterator[RawMail]:
        """Yield mails after ``cursor`` by rising uid; all of them when its uidvalidity is another one."""
        ...

    def file_away(self, uidvalidity: int, uids: tuple[int, ...]) -> None:
        """Mark or move mails that are stored safely; never deletes; ids that are gone are no error."""
        ...

    def wait(self, timeout_s: float, should_stop: Callable[[], bool]) -> bool:
        """Wait until something may have come (True), the time is over or ``should_stop`` (False)."""
        ...

    def close(self) -> None:
        """End the connection; :meth:`open` makes a new one."""
        ...


class MailRefused(Exception):
    """The server said no for good (5xx): nobody received it. ``code`` and ``params`` have a sentence."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = {name: str(value) for name, value in params.items()}


class MailNotSent(Exception):
    """Nothing was handed over, for sure (no connection, «try again later»)."""

    def __init__(self, why: str, after_s: float = 30.0) -> None:
        super().__init__(why)
        self.after_s = after_s


class MailUnknown(Exception):
    """The connection broke after the mail had begun to leave: nobody knows."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """Our first server took the mail; ``refused`` are recipients it did not take, with its words."""

    refused: dict[str, str] = field(default_factory=dict)


class MailSender(Protocol):
    """Hands one finished mail to our first server, in one transaction."""

    @property
    def has_archive(self) -> bool:
        """True when every mail also goes to a mailbox of our own in which it can be found again."""
        ...

    @property
    def visibility_lag_s(self) -> float:
        """How long an accepted mail may take until the archive shows it."""
        ...

    def send(
        self, message: bytes, envelope_from: str, recipients: tuple[str, ...], *, takes_partial: bool = False
    ) -> Accepted:
        """Send once; with ``takes_partial`` go on without recipients that are to be tried later.

        Raises:
            MailRefused, MailNotSent, MailUnknown
        """
        ...

    def is_archived(self, message_id: str) -> bool:
        """Tell whether a mail of ours lies in the archive; ``message_id`` without brackets.

        Raises:
            MailboxUnavailable: the archive could not be asked.
        """
        ...


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """An attached file; the name is for display only."""

    name: str
    content_type: str
    content: bytes = field(repr=False)
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class IncomingMail:
    """What reading a raw mail gave, ready to be shown: html is sanitised, quotes are split off.

    Addresses are (name, address) pairs. ``is_readable`` is False when only the raw mail can be offered.
    ``answered_ids`` = In-Reply-To and References, nearest first. ``returned_ids`` = our mails a bounce or
    automatic reply encloses.
    """

    from_name: str = ""
    from_address: str = ""
    reply_to: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    subject: str = ""
    bare_subject: str = ""
    """Without reply prefixes and case tokens."""
    case_numbers: tuple[int, ...] = ()
    """Case numbers the subject names; they count only for somebody who takes part in that case."""
    text: str = ""
    quoted: str = ""
    html: str = ""
    html_sanitiser: int = 0
    files: tuple[IncomingFile, ...] = ()
    message_id: str = ""
    answered_ids: tuple[str, ...] = ()
    returned_ids: tuple[str, ...] = ()
    bounce_recipients: tuple[str, ...] = ()
    date: datetime | None = None
    is_auto_reply: bool = False
    is_bounce: bool = False
    is_delayed: bool = False
    language: str = ""
    forwarded_from: str = ""
    """Whose mail was passed on, as the forwarded head says; nothing proves it."""
    hints: tuple[str, ...] = ()
    is_readable: bool = True
    unreadable_why: str = ""


class MailReader(Protocol):
    """Reads hostile bytes within limits of time and memory; never raises because of a mail."""

    def read(self, raw: bytes) -> IncomingMail:
        """Return what could be read; ``is_readable=False`` when nothing could."""
        ...
