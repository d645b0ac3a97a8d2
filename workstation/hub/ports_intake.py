"""The ledger of everything that came in: a row for each raw mail before anything else is done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, Protocol

import msgspec

from workstation.hub.ports import Tx
from workstation.hub.ports_mail import Cursor

IntakeState = Literal[
    "stored",  # the raw mail is safe, nothing else has been done
    "done",  # it is a message of a case
    "repeat",  # the same mail lay there under another id
]


class IntakeRow(msgspec.Struct, frozen=True, kw_only=True):
    """One raw mail; ``sha256`` is its blob. (mailbox, uidvalidity, uid) comes once."""

    intake_id: str
    mailbox: str
    uidvalidity: int
    uid: int
    sha256: str
    size: int
    stored_at: datetime
    received_at: datetime | None = None
    state: IntakeState = "stored"
    rfc_message_id: str = ""
    case_id: str = ""
    message_id: str = ""
    is_readable: bool = True
    is_filed: bool = False


class IntakeLedger(Protocol):
    """The ledger within one transaction of one tenant."""

    def cursor(self, mailbox: str, uidvalidity: int) -> Cursor:
        """Return how far a mailbox is stored under that uidvalidity."""
        ...

    def at(self, mailbox: str, uidvalidity: int, uid: int) -> IntakeRow | None:
        """Return the row of one mail."""
        ...

    def locked(self, intake_id: str) -> IntakeRow | None:
        """Return a row that nobody else settles until this transaction ends."""
        ...

    def same_mail(self, sha256: str, rfc_message_id: str) -> IntakeRow | None:
        """Return a row that is done and has the same bytes and the same Message-ID."""
        ...

    def add(self, row: IntakeRow) -> None:
        """Store a new row."""
        ...

    def change(self, row: IntakeRow) -> None:
        """Store what became of a mail."""
        ...

    def waiting(self, mailbox: str = "", limit: int = 200) -> tuple[IntakeRow, ...]:
        """Return rows that are stored and not done yet, oldest first."""
        ...

    def unfiled(self, mailbox: str, uidvalidity: int, limit: int = 500) -> tuple[IntakeRow, ...]:
        """Return rows that are done but not marked in the mailbox yet."""
        ...

    def done_after(self, intake_id: str, limit: int = 200) -> tuple[IntakeRow, ...]:
        """Return rows that are done, in the order of their ids, beyond ``intake_id``."""
        ...

    def count(self, state: IntakeState) -> int:
        """Return how many rows have that state."""
        ...


OpenIntakeLedger = Callable[[Tx], IntakeLedger]
