"""Looking up a case, its customer's records and lines of history never walks a whole table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.desk.materials import KEY, NOW, Feed, SetClock, a_case, a_customer, a_message
from workstation.ports import InboxFilter
from workstation.storage.opening import open_replica
from workstation.storage.replica import SqlReplica

# Small by nature: own pending acts, counters, scopes, and lists handed over as JSON.
SMALL = ("ov_", "counter", "cursor", "scope_load", " o", "json_each", "CONSTANT ROW", " w ")


def scans(replica: SqlReplica, folder: Path) -> list[str]:
    """Ask the file how it carries out every statement of the usual questions and of one page."""
    seen: dict[str, Any] = {}

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, is_many: bool) -> None:
        seen[statement] = (parameters[0] if is_many else parameters) if parameters else ()

    for engine in (replica._writer, replica._reader):
        event.listen(engine, "before_cursor_execute", note)
    feed, case = Feed(), a_case("new", due_in=3)
    replica.apply_page(feed.page(case, a_customer("new"), a_message(case), gone=(("case", "nobody"),)))
    replica.put_overlay(case.case_id, [case], 1)
    replica.base_of_case(case.case_id)
    replica.case(case.case_id)
    replica.customer_records(case.customer_id)
    replica.timeline(case.customer_id, "all", None, 50)
    replica.queue_page(InboxFilter(), None, 50)
    replica.queue_item(case.case_id)
    replica.cases_of_customer(case.customer_id)
    replica.queue_counts(InboxFilter(), NOW, NOW, NOW)
    replica.open_work(50, ("transfer", "till"))
    found: list[str] = []
    with replica._writer.connect() as connection:
        for statement, parameters in list(seen.items()):
            if statement.startswith(("BEGIN", "PRAGMA", "EXPLAIN")) or "find_text" in statement:
                continue
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters or ())
            found.extend(f"{row[3]}: {statement[:90]}" for row in plan if row[3].startswith("SCAN"))
    return found


def test_no_question_walks_a_whole_table(tmp_path: Path) -> None:
    replica = open_replica(tmp_path, KEY, SetClock())
    try:
        walked = [line for line in scans(replica, tmp_path) if not any(name in line for name in SMALL)]
        # The queue itself is walked in order of its index, and stops at the limit; of the work orders only
        # those that are open are in the index that is walked.
        small = ("USING INDEX case_queue", "USING INDEX doc_open_work")
        assert [line for line in walked if not any(name in line for name in small)] == []
        assert any("USING INDEX doc_open_work" in line for line in walked)
    finally:
        replica.close()


def test_the_look_at_the_plans_would_see_a_walk(tmp_path: Path) -> None:
    replica = open_replica(tmp_path, KEY, SetClock())
    try:
        with replica._writer.connect() as connection:
            plan = connection.exec_driver_sql(
                "EXPLAIN QUERY PLAN SELECT * FROM doc WHERE case_id = ?", ("x",)
            )
            assert [row[3] for row in plan] == ["SCAN doc"]
    finally:
        replica.close()


pytestmark = pytest.mark.filterwarnings("error")
