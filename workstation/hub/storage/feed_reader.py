"""Reads the feed in one statement: heads, rows and bodies are of one state, and bodies stay unread text."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from workstation.casework.wire.sync import FeedRow
from workstation.hub.ports_values import FeedPage
from workstation.hub.storage.sql import Session

_ARM = """
SELECT * FROM (
  SELECT s.scope_id, s.head_seq, s.floor_seq, f.seq, f.entity, f.entity_id, f.rev, f.gone, d.body
  FROM scope s
  LEFT JOIN (
    SELECT tenant_id, scope_id, seq, entity, entity_id, rev, gone FROM feed
    WHERE tenant_id = :tenant_id AND scope_id = :scope{n} AND seq > :after{n} ORDER BY seq LIMIT :most
  ) f ON f.tenant_id = s.tenant_id AND f.scope_id = s.scope_id
  LEFT JOIN document d ON d.tenant_id = f.tenant_id AND d.entity = f.entity AND d.entity_id = f.entity_id
                      AND f.gone = 0
  WHERE s.tenant_id = :tenant_id AND s.scope_id = :scope{n}
  ORDER BY f.seq
) AS arm{n}
"""
_ROW_OVERHEAD = 160
"""About what a row's frame takes on the wire, in bytes."""
BUCKETS = 256

_Line = Any
"""A row of the statement above: nine columns."""


@lru_cache(maxsize=64)
def pull_sql(scopes: int) -> str:
    """Return the statement that reads ``scopes`` scopes at once."""
    return " UNION ALL ".join(_ARM.format(n=index) for index in range(scopes))


def pull(
    session: Session,
    tenant_id: str,
    scopes: Sequence[str],
    cursors: Mapping[str, int],
    limit: int,
    max_bytes: int,
) -> FeedPage:
    """Return at most ``limit`` rows and about ``max_bytes`` of what came after ``cursors``.

    Scopes nobody has written to yet have head 0. At least one row is given when there is one.
    """
    if not scopes:
        return FeedPage(rows=(), cursors={}, heads={}, more=False)
    params: dict[str, Any] = {"tenant_id": tenant_id, "most": limit}
    for index, scope in enumerate(scopes):
        params[f"scope{index}"] = scope
        params[f"after{index}"] = cursors.get(scope, 0)
    found: dict[str, list[_Line]] = {scope: [] for scope in scopes}
    for row in session.rows(pull_sql(len(scopes)), **params):
        found[row[0]].append(row)
    return _page(found, cursors, limit, max_bytes)


def _page(
    found: Mapping[str, list[_Line]], cursors: Mapping[str, int], limit: int, max_bytes: int
) -> FeedPage:
    rows: list[FeedRow] = []
    reached: dict[str, int] = {}
    heads: dict[str, int] = {}
    below: list[str] = []
    ahead: list[str] = []
    size, more = 0, False
    for scope, lines in found.items():
        at = cursors.get(scope, 0)
        head, floor = (lines[0][1], lines[0][2]) if lines else (0, 0)
        heads[scope] = head
        if at > head:
            ahead.append(scope)
            continue
        if 0 < at < floor:
            below.append(scope)
            continue
        taken = 0
        lines = [line for line in lines if line[3] is not None]
        for line in lines:
            if len(rows) >= limit or (rows and size >= max_bytes):
                break
            rows.append(_row(line))
            size += _ROW_OVERHEAD + len(line[8] or "")
            at = line[3]
            taken += 1
        is_all = taken == len(lines) and len(lines) < limit
        reached[scope] = head if is_all else at
        more = more or reached[scope] < head
    return FeedPage(
        rows=tuple(rows),
        cursors=reached,
        heads=heads,
        more=more,
        below_floor=tuple(below),
        ahead=tuple(ahead),
    )


def _row(line: _Line) -> FeedRow:
    scope, _, _, seq, entity, entity_id, rev, gone, body = line
    if gone or body is None:
        return FeedRow(scope=scope, seq=seq, entity=entity, id=entity_id, rev=rev, gone=True)
    return FeedRow(scope=scope, seq=seq, entity=entity, id=entity_id, rev=rev, body=msgspec.Raw(body))


def heads(session: Session) -> dict[tuple[str, str], int]:
    """Return the head of every scope of every tenant."""
    rows = session.rows("SELECT tenant_id, scope_id, head_seq FROM scope")
    return {(tenant_id, scope_id): head for tenant_id, scope_id, head in rows}


def digest(session: Session, tenant_id: str, scope: str, seq: int) -> tuple[int, tuple[int, ...]] | None:
    """Return how many entities a scope has and 256 sums over (id, rev); None if ``seq`` is not its head."""
    rows = session.rows(
        "SELECT s.head_seq, f.entity_id, f.rev FROM scope s LEFT JOIN feed f ON f.tenant_id = s.tenant_id"
        " AND f.scope_id = s.scope_id AND f.gone = 0"
        " WHERE s.tenant_id = :tenant_id AND s.scope_id = :scope",
        tenant_id=tenant_id,
        scope=scope,
    )
    head = rows[0][0] if rows else 0
    if head != seq:
        return None
    sums = [0] * BUCKETS
    count = 0
    for _, entity_id, rev in rows:
        if entity_id is None:
            continue
        count += 1
        hashed = hashlib.sha256(f"{entity_id},{rev}".encode()).digest()
        value = int.from_bytes(hashed[:8], "big")
        # The bucket depends on the id alone, so that a changed entity stays in its bucket.
        bucket = hashlib.sha256(entity_id.encode()).digest()[0]
        sums[bucket] = (sums[bucket] + value) % (1 << 64)
    return count, tuple(sums)
