"""Entities as documents: read once, changed in memory, written together with their index rows and scopes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from workstation.casework.wire.codec import encode
from workstation.casework.wire.entities import ENTITIES, E, Entity, entity_id, entity_name, id_field
from workstation.hub.services.scoping import CASE_KINDS, split
from workstation.hub.storage import index_rows
from workstation.hub.storage.feed_writer import FeedWriter, Key
from workstation.hub.storage.scope_rows import ScopeRows
from workstation.hub.storage.sql import Params, Session, micros, numbered, placeholders

COLUMNS = "entity, entity_id, rev, scopes, case_id, customer_id, body"
_INSERT = f"""
INSERT INTO document (tenant_id, {COLUMNS})
VALUES (:tenant_id, :entity, :entity_id, :rev, :scopes, :case_id, :customer_id, :body)
"""
_UPDATE = """
UPDATE document SET rev = :rev, scopes = :scopes, case_id = :case_id, customer_id = :customer_id, body = :body
WHERE tenant_id = :tenant_id AND entity = :entity AND entity_id = :entity_id AND rev = :rev - 1
  AND scopes = :before
"""
_DELETE = "DELETE FROM document WHERE tenant_id = :tenant_id AND entity = :entity AND entity_id = :entity_id"


@dataclass(slots=True)
class Held:
    """A document as this transaction knows it; ``stored`` is what the database has, None for nothing."""

    value: Any
    rev: int
    scopes: str
    stored: Any | None = None
    is_dirty: bool = False
    bumps: int = 0
    """1 when the next write raises the revision, 0 when there is nothing to write."""


@cache
def _decoder(kind: type[Any]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


def name_of(kind: type[Any]) -> str:
    """Return the wire name of a type of entity."""
    return entity_name(kind)


def case_of(value: Any) -> str | None:
    """Return the case a document hangs on, for documents that are in its team's scope."""
    if entity_name(value) in CASE_KINDS:
        return str(value.case_id)
    return None


class DocumentStore:
    """Documents of one transaction. Mixed into the transaction, which holds the open session."""

    session: Session
    tenant_id: str
    now: datetime
    is_read_only: bool

    def __init__(self) -> None:
        self._held: dict[Key, Held] = {}
        self._absent: set[Key] = set()
        self._removed: set[Key] = set()
        self.feed = FeedWriter()

    def get(self, kind: type[E], entity_id: str) -> E | None:
        """Return the entity as it is now, or None."""
        return self.get_many(kind, (entity_id,)).get(entity_id)

    def get_many(self, kind: type[E], ids: Iterable[str]) -> dict[str, E]:
        """Return those of ``ids`` that exist, in one statement."""
        name = name_of(kind)
        wanted = list(dict.fromkeys(ids))
        missing = [one for one in wanted if (name, one) not in self._held and (name, one) not in self._absent]
        if missing:
            self.documents_answered(
                name, missing, self.session.batch([self.documents_question(name, missing)])[0]
            )
        return {one: self._held[name, one].value for one in wanted if (name, one) in self._held}

    def documents_question(self, name: str, ids: Sequence[str]) -> tuple[str, Params]:
        """Return the statement that reads documents by id."""
        sql = (
            f"SELECT {COLUMNS} FROM document WHERE tenant_id = :tenant_id AND entity = :entity"
            f" AND entity_id IN ({placeholders('id', len(ids)) or 'NULL'})"
        )
        return sql, {"tenant_id": self.tenant_id, "entity": name, **numbered("id", ids)}

    def documents_answered(self, name: str, ids: Sequence[str], rows: Sequence[Any]) -> None:
        """Hold what it found and remember what it did not find."""
        self.take(rows)
        self._absent.update((name, one) for one in ids if (name, one) not in self._held)

    def load(self, where: str, **params: Any) -> list[Any]:
        """Read documents and return their values in the order read; known ones stay as they are."""
        rows = self.session.rows(
            f"SELECT {COLUMNS} FROM document {where}", tenant_id=self.tenant_id, **params
        )
        return self.take(rows)

    def take(self, rows: Sequence[Any]) -> list[Any]:
        """Hold documents given as rows of :data:`COLUMNS` and return their values."""
        values: list[Any] = []
        for name, one, rev, scopes, _case, _customer, body in rows:
            key = (name, one)
            if key in self._removed:
                continue
            held = self._held.get(key)
            if held is None:
                value = _decoder(ENTITIES[name]).decode(body)
                held = self._held[key] = Held(value, rev, scopes, stored=value)
            values.append(held.value)
        return values

    def put(self, entity: E, *, is_new: bool = False) -> E:
        """Store the entity with the next revision and return it so."""
        self._check_may_write()
        name, one = entity_name(entity), entity_id(entity)
        key = (name, one)
        if key not in self._held and not is_new:
            self.get(type(entity), one)
        held = self._held.get(key)
        if held is None:
            value = msgspec.structs.replace(entity, rev=1)
            self._held[key] = Held(value, 1, "", is_dirty=True, bumps=1)
            self._absent.discard(key)
            self._removed.discard(key)
            return value
        if msgspec.structs.replace(entity, rev=held.rev) == held.value:
            return held.value  # type: ignore[no-any-return]
        if not held.bumps:
            held.rev += 1
            held.bumps = 1
        held.value = msgspec.structs.replace(entity, rev=held.rev)
        held.is_dirty = True
        return held.value  # type: ignore[no-any-return]

    def remove(self, kind: type[Entity], entity_id: str) -> None:
        """Delete the entity; its scopes get a tombstone."""
        self._check_may_write()
        name = name_of(kind)
        self.write_out()
        self.get(kind, entity_id)
        held = self._held.pop((name, entity_id), None)
        if held is None:
            return
        self.session.do(_DELETE, tenant_id=self.tenant_id, entity=name, entity_id=entity_id)
        index_rows.forget(self.session, self.tenant_id, name, entity_id)
        for scope in split(held.scopes):
            self.feed.mark(scope, (name, entity_id), held.rev + 1, is_gone=True)
        self._absent.add((name, entity_id))
        self._removed.add((name, entity_id))

    def all_of(self, kind: type[E]) -> tuple[E, ...]:
        """Return every entity of a kind with few of them, by id."""
        self.write_out()
        return tuple(
            self.load(
                "WHERE tenant_id = :tenant_id AND entity = :entity ORDER BY entity_id",
                entity=name_of(kind),
            )
        )

    def _check_may_write(self) -> None:
        if self.is_read_only:
            raise RuntimeError("this transaction only reads")

    @property
    def has_dirty(self) -> bool:
        """Whether documents wait to be written."""
        return any(held.is_dirty for held in self._held.values())

    def write_out(self) -> None:
        """Write changed documents with index rows and scopes; feed numbers are given at the end only."""
        dirty = [(key, held) for key, held in self._held.items() if held.is_dirty]
        if not dirty:
            return
        cases = [(key[1], held) for key, held in dirty if key[0] == "case"]
        scopes = ScopeRows(self.session, self.tenant_id, self._known, frozenset(one for one, _ in cases))
        returned = [held.value for _, held in cases if held.stored is not None and not held.scopes]
        index_rows.write(self.session, self.tenant_id, [(held.stored, held.value) for _, held in dirty])
        scopes.bring_back(returned)
        inserts: list[dict[str, Any]] = []
        updates: list[dict[str, Any]] = []
        for key, held in dirty:
            before = held.scopes
            held.scopes = scopes.of(key, held.value)
            row = {**self._row(key, held), "before": before}
            (updates if held.stored is not None else inserts).append(row)
            self._mark(key, held.rev, before, held.scopes)
        self.session.later(_INSERT, inserts)
        self.session.later(_UPDATE, updates, expected=1)
        moved = [(held.stored, held.value) for key, held in dirty if key[0] == "case"]
        for _, held in dirty:
            held.stored, held.is_dirty, held.bumps = held.value, False, 0
        scopes.follow(moved, returned, self.rescoped)

    def _known(self, name: str, one: str) -> tuple[Any, str] | None:
        held = self._held.get((name, one))
        return None if held is None else (held.value, held.scopes)

    def rescoped(self, key: Key, rev: int, before: str, after: str) -> None:
        """Say in the feed that a document has other scopes now; its row is written already."""
        held = self._held.get(key)
        if held is not None:
            held.scopes = after
        self._mark(key, rev, before, after)

    def _mark(self, key: Key, rev: int, before: str, after: str) -> None:
        for scope in set(split(before)) - set(split(after)):
            self.feed.mark(scope, key, rev, is_gone=True)
        for scope in split(after):
            self.feed.mark(scope, key, rev, is_gone=False)

    def _row(self, key: Key, held: Held) -> dict[str, Any]:
        value = held.value
        return {
            "tenant_id": self.tenant_id,
            "entity": key[0],
            "entity_id": key[1],
            "rev": held.rev,
            "scopes": held.scopes,
            "case_id": case_of(value),
            "customer_id": getattr(value, "customer_id", None) or None,
            "body": encode(value).decode(),
        }

    def finish_documents(self) -> dict[str, int]:
        """Write everything and then, last of all, the feed; returns the new heads."""
        self.write_out()
        if self.feed.is_empty:
            return {}
        return self.feed.write(self.session, self.tenant_id, micros(self.now))

    def snapshot(self) -> Callable[[], None]:
        """Return a function that brings the documents in memory back to where they are now."""
        self.write_out()
        held = {key: Held(one.value, one.rev, one.scopes, one.stored) for key, one in self._held.items()}
        absent, removed, feed = set(self._absent), set(self._removed), self.feed.copy()

        def restore() -> None:
            self._held, self._absent, self._removed, self.feed = held, absent, removed, feed

        return restore


def id_of(name: str, value: Any) -> str:
    """Return the id of a document's value."""
    return str(getattr(value, id_field(name)))
