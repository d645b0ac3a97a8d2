"""Pages of the feed into the replica: documents, indexes, cursors in one transaction, by plain statements."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from workstation.casework.case import Case
from workstation.casework.wire.entities import ENTITIES, Entity
from workstation.casework.wire.sync import FeedRow
from workstation.ports import Changes
from workstation.storage.find import words_of
from workstation.storage.queue import COLUMN_COUNT, COLUMNS, micros, row_of
from workstation.storage.timeline_rows import lines_of

_log = logging.getLogger(__name__)
REFERENCE = frozenset(
    {"person", "team", "tenant", "limit", "budget", "calendar", "sla_policy", "drop_off_point", "text"}
)
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in ENTITIES.items()}
Id = tuple[str, str]


def decoded(entity: str, body: bytes | str) -> Entity | None:
    """Return a body as its entity; ``None`` for kinds and shapes this program does not know."""
    decoder = _DECODERS.get(entity)
    if decoder is None:
        return None
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        _log.error("an entity %s of the feed has another shape: %s", entity, error)
        return None


class _Owner(msgspec.Struct, frozen=True):
    case_id: str = ""
    customer_id: str = ""


def _owner_in(body: str) -> _Owner:
    """Return where a body belongs that only a newer program can read: it is kept there until then."""
    try:
        return msgspec.json.decode(body, type=_Owner)
    except msgspec.MsgspecError:
        return _Owner()


class _Page:
    """What one page touches."""

    def __init__(self) -> None:
        self.bodies: dict[Id, tuple[FeedRow, str, Entity | None]] = {}
        self.gone: dict[Id, str] = {}
        self.cases: set[str] = set()
        self.customers: set[str] = set()
        self.is_reference = False

    def touch(self, entity: str, case_id: str, customer_id: str) -> None:
        if case_id:
            self.cases.add(case_id)
        if customer_id:
            self.customers.add(customer_id)
        self.is_reference |= entity in REFERENCE


def ingest(connection: Connection, rows: Iterable[FeedRow], era: int) -> Changes:
    """Store rows; the caller holds the transaction and stores the cursors in it."""
    page = _Page()
    puts: list[tuple[str, str, str, int]] = []
    drops: list[tuple[str, str, str]] = []
    for row in rows:
        if row.gone or not bytes(row.body):
            drops.append((row.entity, row.id, row.scope))
            page.gone[(row.entity, row.id)] = row.scope
            continue
        body = bytes(row.body).decode()
        page.bodies[(row.entity, row.id)] = (row, body, decoded(row.entity, body))
        puts.append((row.entity, row.id, row.scope, era))
    known = _revisions(connection, page.bodies)
    # An entity that leaves one scope and enters another in the same page is kept by the later put.
    if drops:
        connection.exec_driver_sql(
            "DELETE FROM membership WHERE entity = ? AND entity_id = ? AND scope = ?", drops
        )
    if puts:
        connection.exec_driver_sql(
            "INSERT INTO membership (entity, entity_id, scope, era) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (entity, entity_id, scope) DO UPDATE SET era = excluded.era",
            puts,
        )
    _store_documents(connection, page, known)
    remove_orphans(connection, list(page.gone), page)
    return Changes(
        cases=frozenset(page.cases), customers=frozenset(page.customers), reference=page.is_reference
    )


def _store_documents(connection: Connection, page: _Page, known: Mapping[Id, int]) -> None:
    documents: list[tuple[str, str, int, str, str, str]] = []
    entities: list[tuple[Id, Entity]] = []
    for key, (row, body, entity) in page.bodies.items():
        if known.get(key, -1) > row.rev:
            continue
        owner = entity if entity is not None else _owner_in(body)
        case_id = str(getattr(owner, "case_id", ""))
        customer_id = str(getattr(owner, "customer_id", ""))
        documents.append((row.entity, row.id, row.rev, case_id, customer_id, body))
        page.touch(row.entity, case_id, customer_id)
        if entity is not None:
            entities.append((key, entity))
    if documents:
        connection.exec_driver_sql(
            "INSERT INTO doc (entity, entity_id, rev, case_id, customer_id, body) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (entity, entity_id) DO UPDATE SET rev = excluded.rev, case_id = excluded.case_id,"
            " customer_id = excluded.customer_id, body = excluded.body",
            documents,
        )
    _index_cases(connection, [entity for _, entity in entities if isinstance(entity, Case)])
    _index_timeline(connection, entities, known)
    _index_words(connection, entities)


def _revisions(connection: Connection, wanted: Iterable[Id]) -> dict[Id, int]:
    """Return the revisions we have of ``wanted``, in one statement.

    A copy from before the hub was restored counts as older than any: its revision was never given there.
    """
    rows = connection.exec_driver_sql(
        "SELECT d.entity, d.entity_id, CASE WHEN EXISTS (SELECT 1 FROM membership AS m"
        " WHERE m.entity = d.entity AND m.entity_id = d.entity_id AND m.era >= coalesce("
        "(SELECT CAST(value AS INTEGER) FROM note WHERE name = 'restored_era'), 0)) THEN d.rev ELSE -1 END"
        " FROM json_each(?) AS w JOIN doc AS d"
        " ON d.entity = w.value ->> 0 AND d.entity_id = w.value ->> 1",
        (json.dumps(list(wanted)),),
    )
    return {(entity, entity_id): rev for entity, entity_id, rev in rows}


# ---------------------------------------------------------------------- cases and counters


def _index_cases(connection: Connection, cases: Sequence[Case]) -> None:
    if not cases:
        return
    before = _counted(connection, [case.case_id for case in cases])
    rows = [row_of(case) for case in cases]
    marks = ", ".join("?" * COLUMN_COUNT)
    connection.exec_driver_sql(f"INSERT OR REPLACE INTO case_row ({COLUMNS}) VALUES ({marks})", rows)
    after = {row[0]: (row[4], row[5], row[1], row[6]) for row in rows}
    _count(connection, before, after)
    moved = [
        (case.customer_id or f"case:{case.case_id}", case.case_id)
        for case in cases
        if case.case_id not in before or before[case.case_id][3] != case.customer_id
    ]
    if moved:
        connection.exec_driver_sql(
            "UPDATE OR REPLACE timeline_row SET owner = ? WHERE case_id = ? AND case_id <> ''", moved
        )


def _counted(connection: Connection, case_ids: Sequence[str]) -> dict[str, tuple[str, str, int, str]]:
    rows = connection.exec_driver_sql(
        "SELECT case_id, team_id, assignee_id, sort_group, customer_id FROM case_row"
        " WHERE case_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(case_ids)),),
    )
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in rows}


def _count(
    connection: Connection,
    before: dict[str, tuple[str, str, int, str]],
    after: dict[str, tuple[str, str, int, str]],
) -> None:
    """Keep the badge counters equal to the rows."""
    delta: dict[tuple[str, str, int], int] = {}
    for rows, sign in ((before, -1), (after, 1)):
        for team, assignee, group, _ in rows.values():
            delta[(team, assignee, group)] = delta.get((team, assignee, group), 0) + sign
    changed = [(*key, amount) for key, amount in delta.items() if amount]
    if changed:
        connection.exec_driver_sql(
            "INSERT INTO counter (team_id, assignee_id, sort_group, n) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (team_id, assignee_id, sort_group) DO UPDATE SET n = n + excluded.n",
            changed,
        )


# ---------------------------------------------------------------------- timeline and words


def _index_timeline(
    connection: Connection, entities: Sequence[tuple[Id, Entity]], known: Mapping[Id, int]
) -> None:
    lines = [(key, line) for key, entity in entities for line in lines_of(entity)]
    if not lines:
        return
    # A message belongs to whom its case belongs to; if the case comes later, it takes its messages along.
    owners = _owners(connection, {line.case_id for _, line in lines if not line.customer_id})
    rows = [
        (
            line.customer_id or owners.get(line.case_id) or f"case:{line.case_id}",
            micros(line.at),
            name,
            entity_id,
            line.part,
            line.group,
            line.case_id,
        )
        for (name, entity_id), line in lines
    ]
    old = list({key for key, _ in lines if key in known})
    if old:
        connection.exec_driver_sql("DELETE FROM timeline_row WHERE entity = ? AND entity_id = ?", old)
    connection.exec_driver_sql(
        "INSERT OR REPLACE INTO timeline_row (owner, at, entity, entity_id, part, grp, case_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        rows,
    )


def _owners(connection: Connection, case_ids: Iterable[str]) -> dict[str, str]:
    """Return the customers of those cases that are here; this page's cases are written before."""
    rows = connection.exec_driver_sql(
        "SELECT case_id, customer_id FROM case_row WHERE case_id IN (SELECT value FROM json_each(?))",
        (json.dumps(sorted(case_ids)),),
    )
    return {str(row[0]): str(row[1]) for row in rows}


def _index_words(connection: Connection, entities: Sequence[tuple[Id, Entity]]) -> None:
    words = {key: text for key, entity in entities if (text := words_of(entity))}
    if not words:
        return
    connection.exec_driver_sql(
        "INSERT OR IGNORE INTO find_doc (entity, entity_id) VALUES (?, ?)", list(words)
    )
    ids = connection.exec_driver_sql(
        "SELECT f.id, f.entity, f.entity_id FROM json_each(?) AS w JOIN find_doc AS f"
        " ON f.entity = w.value ->> 0 AND f.entity_id = w.value ->> 1",
        (json.dumps(list(words)),),
    )
    # Plain rows: an INSERT that selects makes the index write itself out at every row.
    connection.exec_driver_sql(
        "INSERT OR REPLACE INTO find_text (rowid, text) VALUES (?, ?)",
        [(number, words[entity, entity_id]) for number, entity, entity_id in ids],
    )


# ---------------------------------------------------------------------- leaving


def remove_orphans(
    connection: Connection, candidates: Sequence[Id] | None, page: _Page | None = None
) -> Changes:
    """Remove documents that are in no scope any more; ``None`` looks at all of them."""
    page = page or _Page()
    if candidates is not None and not candidates:
        return Changes()
    source = (
        "doc AS d"
        if candidates is None
        else ("json_each(?) AS w JOIN doc AS d ON d.entity = w.value ->> 0 AND d.entity_id = w.value ->> 1")
    )
    params: tuple[Any, ...] = () if candidates is None else (json.dumps(list(candidates)),)
    rows = connection.exec_driver_sql(
        f"SELECT d.entity, d.entity_id, d.case_id, d.customer_id FROM {source} WHERE NOT EXISTS"
        " (SELECT 1 FROM membership AS m WHERE m.entity = d.entity AND m.entity_id = d.entity_id)",
        params,
    ).all()
    ids = [(entity, entity_id) for entity, entity_id, _, _ in rows]
    for entity, _, case_id, customer_id in rows:
        page.touch(entity, case_id, customer_id)
    if ids:
        _remove(connection, ids)
    return Changes(
        cases=frozenset(page.cases), customers=frozenset(page.customers), reference=page.is_reference
    )


def _remove(connection: Connection, ids: list[Id]) -> None:
    cases = [entity_id for entity, entity_id in ids if entity == "case"]
    if cases:
        _count(connection, _counted(connection, cases), {})
        connection.exec_driver_sql(
            "DELETE FROM case_row WHERE case_id = ?", [(case_id,) for case_id in cases]
        )
    connection.exec_driver_sql(
        "DELETE FROM find_text WHERE rowid IN (SELECT id FROM find_doc WHERE entity = ? AND entity_id = ?)",
        ids,
    )
    for table in ("find_doc", "timeline_row", "doc"):
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE entity = ? AND entity_id = ?", ids)
