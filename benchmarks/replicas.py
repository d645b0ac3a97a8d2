"""Profiles with an encrypted replica: small ones by the product's own ingest, large ones by plain SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from workstation.casework.case import Case, Due
from workstation.casework.ids import derived_id
from workstation.casework.message import Message
from workstation.casework.wire import codec
from workstation.casework.wire.entities import Entity, entity_id, entity_name
from workstation.casework.wire.sync import FeedRow, PullAnswer
from workstation.storage.opening import REPLICA_FILE, open_replica
from workstation.storage.queue import COLUMNS, NEVER
from workstation.system import keys, sqlite
from workstation.system.clock import SystemClock

TEAMS, PEOPLE = 5, 40
TEAM = "team-1"
ME = "person-7"
SCOPE = f"team:{TEAM}"
_TEXT = (
    "Guten Tag, meine Bestellung ist heute angekommen, leider war eine der Schalen zerbrochen und die andere"
    " sieht anders aus als auf dem Bild. Ich brauche sie bis zum Wochenende. Was schlagen Sie vor? Mit"
    " freundlichen Grüßen. "
)
"""About 400 characters with what is added."""


def new_profile(folder: Path) -> bytes:
    """Make a profile whose replica key lies in a file, as on a PC without a keyring; returns the key."""
    key = keys.random_key()
    folder.mkdir(parents=True, exist_ok=True)
    secrets = keys.FileSecrets(folder / "keys")
    secrets.write("replica-key", key)
    secrets.write("outbox-key", keys.random_key())
    return key


def a_case(number: int, now: datetime) -> Case:
    """Return an open case, due some time in the next days."""
    return Case(
        case_id=derived_id("case", str(number)),
        team_id=f"team-{number % TEAMS}",
        opened_at=now - timedelta(hours=number % 200),
        number=40_000 + number,
        customer_id=derived_id("customer", str(number)),
        customer_name=f"Erika Beispiel {number}",
        subject=f"Schale zerbrochen, Bestellung B-{10_000 + number}",
        reply_to=f"erika{number}@kundin.example",
        assignee_id=f"person-{number % PEOPLE}",
        waiting_since=now - timedelta(minutes=number % 300),
        due=Due(now + timedelta(minutes=number % 2000 - 100), "first_response"),
        rev=1,
    )


def a_message(case: Case, part: int, now: datetime) -> Message:
    """Return a mail of a case."""
    return Message(
        message_id=derived_id("message", case.case_id, str(part)),
        case_id=case.case_id,
        kind="inbound",
        at=now - timedelta(minutes=part + 1),
        author_id="customer",
        author_name=case.customer_name,
        from_address=case.reply_to,
        subject=case.subject,
        text=f"{_TEXT}{case.case_id} {part} {_TEXT[: 100 + part]}",
        rfc_message_id=f"{case.case_id}.{part}@kundin.example",
        rev=1,
    )


def page(number: int, rows: int, now: datetime) -> bytes:
    """Return page ``number`` of the feed as it comes over the wire: one case to five messages."""
    entities: list[Entity] = []
    case_number = number * rows
    while len(entities) < rows:
        case = a_case(case_number, now)
        entities.append(case)
        entities += [a_message(case, part, now) for part in range(min(5, rows - len(entities)))]
        case_number += 1
    first = number * rows
    feed = tuple(
        FeedRow(
            scope=SCOPE,
            seq=first + place,
            entity=entity_name(entity),
            id=entity_id(entity),
            rev=1,
            body=msgspec.Raw(codec.encode(entity)),
        )
        for place, entity in enumerate(entities, 1)
    )
    return codec.encode(
        PullAnswer(
            generation="g",
            rows=feed,
            cursors={SCOPE: first + len(feed)},
            heads={SCOPE: 10**9},
            scopes=(SCOPE,),
            server_time=now,
            more=True,
        )
    )


def fill(folder: Path, key: bytes, cases: int) -> None:
    """Put ``cases`` cases into the replica of a profile, through the product's own ingest."""
    now = datetime.now(UTC)
    replica = open_replica(folder, key, SystemClock())
    numbers = iter(range(cases))
    seq = 0
    while chunk := [a_case(number, now) for number in _some(numbers, 1000)]:
        rows = []
        for case in chunk:
            seq += 1
            rows.append(
                FeedRow(
                    scope=SCOPE,
                    seq=seq,
                    entity="case",
                    id=case.case_id,
                    rev=1,
                    body=msgspec.Raw(codec.encode(case)),
                )
            )
        answer = PullAnswer(
            generation="g",
            rows=tuple(rows),
            cursors={SCOPE: seq},
            heads={SCOPE: seq},
            scopes=(SCOPE,),
            server_time=now,
        )
        replica.apply_page(codec.decode(codec.encode(answer), PullAnswer))
    replica.close()


def _some(numbers: Iterator[int], count: int) -> list[int]:
    return [number for number, _ in zip(numbers, range(count), strict=False)]


_ROWS = f"""
WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :rows)
INSERT INTO case_row ({COLUMNS})
SELECT printf('%08x-0000-7000-8000-%012x', i, i),
  CASE WHEN i % 5 = 0 THEN 1 ELSE 0 END,
  CASE WHEN i % 50 = 49 THEN {NEVER} ELSE :start + (i * 7919 % :rows) * :span / :rows END,
  i % 5, 'team-' || (i % {TEAMS}), 'person-' || (i % {PEOPLE}),
  printf('%08x-0000-7000-8001-%012x', i, i), 'Erika Beispiel ' || i, 'Schale zerbrochen, Bestellung B-' || i,
  'mail', CASE WHEN i % 5 = 0 THEN 'waiting' ELSE 'open' END, i,
  CASE WHEN i % 50 = 49 THEN NULL ELSE :start + (i * 7919 % :rows) * :span / :rows END,
  CASE WHEN i % 50 = 49 THEN NULL ELSE 'next_response' END,
  :start - i % 86400 * 1000000, NULL, :start - i % 8640000 * 1000000, '[]', 0, 0, 0, ''
FROM n
"""


def generate(folder: Path, key: bytes, rows: int) -> None:
    """Make a replica with ``rows`` queue rows whose due times spread over a year, from a day ago on.

    Only the queue's table is filled: this is for the questions of the list.
    """
    open_replica(folder, key, SystemClock()).close()
    connection = sqlite.open_connection(folder / REPLICA_FILE, key, "normal")
    indexes = connection.execute(
        "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'case_row' AND sql <> ''"
    ).fetchall()
    start = int((datetime.now(UTC) - timedelta(days=1)).timestamp()) * 1_000_000
    connection.execute("PRAGMA cache_size=-200000")
    connection.execute("BEGIN IMMEDIATE")
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {name}")
    connection.execute(_ROWS, {"rows": rows, "start": start, "span": 366 * 86400 * 1_000_000})
    for _, sql in indexes:
        connection.execute(sql)
    connection.execute(
        "INSERT INTO counter (team_id, assignee_id, sort_group, n)"
        " SELECT team_id, assignee_id, sort_group, count(*) FROM case_row GROUP BY 1, 2, 3"
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
