"""The two local files as the services see them; every method blocks and runs on its lane."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from workstation.casework.message import Message
from workstation.casework.records import WorkOrder
from workstation.casework.wire.commands import Envelope, Verdict
from workstation.casework.wire.entities import E, Entity
from workstation.casework.wire.sync import PullAnswer
from workstation.ports.queue_values import InboxFilter, Key, QueueCounts, QueueItem
from workstation.ports.values import (
    Changes,
    Draft,
    FindHit,
    NewCommand,
    OutboxItem,
    TimelineKey,
    TimelineRow,
)

Signer = Callable[[bytes], str]
"""Returns the base64 Ed25519 signature of the device over the given bytes."""


@dataclass(frozen=True, slots=True)
class DiskState:
    """Room on the disk of the outbox: ``free`` in bytes; read-only after a write met a full disk."""

    free: int
    is_low: bool = False
    is_read_only: bool = False


class Outbox(Protocol):
    """``outbox.db``: small, every commit on the disk when it returns, never deleted by code."""

    def append(self, command: NewCommand, sign: Signer) -> OutboxItem:
        """Number, sign and store a command; it is saved when this returns.

        Raises:
            StoreUnusable: ``store.full``.
        """
        ...

    def items(self, *, limit: int = 500) -> tuple[OutboxItem, ...]:
        """Return what waits (oldest first), then what is settled (newest first)."""
        ...

    def item(self, cmd_id: str) -> OutboxItem | None:
        """Return one row."""
        ...

    def pending(self, case_id: str | None = None) -> tuple[OutboxItem, ...]:
        """Return the rows that belong on top of the replica, in order of ``device_seq``."""
        ...

    def held(self) -> tuple[OutboxItem, ...]:
        """Return the rows inside their undo window."""
        ...

    def pause(self, cmd_id: str, left_s: float) -> bool:
        """Stop the undo window with ``left_s`` seconds to go; False when the row is not held."""
        ...

    def resume(self, cmd_id: str, held_until: datetime) -> bool:
        """Let the undo window run on; False when the row is not held."""
        ...

    def release(self, cmd_ids: Sequence[str]) -> tuple[str, ...]:
        """Turn held rows into queued ones; returns the ids of those that were held."""
        ...

    def cancel(self, cmd_id: str, sign: Signer) -> tuple[OutboxItem, ...]:
        """Take back an unsent row and the unsent rows that depend on it; a void goes up in their place.

        Returns the rows as they were before; empty when the row has already left.
        """
        ...

    def to_send(self, *, max_rows: int) -> tuple[Envelope, ...]:
        """Return signed envelopes that may leave now, at most one lane's unbroken head per case.

        A held row stops the later rows of its case, and so does a row that waits for one of them.
        """
        ...

    def mark_sent(
        self, cmd_ids: Sequence[str], at: datetime, read: Mapping[str, str] | None = None
    ) -> frozenset[str]:
        """Note that these are handed to the net; returns those that still are what was read of them.

        ``read``: id -> SHA-256 of the body that is to leave. One that was taken back since is not marked.
        """
        ...

    def mark_unanswered(self, cmd_ids: Sequence[str], code: str) -> None:
        """Note that a try got no answer; with the code PARKED that the hub has not taken them yet."""
        ...

    def mark_untaken(self, cmd_ids: Sequence[str]) -> None:
        """Note that the hub has taken none of these: they are as they were before that try."""
        ...

    def settle(self, verdicts: Iterable[Verdict], at: datetime) -> tuple[OutboxItem, ...]:
        """Store verdicts, once and for ever; returns the rows that were settled by this call."""
        ...

    def mark_seen(self, cursors: dict[str, int]) -> frozenset[str]:
        """Drop settled rows from the overlay whose effect the feed has shown; returns their cases."""
        ...

    def reoffer(self, sign: Signer) -> int:
        """Offer all kept settled rows again (the hub was restored); returns how many."""
        ...

    def unsettled(self) -> int:
        """Return how many rows the hub has not answered, voids included."""
        ...

    def oldest_waiting(self) -> datetime | None:
        """Return since when the oldest row that may leave has waited."""
        ...

    def prune(self, before: datetime) -> int:
        """Drop rows settled before ``before``; returns how many."""
        ...

    def draft(self, case_id: str, person_id: str, kind: str) -> Draft | None:
        """Return what the person has begun to write."""
        ...

    def save_draft(self, draft: Draft) -> None:
        """Keep a draft; an empty one is removed."""
        ...

    def drop_draft(self, case_id: str, person_id: str, kind: str) -> None:
        """Remove a draft."""
        ...

    def note(self, name: str) -> str:
        """Return a device-local setting, empty when unset."""
        ...

    def set_note(self, name: str, value: str) -> None:
        """Keep a device-local setting; an empty value removes it."""
        ...

    def disk(self) -> DiskState:
        """Return how much room is left."""
        ...


@dataclass(frozen=True, slots=True)
class CaseDocuments:
    """The entities of one case, and of its customer when asked for."""

    entities: tuple[Entity, ...]

    def of(self, kind: type[E]) -> tuple[E, ...]:
        """Return the entities of one kind."""
        return tuple(item for item in self.entities if isinstance(item, kind))

    def messages(self) -> tuple[Message, ...]:
        """Return the messages, oldest first."""
        return tuple(sorted(self.of(Message), key=lambda item: (item.at, item.message_id)))


class Replica(Protocol):
    """``replica.db``: what the hub has said, an overlay of own pending acts, and indexes; rebuildable.

    Reading methods may run on ``read``; ``apply_page``, ``put_overlay``, ``clear_overlay`` and ``reset``
    run on ``replica`` only.
    """

    def apply_page(self, answer: PullAnswer) -> Changes:
        """Store a page of the feed and its cursors in one transaction; scopes not listed are purged."""
        ...

    def cursors(self) -> tuple[str, dict[str, int]]:
        """Return the generation (empty before the first pull) and the cursor of each scope."""
        ...

    def reset(self, generation: str, *, is_restored: bool = False) -> None:
        """Forget the cursors, and with the next pages all that the hub no longer sends."""
        ...

    def reset_scope(self, scope: str) -> None:
        """Forget the cursor of one scope, and with its next pages all that the hub no longer sends of it."""
        ...

    def put_overlay(self, case_id: str, entities: Sequence[Entity], pending: int) -> None:
        """Replace the overlay of one case; ``pending`` counts own acts under way."""
        ...

    def clear_overlay(self) -> None:
        """Drop the whole overlay (it is rebuilt at start)."""
        ...

    def base_of_case(self, case_id: str) -> CaseDocuments:
        """Return a case with messages, decisions, promises, approvals, customer, without the overlay."""
        ...

    def case(self, case_id: str) -> CaseDocuments:
        """Return the same with the overlay, and all records of the customer."""
        ...

    def customer_records(self, customer_id: str) -> CaseDocuments:
        """Return a customer and all their records."""
        ...

    def get(self, kind: type[E], entity_id: str) -> E | None:
        """Return one entity, overlay first."""
        ...

    def all_of(self, kind: type[E]) -> tuple[E, ...]:
        """Return all entities of a small kind (people, limits, calendars, budgets ...)."""
        ...

    def open_work(self, limit: int, first: Sequence[str]) -> tuple[WorkOrder, ...]:
        """Return the work orders nobody has confirmed: the kinds ``first`` before others, oldest first."""
        ...

    def queue_page(
        self, filter: InboxFilter, after: Key | None, limit: int, waiting: bool | None = None
    ) -> tuple[QueueItem, ...]:
        """Return rows in queue order after ``after``; ``waiting``: only (not) those that wait for others."""
        ...

    def queue_counts(
        self, filter: InboxFilter, now: datetime, soon: datetime, end_of_day: datetime
    ) -> QueueCounts:
        """Return the badges of the queue."""
        ...

    def queue_item(self, case_id: str) -> QueueItem | None:
        """Return one row, whether or not it is in the queue now."""
        ...

    def timeline(
        self, customer_id: str, group: str, after: TimelineKey | None, limit: int
    ) -> tuple[TimelineRow, ...]:
        """Return the customer's history, newest first, after ``after``."""
        ...

    def cases_of_customer(self, customer_id: str, limit: int = 50) -> tuple[QueueItem, ...]:
        """Return the customer's cases, newest first."""
        ...

    def recent_customers(self, limit: int) -> tuple[FindHit, ...]:
        """Return the customers whose cases are the newest."""
        ...

    def find(self, text: str, limit: int = 30) -> tuple[FindHit, ...]:
        """Return cases, customers and orders that fit the words, newest first."""
        ...

    def close(self) -> None:
        """Close the files."""
        ...
