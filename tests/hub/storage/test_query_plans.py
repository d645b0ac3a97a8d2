"""The statements of the hot paths walk an index: none of them reads a whole table."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.hub.small_firm import SetClock
from workstation.hub.storage import effect_rows, feed_reader, finding
from workstation.hub.storage.opening import open_database

_LARGE = re.compile(r"SCAN (d|e|b|feed|document|effect|command_log|case_row|message_row)\b(?! USING)")
_DUE, _ = effect_rows._due(
    effect_rows.Wanted(frozenset({"refund", "mail"}), frozenset({"x"}), "t"),
    datetime(2026, 11, 22, tzinfo=UTC),
)

STATEMENTS = {
    "pull": feed_reader.pull_sql(3),
    "case file": finding._CASE_FILE,
    "customer file": (
        f"SELECT body FROM document WHERE tenant_id = :a AND customer_id = :b"
        f" AND entity IN ({finding._CUSTOMER_FILE}) ORDER BY entity, entity_id"
    ),
    "due effects": f"SELECT e.effect_id {_DUE} ORDER BY e.next_at LIMIT 1",
    "known command": "SELECT verdict FROM command_log WHERE tenant_id = :a AND cmd_id IN (:b, :c)",
    "command number": (
        "SELECT verdict FROM command_log WHERE tenant_id = :a AND device_id = :b AND outbox_epoch = :c"
        " AND device_seq = :d"
    ),
    "followers": "SELECT * FROM effect WHERE tenant_id = :a AND after_effect_id = :b ORDER BY effect_id",
    "unsealed": "SELECT audit_id FROM audit WHERE tenant_id = :a AND n IS NULL ORDER BY audit_id LIMIT 9",
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_statement_of_a_hot_path_reads_a_whole_table(tmp_path: Path, name: str) -> None:
    database = open_database(str(tmp_path / "hub.db"), None, SetClock())
    sql = STATEMENTS[name]
    params = dict.fromkeys(re.findall(r":([a-z_0-9]+)", sql), "x")
    rows = database.look(lambda session: session.rows(f"EXPLAIN QUERY PLAN {sql}", **params))
    database.close()
    plan = [str(row[3]) for row in rows]
    assert plan and not [line for line in plan if _LARGE.search(line)], "\n".join(plan)
