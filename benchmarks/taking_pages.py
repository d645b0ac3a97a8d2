"""T9 and T10: pages of the feed into the replica, and how late frames get meanwhile."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import replicas
from benchmarks.children import ask
from benchmarks.measuring import Line, Plan, interleaved, median, ms, rate, ratios
from workstation.casework.wire import codec
from workstation.casework.wire.sync import PullAnswer
from workstation.storage.find import words_of
from workstation.storage.ingest import decoded
from workstation.storage.opening import REPLICA_FILE, open_replica
from workstation.system import keys, sqlite
from workstation.system.clock import SystemClock

_PAGE_ROWS = 1000
_TABLES = ("membership", "doc", "case_row", "counter", "timeline_row", "find_doc")


def measure_pages(plan: Plan, folder: Path) -> list[Line]:
    """T9: decode, check and store pages; the limit writes the same rows, ready made, into the same tables."""
    pages = plan.size(10, 3)
    now = datetime.now(UTC)
    raw = [replicas.page(number, _PAGE_ROWS, now) for number in range(pages)]
    ready = _ready_rows(folder / "made", raw)
    turn = 0

    def ours() -> float:
        nonlocal turn
        turn += 1
        return _take(folder / f"ours-{turn}", raw)

    def limit() -> float:
        nonlocal turn
        turn += 1
        return _write(folder / f"limit-{turn}", ready)

    found = interleaved(plan.rounds, {"limit": limit, "ours": ours})
    # Rates: the ratio is that of the limit's time to ours.
    each = ratios(found["limit"], found["ours"])
    rows = pages * _PAGE_ROWS
    return [
        Line(
            name="T9",
            what=f"a page of {_PAGE_ROWS} rows: decode, check, store, find words, cursor, commit (encrypted)",
            limit=f"executemany of the ready rows of all tables, {rate(rows / median(found['limit']))}",
            ours=rate(rows / median(found["ours"])),
            value=median(each),
            target=0.5,
            sense="least",
            rounds=each,
            details={"bytes_a_page": len(raw[0])},
        )
    ]


def _take(folder: Path, raw: list[bytes]) -> float:
    folder.mkdir()
    replica = open_replica(folder, keys.random_key(), SystemClock())
    begun = time.perf_counter()
    for one in raw:
        replica.apply_page(codec.decode(one, PullAnswer))
    seconds = time.perf_counter() - begun
    replica.close()
    return seconds


Ready = list[dict[str, list[tuple[Any, ...]]]]


def _ready_rows(folder: Path, raw: list[bytes]) -> Ready:
    """Return per page what our own ingest has put into each table."""
    folder.mkdir()
    key = keys.random_key()
    replica = open_replica(folder, key, SystemClock())
    connection = sqlite.open_connection(folder / REPLICA_FILE, key, "read")
    known: dict[str, set[tuple[Any, ...]]] = {name: set() for name in _TABLES}
    ready: Ready = []
    for one in raw:
        answer = codec.decode(one, PullAnswer)
        replica.apply_page(answer)
        page: dict[str, list[tuple[Any, ...]]] = {}
        for name in _TABLES:
            rows = connection.execute(f"SELECT * FROM {name}").fetchall()
            page[name] = [row for row in rows if row not in known[name]]
            known[name].update(rows)
        ids = {(entity, entity_id): rowid for rowid, entity, entity_id in page["find_doc"]}
        page["find_text"] = [
            (ids[row.entity, row.id], text)
            for row in answer.rows
            if (entity := decoded(row.entity, bytes(row.body))) is not None and (text := words_of(entity))
        ]
        ready.append(page)
    connection.close()
    replica.close()
    return ready


def _write(folder: Path, ready: Ready) -> float:
    folder.mkdir()
    key = keys.random_key()
    open_replica(folder, key, SystemClock()).close()
    connection = sqlite.open_connection(folder / REPLICA_FILE, key, "normal")
    begun = time.perf_counter()
    for page in ready:
        connection.execute("BEGIN IMMEDIATE")
        for name, rows in page.items():
            if not rows:
                continue
            columns = "(rowid, text)" if name == "find_text" else ""
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"INSERT OR REPLACE INTO {name} {columns} VALUES ({marks})", rows)
        connection.execute("COMMIT")
    seconds = time.perf_counter() - begun
    connection.close()
    return seconds


def measure_frames(plan: Plan, folder: Path) -> list[Line]:
    """T10: how late the frames of a 60 Hz window are while pages are taken on their lane."""
    found: dict[str, list[float]] = {"still": [], "syncing": []}
    for number in range(plan.rounds):
        answer = ask(
            "benchmarks.frames_child",
            folder / "home",
            folder=str(folder / f"frames-{number}"),
            seconds=plan.size(4, 1),
        )
        for side, values in found.items():
            values.append(answer[side])
    late = median(found["syncing"])
    return [
        Line(
            name="T10",
            what=f"lateness of a frame while pages of {_PAGE_ROWS} rows are taken, 99th percentile",
            limit=f"without sync, {ms(median(found['still']))}",
            ours=ms(late),
            value=late * 1000,
            unit="ms",
            target=3.0,
            rounds=[one * 1000 for one in found["syncing"]],
        )
    ]
