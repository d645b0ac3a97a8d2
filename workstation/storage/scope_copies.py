"""The replica as a copy of scopes: cursors, starting anew, snapshots, lost scopes, comparing and mending."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine

from workstation.casework.wire.codec import SCHEMA
from workstation.casework.wire.digest import bucket_of
from workstation.casework.wire.sync import FeedRow, PullAnswer
from workstation.ports import Changes
from workstation.storage.ingest import ingest, remove_orphans
from workstation.storage.outbox_rows import writing
from workstation.system.crashpoint import crashpoint

_PLACE = Path("replica.db")
_CURSOR = (
    "INSERT INTO cursor (scope, seq, head) VALUES (?, ?, ?)"
    " ON CONFLICT (scope) DO UPDATE SET seq = excluded.seq, head = excluded.head"
)
_ANEW = "INSERT OR REPLACE INTO scope_load (scope, era) VALUES (?, ?)"
_SCHEMA = "schema"
_MARK = "snapshot:"
"""How far the snapshot of a scope has been stored, by the name of the scope."""
PIN = "pin:"
"""Scope of what was fetched by hand; the hub knows nothing of it."""


class CopiedScopes:
    """Mixed into the replica: what concerns whole scopes. ``era`` counts how often one was begun anew."""

    _writer: Engine
    _reader: Engine

    # ------------------------------------------------------------------ the feed

    def apply_page(self, answer: PullAnswer) -> Changes:
        """Store a page of the feed and its cursors in one transaction."""
        with writing(self._writer, _PLACE) as connection:
            _note_first_schema(connection)
            if note(connection, "data_of") != answer.generation:
                # The hub was restored: what was copied before counts as older than all that comes now.
                set_note(connection, "restored_era", str(_era(connection)))
                set_note(connection, "data_of", answer.generation)
            changes = ingest(connection, answer.rows, _era(connection))
            changes |= self._purge_lost_scopes(connection, answer.scopes)
            for scope in _loading(connection):
                if answer.cursors.get(scope, -1) >= answer.heads.get(scope, 0):
                    changes |= self._sweep(connection, scope)
            if answer.cursors:
                connection.exec_driver_sql(
                    _CURSOR,
                    [(scope, seq, answer.heads.get(scope, seq)) for scope, seq in answer.cursors.items()],
                )
            set_note(connection, "generation", answer.generation)
            set_note(connection, "server_time", answer.server_time.isoformat())
            crashpoint("desk.ingest.before_commit")
        crashpoint("desk.ingest.committed")
        return changes

    def _purge_lost_scopes(self, connection: Connection, scopes: Sequence[str]) -> Changes:
        listed = json.dumps(list(scopes))
        lost = [
            scope
            for (scope,) in connection.exec_driver_sql(
                "SELECT scope FROM cursor WHERE scope NOT IN (SELECT value FROM json_each(?))"
                " UNION SELECT scope FROM scope_load WHERE scope NOT IN (SELECT value FROM json_each(?))",
                (listed, listed),
            )
        ]
        if not lost:
            return Changes()
        marks = [(scope,) for scope in lost]
        for table in ("membership", "cursor", "scope_load"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE scope = ?", marks)
        _forget_marks(connection, lost)
        return remove_orphans(connection, None)

    def _sweep(self, connection: Connection, scope: str) -> Changes:
        """A scope was read anew to its head: what the hub has not sent again is gone."""
        connection.exec_driver_sql(
            "DELETE FROM membership WHERE scope = ?"
            " AND era < (SELECT era FROM scope_load WHERE scope = membership.scope)",
            (scope,),
        )
        connection.exec_driver_sql("DELETE FROM scope_load WHERE scope = ?", (scope,))
        return remove_orphans(connection, None)

    def cursors(self) -> tuple[str, dict[str, int]]:
        """Return the generation and the cursor of each scope."""
        with self._reader.connect() as connection:
            rows = connection.exec_driver_sql("SELECT scope, seq FROM cursor").all()
            return note(connection, "generation"), {str(row[0]): int(row[1]) for row in rows}

    def reset(self, generation: str, *, is_restored: bool = False) -> None:
        """Forget all cursors; rows stay until the hub has sent all it has.

        ``is_restored``: the hub's data is older than this copy: its rows count whatever their revision.
        """
        with writing(self._writer, _PLACE) as connection:
            scopes = connection.exec_driver_sql(
                "SELECT scope FROM cursor UNION SELECT scope FROM membership"
            ).all()
            self._begin_anew(connection, [scope for (scope,) in scopes if not scope.startswith(PIN)])
            if is_restored:
                set_note(connection, "restored_era", str(_era(connection)))
            set_note(connection, "generation", generation)

    def reset_scope(self, scope: str) -> None:
        """Forget the cursor of one scope; its rows stay until the hub has sent all it has."""
        with writing(self._writer, _PLACE) as connection:
            self._begin_anew(connection, [scope])

    def _begin_anew(self, connection: Connection, scopes: Sequence[str]) -> None:
        era = _era(connection) + 1
        set_note(connection, "era", str(era))
        _forget_marks(connection, scopes)
        if scopes:
            connection.exec_driver_sql("DELETE FROM cursor WHERE scope = ?", [(scope,) for scope in scopes])
            connection.exec_driver_sql(_ANEW, [(scope, era) for scope in scopes])

    # ------------------------------------------------------------------ snapshots

    def store_snapshot_page(self, scope: str, rows: Sequence[FeedRow], mark: str = "") -> Changes:
        """Store rows of a snapshot; the cursor stays unset, so that a kill goes on after ``mark``."""
        with writing(self._writer, _PLACE) as connection:
            _note_first_schema(connection)
            changes = ingest(connection, rows, _era(connection))
            set_note(connection, f"{_MARK}{scope}", mark)
        crashpoint("desk.snapshot.page")
        return changes

    def snapshot_mark(self, scope: str) -> str:
        """Return the mark stored last with rows of a snapshot of this scope."""
        with self._reader.connect() as connection:
            return note(connection, f"{_MARK}{scope}")

    def finish_snapshot(self, scope: str, generation: str, seq: int) -> None:
        """Set the cursor; what is newer than the snapshot stays until the pages after it have come."""
        with writing(self._writer, _PLACE) as connection:
            connection.exec_driver_sql(_CURSOR, (scope, seq, seq))
            _forget_marks(connection, [scope])
            set_note(connection, "generation", generation)

    # ------------------------------------------------------------------ comparing and mending

    def keys_of(self, scope: str, after: tuple[str, str], limit: int) -> list[tuple[str, str, int]]:
        """Return (kind, id, revision) of entities in a scope after ``after``, in order."""
        with self._reader.connect() as connection:
            rows = connection.exec_driver_sql(
                "SELECT m.entity, m.entity_id, coalesce(d.rev, -1) FROM membership AS m LEFT JOIN doc AS d"
                " ON d.entity = m.entity AND d.entity_id = m.entity_id"
                " WHERE m.scope = ? AND (m.entity, m.entity_id) > (?, ?)"
                " ORDER BY m.entity, m.entity_id LIMIT ?",
                (scope, *after, limit),
            ).all()
        return [(str(row[0]), str(row[1]), int(row[2])) for row in rows]

    def mend_bucket(self, scope: str, number: int, rows: Sequence[FeedRow]) -> tuple[Changes, int]:
        """Make a bucket equal to ``rows``; returns how many entities were put right.

        Only what the hub has said is touched: own acts that wait lie in another file.
        """
        wanted = {(row.entity, row.id): row for row in rows}
        with writing(self._writer, _PLACE) as connection:
            found = {
                (entity, one): rev
                for entity, one, rev in connection.exec_driver_sql(
                    "SELECT m.entity, m.entity_id, coalesce(d.rev, -1) FROM membership AS m"
                    " LEFT JOIN doc AS d ON d.entity = m.entity AND d.entity_id = m.entity_id"
                    " WHERE m.scope = ?",
                    (scope,),
                )
                if bucket_of(one) == number
            }
            wrong = [row for key, row in wanted.items() if found.get(key) != row.rev]
            extra = [key for key in found if key not in wanted]
            if wrong:
                # A revision ahead of the hub's would stop the right one from being stored.
                connection.exec_driver_sql(
                    "UPDATE doc SET rev = -1 WHERE entity = ? AND entity_id = ?",
                    [(row.entity, row.id) for row in wrong],
                )
            changes = ingest(connection, wrong, _era(connection))
            if extra:
                connection.exec_driver_sql(
                    "DELETE FROM membership WHERE entity = ? AND entity_id = ? AND scope = ?",
                    [(*key, scope) for key in extra],
                )
                changes |= remove_orphans(connection, extra)
        return changes, len(wrong) + len(extra)

    # ------------------------------------------------------------------ after an upgrade

    def store_again(self, rows: Sequence[FeedRow]) -> Changes:
        """Store bodies anew and index them anew."""
        with writing(self._writer, _PLACE) as connection:
            return ingest(connection, rows, _era(connection))

    def filled_schema(self) -> int:
        """Return with which schema's eyes the rows here were read; 0 while there are none."""
        with self._reader.connect() as connection:
            return int(note(connection, _SCHEMA) or 0)

    def set_filled_schema(self, schema: int) -> None:
        """Say that all rows here have been read with the eyes of ``schema``."""
        with writing(self._writer, _PLACE) as connection:
            set_note(connection, _SCHEMA, str(schema))

    # ------------------------------------------------------------------ fetched by hand

    def pin(self, rows: Sequence[FeedRow], at: int) -> Changes:
        """Keep what was fetched of an older case beside the scopes; ``at``: seconds since 1970."""
        scope = f"{PIN}{at}"
        with writing(self._writer, _PLACE) as connection:
            return ingest(connection, [_in(row, scope) for row in rows], _era(connection))

    def unpin(self, before: int) -> Changes:
        """Let go of what was fetched before ``before`` (seconds since 1970)."""
        with writing(self._writer, _PLACE) as connection:
            scopes = [
                (scope,)
                for (scope,) in connection.exec_driver_sql(
                    "SELECT DISTINCT scope FROM membership WHERE scope >= ? AND scope < ?",
                    (PIN, f"{PIN}~"),
                )
                if int(scope.removeprefix(PIN)) < before
            ]
            if not scopes:
                return Changes()
            connection.exec_driver_sql("DELETE FROM membership WHERE scope = ?", scopes)
            return remove_orphans(connection, None)


def _in(row: FeedRow, scope: str) -> FeedRow:
    return FeedRow(scope=scope, seq=row.seq, entity=row.entity, id=row.id, rev=row.rev, body=row.body)


def _loading(connection: Connection) -> list[str]:
    return [str(scope) for (scope,) in connection.exec_driver_sql("SELECT scope FROM scope_load")]


def _forget_marks(connection: Connection, scopes: Sequence[str]) -> None:
    """Rows of an older era do not count any more: the snapshot is stored from its beginning again."""
    if scopes:
        names = [(f"{_MARK}{scope}",) for scope in scopes]
        connection.exec_driver_sql("DELETE FROM note WHERE name = ?", names)


def _era(connection: Connection) -> int:
    return int(note(connection, "era") or 0)


def _note_first_schema(connection: Connection) -> None:
    if not note(connection, _SCHEMA):
        set_note(connection, _SCHEMA, str(SCHEMA))


def note(connection: Connection, name: str) -> str:
    """Return one of the replica's own facts, empty when unset."""
    return str(connection.exec_driver_sql("SELECT value FROM note WHERE name = ?", (name,)).scalar() or "")


def set_note(connection: Connection, name: str, value: str) -> None:
    """Keep one of the replica's own facts."""
    connection.exec_driver_sql("INSERT OR REPLACE INTO note (name, value) VALUES (?, ?)", (name, value))
