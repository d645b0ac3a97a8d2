"""Migrations of the local files: numbered steps of plain statements, the number kept in ``user_version``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workstation.ports import StoreUnusable

if TYPE_CHECKING:
    from sqlalchemy import Engine

Step = tuple[str, ...]


def migrate(engine: Engine, steps: Sequence[Step], path: Path) -> int:
    """Bring the file to the newest step, each step in a transaction of its own; returns how many ran.

    Raises:
        StoreUnusable: ``store.too_new``, the file was written by a newer program.
    """
    done = 0
    with engine.connect() as connection:
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
        connection.rollback()
        if version > len(steps):
            raise StoreUnusable("store.too_new", path, f"{version} > {len(steps)}")
        for number, step in enumerate(steps[version:], start=version + 1):
            with connection.begin():
                for statement in step:
                    connection.exec_driver_sql(statement)
                connection.exec_driver_sql(f"PRAGMA user_version={number}")
            done += 1
    return done


OUTBOX_STEPS: tuple[Step, ...] = (
    (
        """CREATE TABLE outbox (
            cmd_id TEXT NOT NULL PRIMARY KEY,
            device_seq INTEGER NOT NULL UNIQUE,
            outbox_epoch TEXT NOT NULL,
            device_id TEXT NOT NULL,
            person_id TEXT NOT NULL,
            case_id TEXT NOT NULL,
            type TEXT NOT NULL,
            type_v INTEGER NOT NULL,
            body TEXT NOT NULL,
            sha256 TEXT NOT NULL,
            signature TEXT NOT NULL,
            depends_on TEXT NOT NULL,
            base_rev INTEGER NOT NULL,
            lease_id TEXT NOT NULL,
            lease_n INTEGER NOT NULL,
            policy_rev INTEGER NOT NULL,
            nature TEXT NOT NULL CHECK (nature IN ('request', 'fact')),
            wall INTEGER NOT NULL,
            mono REAL NOT NULL,
            boot_id TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('held', 'queued', 'sent', 'settled', 'cancelled')),
            held_until INTEGER,
            undo_left_s REAL NOT NULL,
            is_paused INTEGER NOT NULL,
            verdict TEXT,
            in_overlay INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            last_error TEXT NOT NULL,
            sent_at INTEGER,
            settled_at INTEGER,
            title_key TEXT NOT NULL,
            title_params TEXT NOT NULL,
            original_body TEXT
        )""",
        "CREATE INDEX outbox_waiting ON outbox (device_seq) WHERE verdict IS NULL",
        "CREATE INDEX outbox_overlay ON outbox (case_id, device_seq) WHERE in_overlay = 1",
        """CREATE TABLE draft (
            case_id TEXT NOT NULL,
            person_id TEXT NOT NULL,
            kind TEXT NOT NULL,
            content TEXT NOT NULL,
            saved_at INTEGER NOT NULL,
            PRIMARY KEY (case_id, person_id, kind)
        )""",
        "CREATE TABLE note (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
    ),
)

_QUEUE_COLUMNS = """
            case_id TEXT NOT NULL PRIMARY KEY,
            sort_group INTEGER NOT NULL,
            sort_due INTEGER NOT NULL,
            sort_rank INTEGER NOT NULL,
            team_id TEXT NOT NULL,
            assignee_id TEXT NOT NULL,
            customer_id TEXT NOT NULL,
            customer_name TEXT NOT NULL,
            subject TEXT NOT NULL,
            channel TEXT NOT NULL,
            status TEXT NOT NULL,
            number INTEGER,
            due_at INTEGER,
            due_kind TEXT,
            waiting_since INTEGER,
            snoozed_until INTEGER,
            opened_at INTEGER NOT NULL,
            read_by TEXT NOT NULL,
            has_undelivered INTEGER NOT NULL,
            is_held_for_approval INTEGER NOT NULL,
            pending INTEGER NOT NULL,
            due_what TEXT NOT NULL
"""

REPLICA_STEPS: tuple[Step, ...] = (
    (
        "CREATE TABLE note (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
        "CREATE TABLE cursor (scope TEXT NOT NULL PRIMARY KEY, seq INTEGER NOT NULL, head INTEGER NOT NULL)",
        """CREATE TABLE membership (
            entity TEXT NOT NULL, entity_id TEXT NOT NULL, scope TEXT NOT NULL, era INTEGER NOT NULL,
            PRIMARY KEY (entity, entity_id, scope)
        ) WITHOUT ROWID""",
        "CREATE INDEX membership_scope ON membership (scope, era)",
        """CREATE TABLE doc (
            entity TEXT NOT NULL, entity_id TEXT NOT NULL, rev INTEGER NOT NULL,
            case_id TEXT NOT NULL, customer_id TEXT NOT NULL, body TEXT NOT NULL,
            PRIMARY KEY (entity, entity_id)
        )""",
        "CREATE INDEX doc_case ON doc (case_id) WHERE case_id <> ''",
        "CREATE INDEX doc_customer ON doc (customer_id) WHERE customer_id <> ''",
        """CREATE TABLE ov_doc (
            entity TEXT NOT NULL, entity_id TEXT NOT NULL, case_id TEXT NOT NULL, body TEXT NOT NULL,
            PRIMARY KEY (entity, entity_id)
        )""",
        "CREATE INDEX ov_doc_case ON ov_doc (case_id)",
        f"CREATE TABLE case_row ({_QUEUE_COLUMNS})",
        f"CREATE TABLE ov_case_row ({_QUEUE_COLUMNS})",
        "CREATE INDEX case_queue ON case_row (sort_group, sort_due, sort_rank, case_id)",
        "CREATE INDEX case_mine ON case_row (assignee_id, sort_group, sort_due, sort_rank, case_id)",
        "CREATE INDEX case_team ON case_row (team_id, sort_group, sort_due, sort_rank, case_id)",
        "CREATE INDEX case_customer ON case_row (customer_id, opened_at)",
        """CREATE TABLE counter (
            team_id TEXT NOT NULL, assignee_id TEXT NOT NULL, sort_group INTEGER NOT NULL, n INTEGER NOT NULL,
            PRIMARY KEY (team_id, assignee_id, sort_group)
        ) WITHOUT ROWID""",
        """CREATE TABLE timeline_row (
            owner TEXT NOT NULL, at INTEGER NOT NULL, entity TEXT NOT NULL, entity_id TEXT NOT NULL,
            part INTEGER NOT NULL, grp TEXT NOT NULL, case_id TEXT NOT NULL,
            PRIMARY KEY (owner, at, entity, entity_id, part)
        ) WITHOUT ROWID""",
        "CREATE INDEX timeline_entity ON timeline_row (entity, entity_id)",
        "CREATE INDEX timeline_case ON timeline_row (case_id) WHERE case_id <> ''",
        """CREATE TABLE find_doc (
            id INTEGER PRIMARY KEY, entity TEXT NOT NULL, entity_id TEXT NOT NULL,
            UNIQUE (entity, entity_id)
        )""",
        """CREATE VIRTUAL TABLE find_text USING fts5(
            text, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2', prefix='2 3'
        )""",
    ),
    (
        # Scopes that are read anew, and since which era their rows count; before, there was one mark for all.
        "CREATE TABLE scope_load (scope TEXT NOT NULL PRIMARY KEY, era INTEGER NOT NULL)",
        """INSERT INTO scope_load (scope, era)
            SELECT DISTINCT scope, (SELECT CAST(value AS INTEGER) FROM note WHERE name = 'era')
            FROM membership
            WHERE EXISTS (SELECT 1 FROM note WHERE name = 'sweeping' AND value <> '')""",
        "DELETE FROM note WHERE name = 'sweeping'",
        "INSERT OR IGNORE INTO note (name, value) SELECT 'schema', '1' WHERE EXISTS (SELECT 1 FROM doc)",
    ),
    (
        # Of all work orders of a firm's life few are open: those alone are in it.
        """CREATE INDEX doc_open_work ON doc (json_extract(body, '$.created_at'), entity_id)
            WHERE entity = 'work_order' AND coalesce(json_extract(body, '$.status'), 'open') = 'open'""",
    ),
)
