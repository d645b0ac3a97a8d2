"""Writes what changed into the scopes' feeds: the counter rows are bumped last, in sorted order."""

from __future__ import annotations

from typing import Any, TypedDict

from workstation.hub.storage.sql import Session

_BUMP = """
INSERT INTO scope (tenant_id, scope_id, head_seq, floor_seq) VALUES (:tenant_id, :scope_id, :n, 0)
ON CONFLICT (tenant_id, scope_id) DO UPDATE SET head_seq = scope.head_seq + excluded.head_seq
RETURNING head_seq
"""
_FEED = """
INSERT INTO feed (tenant_id, scope_id, entity, entity_id, seq, rev, gone, at)
VALUES (:tenant_id, :scope_id, :entity, :entity_id, :seq, :rev, :gone, :at)
ON CONFLICT (tenant_id, scope_id, entity, entity_id)
DO UPDATE SET seq = excluded.seq, rev = excluded.rev, gone = excluded.gone, at = excluded.at
"""
_BUMP_AND_FEED = """
WITH head AS (
  INSERT INTO scope (tenant_id, scope_id, head_seq, floor_seq) VALUES (:tenant_id, :scope_id, :n, 0)
  ON CONFLICT (tenant_id, scope_id) DO UPDATE SET head_seq = scope.head_seq + excluded.head_seq
  RETURNING head_seq
), written AS (
  INSERT INTO feed (tenant_id, scope_id, entity, entity_id, seq, rev, gone, at)
  SELECT :tenant_id, :scope_id, item.entity, item.entity_id, head.head_seq - :n + item.place, item.rev,
         item.gone, :at
  FROM head, unnest(CAST(:entities AS text[]), CAST(:ids AS text[]), CAST(:revs AS bigint[]),
                    CAST(:gones AS int[])) WITH ORDINALITY AS item (entity, entity_id, rev, gone, place)
  ON CONFLICT (tenant_id, scope_id, entity, entity_id)
  DO UPDATE SET seq = excluded.seq, rev = excluded.rev, gone = excluded.gone, at = excluded.at
)
SELECT head_seq FROM head
"""

Key = tuple[str, str]
"""Entity and its id."""


class _Mark(TypedDict):
    rev: int
    gone: int


class FeedWriter:
    """Collects the feed rows of one transaction: the newest word on each entity of each scope."""

    def __init__(self) -> None:
        self._marks: dict[str, dict[Key, _Mark]] = {}

    def mark(self, scope_id: str, key: Key, rev: int, *, is_gone: bool) -> None:
        """Say that an entity changed in, or went from, a scope."""
        marks = self._marks.setdefault(scope_id, {})
        marks.pop(key, None)
        marks[key] = {"rev": rev, "gone": int(is_gone)}

    def copy(self) -> FeedWriter:
        """Return a writer with the same marks."""
        twin = FeedWriter()
        twin._marks = {scope: dict(marks) for scope, marks in self._marks.items()}
        return twin

    @property
    def is_empty(self) -> bool:
        """Whether nothing changed."""
        return not self._marks

    def write(self, session: Session, tenant_id: str, at: int) -> dict[str, int]:
        """Give numbers and store the rows; returns the new head of each scope touched.

        From here to the commit the counter rows are locked: nothing slow may follow.
        """
        marked = sorted(self._marks.items())
        self._marks = {}
        if session.is_postgresql:
            asked = [(_BUMP_AND_FEED, _in_one(tenant_id, scope_id, marks, at)) for scope_id, marks in marked]
            answers = session.batch(asked)
            return {scope_id: int(rows[0][0]) for (scope_id, _), rows in zip(marked, answers, strict=True)}
        return {scope_id: _in_two(session, tenant_id, scope_id, marks, at) for scope_id, marks in marked}


def _in_one(tenant_id: str, scope_id: str, marks: dict[Key, _Mark], at: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "scope_id": scope_id,
        "n": len(marks),
        "at": at,
        "entities": [entity for entity, _ in marks],
        "ids": [entity_id for _, entity_id in marks],
        "revs": [mark["rev"] for mark in marks.values()],
        "gones": [mark["gone"] for mark in marks.values()],
    }


def _in_two(session: Session, tenant_id: str, scope_id: str, marks: dict[Key, _Mark], at: int) -> int:
    head = int(session.value(_BUMP, tenant_id=tenant_id, scope_id=scope_id, n=len(marks)))
    rows = [
        {
            "tenant_id": tenant_id,
            "scope_id": scope_id,
            "entity": entity,
            "entity_id": entity_id,
            "seq": head - len(marks) + place,
            "at": at,
            **mark,
        }
        for place, ((entity, entity_id), mark) in enumerate(marks.items(), 1)
    ]
    session.later(_FEED, rows)
    return head
