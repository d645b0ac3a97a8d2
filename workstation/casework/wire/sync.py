"""State that comes down: pull of the change feed, row by row, with a cursor per scope."""

from __future__ import annotations

from datetime import datetime

import msgspec

PAGE_ROWS = 1000
PAGE_BYTES = 1024 * 1024
MAX_WAIT_S = 25


class PullRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of ``POST /v1/sync/pull``; ``generation`` is empty at the first pull."""

    generation: str = ""
    schema: int = 1
    cursors: dict[str, int] = {}
    limit: int = PAGE_ROWS
    max_bytes: int = PAGE_BYTES
    wait_s: int = 0


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


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``application/problem+json`` (RFC 9457): ``code`` is one of the rules' codes."""

    title: str
    status: int
    code: str
    type: str = "about:blank"
    params: dict[str, str] = {}
    details: tuple[dict[str, str], ...] = ()
