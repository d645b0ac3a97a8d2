"""Whole copies of a scope: loading one from a snapshot, comparing it with the hub's, mending it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from workstation.casework.wire.search import SearchAnswer
from workstation.casework.wire.sync import (
    BackfillAnswer,
    BackfillRequest,
    BucketAnswer,
    DigestAnswer,
    FeedRow,
)
from workstation.ports.values import Changes


@dataclass(frozen=True, slots=True)
class SnapshotPiece:
    """Bytes of a snapshot from ``start`` on; ``etag`` is the SHA-256 (hex) of all ``total`` bytes."""

    etag: str
    total: int
    start: int
    content: bytes


class HubCopies(Protocol):
    """Calls to the hub beside the feed; they block and run on the lane ``net``.

    Any of them may raise HubUnavailable, SignInRequired or RuleViolation (``feed.moved``,
    ``scope.forbidden``).
    """

    def snapshot_piece(self, scope: str, start: int, length: int, etag: str) -> SnapshotPiece | None:
        """Return bytes of the snapshot ``etag``, or the beginning of a newer one; None when there is none."""
        ...

    def digest(self, scope: str, seq: int) -> DigestAnswer:
        """Return what a complete copy adds up to at its head ``seq``."""
        ...

    def bucket(self, scope: str, seq: int, number: int) -> BucketAnswer:
        """Return all entities of one bucket of the digest."""
        ...

    def backfill(self, request: BackfillRequest) -> BackfillAnswer:
        """Return bodies of some kinds again."""
        ...

    def search(self, text: str, limit: int) -> SearchAnswer:
        """Return cases and customers that fit, however old."""
        ...

    def case_file(self, case_id: str) -> SearchAnswer:
        """Return all of one case, however old."""
        ...


class ScopeCopies(Protocol):
    """The replica's side; ``keys_of`` runs on ``read``, the others on ``replica``."""

    def store_snapshot_page(self, scope: str, rows: Sequence[FeedRow], mark: str = "") -> Changes:
        """Store rows of a snapshot and how far it was read; its cursor is set by :meth:`finish_snapshot`."""
        ...

    def snapshot_mark(self, scope: str) -> str:
        """Return the ``mark`` stored last, empty when none was or the scope was begun anew since."""
        ...

    def finish_snapshot(self, scope: str, generation: str, seq: int) -> None:
        """Set the cursor: from here on the scope is pulled."""
        ...

    def keys_of(self, scope: str, after: tuple[str, str], limit: int) -> list[tuple[str, str, int]]:
        """Return (kind, id, revision) of entities in a scope after ``after``, in order."""
        ...

    def mend_bucket(self, scope: str, number: int, rows: Sequence[FeedRow]) -> tuple[Changes, int]:
        """Make a bucket equal to ``rows``; returns how many entities were put right."""
        ...

    def store_again(self, rows: Sequence[FeedRow]) -> Changes:
        """Store bodies anew and index them anew."""
        ...

    def filled_schema(self) -> int:
        """Return with which schema's eyes the rows here were read; 0 while there are none."""
        ...

    def set_filled_schema(self, schema: int) -> None:
        """Say that all rows here have been read with the eyes of ``schema``."""
        ...


class Spool(Protocol):
    """A snapshot on its way, sealed on the disk; survives the end of the program. On lane ``replica``."""

    def state(self, scope: str) -> tuple[str, int, int]:
        """Return etag, total and received bytes of what is there of a scope; empty and zeros for nothing."""
        ...

    def begin(self, scope: str, etag: str, total: int) -> None:
        """Forget what was there and begin anew."""
        ...

    def append(self, content: bytes) -> None:
        """Add bytes; all pieces but the last are of whole blocks.

        Raises:
            StoreUnusable: ``store.full``.
        """
        ...

    def sha256(self) -> str:
        """Return the hash of what is there."""
        ...

    def reader(self) -> io.BufferedReader:
        """Return what is there as a file."""
        ...

    def discard(self) -> None:
        """Throw it away."""
        ...
