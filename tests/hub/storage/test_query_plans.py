"""The statements of the hot paths walk an index: none of them reads a whole table."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.hub.small_firm import SetClock
from workstation.hub.storage import effect_rows, feed_reader, finding, scope_rows
from workstation.hub.storage.invariants import INVARIANTS
from workstation.hub.storage.invariants_look import Invariant, Look
from workstation.hub.storage.opening import open_database
from workstation.hub.storage.sql import Session

_BY_FEW_VALUES = re.compile(r"SEARCH case_row .*\(tenant_id=\?( AND is_away=\?)?\)")
_LARGE = re.compile(r"SCAN (d|e|b|feed|document|effect|command_log|case_row|message_row)\b(?! USING)")
_DUE, _ = effect_rows._due(
    effect_rows.Wanted(frozenset({"refund", "mail"}), frozenset({"x"}), "t"),
    datetime(2026, 11, 22, tzinfo=UTC),
)

STATEMENTS = {
    "pull": feed_reader.pull_sql(3),
    "teams of a customer": scope_rows.TEAMS_OF_CUSTOMER,
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
    large = [line for line in plan if _LARGE.search(line) or _BY_FEW_VALUES.search(line)]
    assert plan and not large, "\n".join(plan)


class _Planning(Look):
    """Asks how the questions of a rule would be answered, instead of answering them."""

    def __init__(self, session: Session) -> None:
        super().__init__(session, "x", 20)
        self.plans: list[list[tuple[int, int, str]]] = []

    def ask(self, *questions: str, **params: object) -> tuple[str, ...]:
        for sql in questions:
            given = {"tenant_id": "x", "most": 20, **params}
            rows = self._session.rows(f"EXPLAIN QUERY PLAN {sql.strip()} LIMIT :most", **given)
            self.plans.append([(row[0], row[1], str(row[3])) for row in rows])
        return ()


_ALL_OF_A_FIRM = re.compile(r"SEARCH .*\(tenant_id=\?\)$")


def _for_each_row(plan: list[tuple[int, int, str]]) -> list[str]:
    """Return the steps that read all rows of a firm, and that once for each row of another table."""
    parents = {one: parent for one, parent, _ in plan}
    words = {one: detail for one, _, detail in plan}

    def is_inside(one: int) -> bool:
        while one in parents:
            if words[one].startswith("CORRELATED"):
                return True
            one = parents[one]
        return False

    return [detail for one, _, detail in plan if _ALL_OF_A_FIRM.search(detail) and is_inside(one)]


@pytest.mark.parametrize("rule", INVARIANTS, ids=lambda rule: rule.__name__)
def test_no_rule_asked_at_night_grows_with_the_square_of_the_data(tmp_path: Path, rule: Invariant) -> None:
    database = open_database(str(tmp_path / "hub.db"), None, SetClock())

    def work(session: Session) -> list[list[tuple[int, int, str]]]:
        look = _Planning(session)
        rule(look)
        return look.plans

    plans = database.look(work)
    database.close()
    assert [step for plan in plans for step in _for_each_row(plan)] == []
