"""What goes down to the desks: the feed as it is read, and snapshots kept as files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from workstation.casework.wire.digest import Sums
from workstation.casework.wire.sync import FeedRow
from workstation.hub.ports_values import FeedPage


class FeedSource(Protocol):
    """The feed of all tenants; every method sees one state."""

    @property
    def generation(self) -> str:
        """Changes when the data was restored from a copy."""
        ...

    def pull(
        self,
        tenant_id: str,
        scopes: Sequence[str],
        cursors: Mapping[str, int],
        limit: int,
        max_bytes: int,
    ) -> FeedPage:
        """Return what changed after ``cursors``."""
        ...

    def heads(self) -> dict[tuple[str, str], int]:
        """Return the head of every scope: (tenant id, scope) -> seq."""
        ...

    def digest(self, tenant_id: str, scope: str, seq: int) -> Sums | None:
        """Return what a scope adds up to if ``seq`` is its head, else None."""
        ...

    def bucket(self, tenant_id: str, scope: str, seq: int, number: int) -> tuple[FeedRow, ...] | None:
        """Return all entities of one bucket of the digest if ``seq`` is the head, else None."""
        ...

    def of_kinds(
        self, tenant_id: str, scope: str, kinds: Sequence[str], after: tuple[str, str], limit: int
    ) -> tuple[FeedRow, ...]:
        """Return entities of ``kinds`` (of all, if none is named) in a scope after ``after`` (kind, id)."""
        ...


class SnapshotInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot that is complete; ``etag`` is the SHA-256 (hex) of its bytes, ``size`` their number."""

    scope: str
    generation: str
    schema: int
    seq: int
    count: int
    etag: str
    size: int
    made_at: datetime


class SnapshotDraft(Protocol):
    """A snapshot being written; nothing of it is seen before ``finish``."""

    def add(self, row: FeedRow) -> None:
        """Add one entity."""
        ...

    def replace(self, rows: Mapping[tuple[str, str], FeedRow]) -> None:
        """Put ``rows`` (by kind and id) in the place of those added before; one that is gone removes."""
        ...

    def finish(self, generation: str, seq: int, made_at: datetime) -> SnapshotInfo:
        """Complete it: from now on it is the newest one of its scope."""
        ...

    def abandon(self) -> None:
        """Throw it away; harmless after ``finish``."""
        ...


class SnapshotShelf(Protocol):
    """Snapshots as files; what is too old or too much is removed."""

    def newest(self, scope: str) -> SnapshotInfo | None:
        """Return the newest snapshot of a scope."""
        ...

    def with_etag(self, scope: str, etag: str) -> SnapshotInfo | None:
        """Return the snapshot a download was begun with, while it is kept."""
        ...

    def read(self, info: SnapshotInfo, start: int, length: int) -> bytes:
        """Return a part of its bytes; raises OSError when it was removed meanwhile."""
        ...

    def begin(self, scope: str) -> SnapshotDraft:
        """Begin a new one."""
        ...

    def has_room(self) -> bool:
        """Whether the disk has room for another one."""
        ...

    def tidy(self, scopes: Iterable[str]) -> None:
        """Keep snapshots of ``scopes`` only, and no more than there is room for."""
        ...
