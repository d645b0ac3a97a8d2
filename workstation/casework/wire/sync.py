"""State that comes down: pull of the change feed, row by row, with a cursor per scope."""

from __future__ import annotations

from datetime import datetime

import msgspec

PAGE_ROWS = 1000
PAGE_BYTES = 1024 * 1024
MAX_WAIT_S = 25
MAX_CURSORS_TEXT = 4000
"""Characters of the cursors that a push names; of more scopes some are left out."""


class PullRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of ``POST /v1/sync/pull``; ``generation`` is empty at the first pull."""

    generation: str = ""
    schema: int = 1
    cursors: dict[str, int] = {}
    limit: int = PAGE_ROWS
    max_bytes: int = PAGE_BYTES
    wait_s: int = 0
    skip: tuple[str, ...] = ()
    """Scopes left out of this page: their snapshot is on its way."""


class FeedRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entity as it is now: ``body`` is its JSON, empty when it is ``gone`` from the scope."""

    scope: str
    seq: int
    entity: str
    id: str
    rev: int
    gone: bool = False
    body: msgspec.Raw = msgspec.Raw()


class PullAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rows in seq order per scope; ``scopes`` lists what the person may read: others are to be purged."""

    generation: str
    rows: tuple[FeedRow, ...]
    cursors: dict[str, int]
    heads: dict[str, int]
    scopes: tuple[str, ...]
    server_time: datetime
    more: bool = False


class DigestAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of ``GET /v1/sync/digest/{scope}``: what a complete copy of the scope adds up to at ``seq``.

    ``buckets``: 256 sums mod 2^64, as decimal texts since JSON numbers end earlier. An entity is in the
    bucket of the first byte of SHA-256(id) and adds the first 8 bytes of SHA-256("id,rev").
    """

    scope: str
    seq: int
    count: int
    buckets: tuple[str, ...]


class BucketAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of ``GET /v1/sync/bucket/{scope}``: all entities of one bucket of the digest at ``seq``."""

    scope: str
    seq: int
    bucket: int
    rows: tuple[FeedRow, ...]


class SnapshotHeader(msgspec.Struct, frozen=True, kw_only=True):
    """First line of a snapshot; one :class:`FeedRow` a line follows, none of them gone.

    ``digest`` is that of :class:`workstation.casework.wire.digest.Sums` over all rows, ``sha256`` (hex) that
    of all lines after this one, as they are before packing. After it one pulls from ``seq``.
    """

    scope: str
    generation: str
    schema: int
    seq: int
    count: int
    digest: str
    sha256: str


class BackfillRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of ``POST /v1/sync/backfill``: the bodies of ``kinds`` in ``scope`` again, in order of their ids.

    ``after``: kind and id of the last row of the page before, empty for the first page.
    """

    scope: str
    kinds: tuple[str, ...]
    after: tuple[str, str] = ("", "")
    limit: int = PAGE_ROWS
    schema: int = 1


class BackfillAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A page of bodies; ``more``: ask again after the last of them."""

    generation: str
    rows: tuple[FeedRow, ...]
    more: bool = False


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``application/problem+json`` (RFC 9457): ``code`` is one of the rules' codes."""

    title: str
    status: int
    code: str
    type: str = "about:blank"
    params: dict[str, str] = {}
    details: tuple[dict[str, str], ...] = ()
