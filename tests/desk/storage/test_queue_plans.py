"""The queue reads its index in order; the first rows come without any larger library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.desk.materials import KEY, NOW, Feed, SetClock, a_case
from workstation.ports import InboxFilter, Key, Tab
from workstation.storage.first_rows import first_rows
from workstation.storage.opening import REPLICA_FILE, open_replica
from workstation.storage.queue import page_sql
from workstation.system import sqlite

AFTER = Key(0, 1_000_000, 2, "x")


@pytest.fixture(scope="module")
def replica_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A replica with some cases."""
    folder = tmp_path_factory.mktemp("plans")
    replica = open_replica(folder, KEY, SetClock())
    replica.apply_page(Feed().page(*(a_case(n, due_in=n) for n in range(300))))
    case = a_case(299, due_in=-5)
    replica.put_overlay(case.case_id, [case], 1)
    replica.close()
    return folder / REPLICA_FILE


@pytest.mark.parametrize("after", [None, AFTER])
@pytest.mark.parametrize(
    ("filter", "index"),
    [
        (InboxFilter(), "case_queue"),
        (InboxFilter(tab="mine", person_id="p"), "case_mine"),
        (InboxFilter(tab="team", team_id="t", person_id="p"), "case_team"),
        (InboxFilter(channel="chat"), "case_queue"),
    ],
)
@pytest.mark.parametrize("waiting", [None, True])
def test_the_queue_walks_its_index(
    replica_file: Path, filter: InboxFilter, index: str, after: Key | None, waiting: bool | None
) -> None:
    sql, params = page_sql(filter, after, 200, waiting)
    connection = sqlite.open_connection(replica_file, KEY, "read")
    plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", params)]
    connection.close()
    base = [line for line in plan if " base " in line]
    assert base and all(f"USING INDEX {index}" in line for line in base), plan
    # Only the few overlay rows may be sorted; the base comes in order.
    left = plan[: next(n for n, line in enumerate(plan) if "RIGHT" in line)]
    assert not any("TEMP B-TREE" in line for line in left), plan


@pytest.mark.parametrize("tab", ["all", "mine", "team"])
def test_counting_reads_only_the_part_of_the_index_that_is_asked_for(replica_file: Path, tab: Tab) -> None:
    replica = open_replica(replica_file.parent, KEY, SetClock())
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, sql: str, params: Any, _x: Any, _many: bool) -> None:
        asked.append((sql, params))

    event.listen(replica._reader, "before_cursor_execute", note)
    replica.queue_counts(InboxFilter(tab=tab, person_id="p", team_id="t"), NOW, NOW, NOW)
    replica.close()
    connection = sqlite.open_connection(replica_file, KEY, "read")
    lines = [
        row[3]
        for sql, params in asked
        if "sort_due" in sql
        for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        if "INDEX case_" in row[3]
    ]
    connection.close()
    # A range over the groups would end the use of the index there, and a million cases would be walked.
    assert lines and all("sort_group=? AND sort_due" in line for line in lines), lines


def test_first_rows_are_the_first_page(replica_file: Path) -> None:
    rows = first_rows(replica_file, KEY, limit=50)
    assert len(rows) == 50
    assert (rows[0].subject, rows[0].pending) == ("Anliegen 299", 1)
    replica = open_replica(replica_file.parent, KEY, SetClock())
    assert replica.queue_page(InboxFilter(), None, 50) == rows
    replica.close()


def test_first_rows_of_nothing_are_none(tmp_path: Path) -> None:
    assert first_rows(tmp_path / REPLICA_FILE, KEY) == ()
    sqlite.open_connection(tmp_path / REPLICA_FILE, KEY).close()
    assert first_rows(tmp_path / REPLICA_FILE, KEY) == ()


def test_first_rows_load_no_larger_library(replica_file: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from workstation.storage.first_rows import first_rows;"
        f"assert first_rows(Path({str(replica_file)!r}), {KEY!r});"
        "heavy = {'sqlalchemy', 'requests', 'keyring', 'alembic', 'litestar', 'cryptography', 'jinja2'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr
