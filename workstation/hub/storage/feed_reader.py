"""Reads the feed in one statement: heads, rows and bodies are of one state, and bodies stay unread text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from workstation.casework.wire.digest import Sums, bucket_of
from workstation.casework.wire.sync import FeedRow
from workstation.hub.ports_values import FeedPage
from workstation.hub.storage.sql import Session, numbered, placeholders

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
_KEYS = 20_000
"""Keys read at a time."""
_BODIES = 500
"""Bodies read at a time."""

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


def digest(session: Session, tenant_id: str, scope: str, seq: int) -> Sums | None:
    """Return what the entities of a scope add up to; None if ``seq`` is not its head.

    The caller's transaction sees one state; the rows come in pages, so that a large scope needs no memory.
    """
    if _head(session, tenant_id, scope) != seq:
        return None
    sums = Sums()
    for page in _keys(session, tenant_id, scope):
        sums.add_all((entity_id, rev) for _, entity_id, rev in page)
    return sums


def bucket(session: Session, tenant_id: str, scope: str, seq: int, number: int) -> tuple[FeedRow, ...] | None:
    """Return all entities of one bucket of the digest; None if ``seq`` is not the head of the scope."""
    if _head(session, tenant_id, scope) != seq:
        return None
    wanted = [
        (entity, entity_id)
        for page in _keys(session, tenant_id, scope)
        for entity, entity_id, _ in page
        if bucket_of(entity_id) == number
    ]
    rows: list[FeedRow] = []
    for start in range(0, len(wanted), _BODIES):
        rows += _bodies(session, tenant_id, scope, wanted[start : start + _BODIES])
    return tuple(rows)


def of_kinds(
    session: Session, tenant_id: str, scope: str, kinds: Sequence[str], after: tuple[str, str], limit: int
) -> tuple[FeedRow, ...]:
    """Return at most ``limit`` entities of ``kinds`` after ``after`` (kind, id), in order; of all if none."""
    of_kinds = f" AND f.entity IN ({placeholders('kind', len(kinds))})" if kinds else ""
    found = session.rows(
        f"SELECT f.seq, f.entity, f.entity_id, f.rev, d.body FROM feed f JOIN document d"
        f" ON d.tenant_id = f.tenant_id AND d.entity = f.entity AND d.entity_id = f.entity_id"
        f" WHERE f.tenant_id = :tenant_id AND f.scope_id = :scope AND f.gone = 0{of_kinds}"
        f" AND (f.entity, f.entity_id) > (:kind, :id)"
        f" ORDER BY f.entity, f.entity_id LIMIT :most",
        tenant_id=tenant_id,
        scope=scope,
        kind=after[0],
        id=after[1],
        most=limit,
        **numbered("kind", kinds),
    )
    return tuple(_feed_row(scope, row) for row in found)


def _feed_row(scope: str, row: _Line) -> FeedRow:
    seq, entity, entity_id, rev, body = row
    return FeedRow(scope=scope, seq=seq, entity=entity, id=entity_id, rev=rev, body=msgspec.Raw(body))


def _head(session: Session, tenant_id: str, scope: str) -> int:
    found = session.value(
        "SELECT head_seq FROM scope WHERE tenant_id = :tenant_id AND scope_id = :scope",
        tenant_id=tenant_id,
        scope=scope,
    )
    return int(found or 0)


def _keys(session: Session, tenant_id: str, scope: str) -> Iterator[Sequence[_Line]]:
    """Yield (entity, id, rev) of what is in a scope, in pages along its key."""
    entity = entity_id = ""
    while True:
        page = session.rows(
            "SELECT entity, entity_id, rev, gone FROM feed WHERE tenant_id = :tenant_id"
            " AND scope_id = :scope AND (entity, entity_id) > (:entity, :id)"
            " ORDER BY entity, entity_id LIMIT :most",
            tenant_id=tenant_id,
            scope=scope,
            entity=entity,
            id=entity_id,
            most=_KEYS,
        )
        yield [row[:3] for row in page if not row[3]]
        if len(page) < _KEYS:
            return
        entity, entity_id = page[-1][:2]


def _bodies(session: Session, tenant_id: str, scope: str, wanted: Sequence[tuple[str, str]]) -> list[FeedRow]:
    by_kind: dict[str, list[str]] = {}
    for entity, entity_id in wanted:
        by_kind.setdefault(entity, []).append(entity_id)
    rows: list[FeedRow] = []
    for entity, ids in by_kind.items():
        found = session.rows(
            f"SELECT f.seq, f.entity, f.entity_id, f.rev, d.body FROM feed f JOIN document d"
            f" ON d.tenant_id = f.tenant_id AND d.entity = f.entity AND d.entity_id = f.entity_id"
            f" WHERE f.tenant_id = :tenant_id AND f.scope_id = :scope AND f.entity = :entity"
            f" AND f.gone = 0 AND f.entity_id IN ({placeholders('id', len(ids))})",
            tenant_id=tenant_id,
            scope=scope,
            entity=entity,
            **numbered("id", ids),
        )
        rows += [_feed_row(scope, row) for row in found]
    return rows
