"""Badges of the queue: counters of base rows, corrected by the few overlay rows; ranges for what is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from workstation.ports import InboxFilter, QueueCounts
from workstation.storage.queue import FOR_OTHERS, FOR_US, NEVER, micros, moment

Place = tuple[str, str, int]


def count_queue(
    connection: Connection, filter: InboxFilter, now: datetime, soon: datetime, end_of_day: datetime
) -> QueueCounts:
    """Return the badges; sections are those of the filter's tab."""
    n = _totals(connection)
    tests: dict[str, Callable[[Place], bool]] = {
        "all": lambda place: True,
        "mine": lambda place: place[1] == filter.person_id != "",
        "team": lambda place: place[0] == filter.team_id and place[1] != filter.person_id,
    }

    def total(tab: str, group: int) -> int:
        return sum(count for place, count in n.items() if place[2] == group and tests[tab](place))

    overdue = _due_before(connection, filter, micros(now))
    soon_or_late = _due_before(connection, filter, micros(soon))
    today = _due_before(connection, filter, micros(end_of_day))
    ours = total(filter.tab, FOR_US)
    return QueueCounts(
        all=total("all", FOR_US),
        mine=total("mine", FOR_US),
        team=total("team", FOR_US),
        overdue=overdue,
        due_soon=soon_or_late - overdue,
        sections={
            "overdue": overdue,
            "next_30_minutes": soon_or_late - overdue,
            "today": today - soon_or_late,
            "later": ours - today,
            "waiting_on_others": total(filter.tab, FOR_OTHERS),
        },
        next_due_at=_next_due(connection, micros(now)),
    )


def _totals(connection: Connection) -> dict[Place, int]:
    n: dict[Place, int] = {
        (team, assignee, group): count
        for team, assignee, group, count in connection.exec_driver_sql(
            "SELECT team_id, assignee_id, sort_group, n FROM counter WHERE n <> 0"
        )
    }
    for table, sign in (("case_row", -1), ("ov_case_row", 1)):
        rows = connection.exec_driver_sql(
            f"SELECT team_id, assignee_id, sort_group FROM {table} WHERE case_id IN"
            " (SELECT case_id FROM ov_case_row)"
        )
        for team, assignee, group in rows:
            n[(team, assignee, group)] = n.get((team, assignee, group), 0) + sign
    return n


def _due_before(connection: Connection, filter: InboxFilter, until: int | None) -> int:
    where = f"sort_group = {FOR_US} AND sort_due <= ?"
    params: list[Any] = [until]
    if filter.tab == "mine":
        where, params = f"assignee_id = ? AND {where}", [filter.person_id, until]
    elif filter.tab == "team":
        where = f"team_id = ? AND {where} AND assignee_id <> ?"
        params = [filter.team_id, until, filter.person_id]
    sql = (
        f"SELECT (SELECT count(*) FROM case_row AS base WHERE {where} AND NOT EXISTS"
        " (SELECT 1 FROM ov_case_row AS o WHERE o.case_id = base.case_id))"
        f" + (SELECT count(*) FROM ov_case_row WHERE {where})"
    )
    return int(connection.exec_driver_sql(sql, (*params, *params)).scalar_one())


def _next_due(connection: Connection, now: int | None) -> datetime | None:
    """Return the next due time of what waits for others, for an empty queue's comfort."""
    # Group by group: with a range of groups the index would be read from end to end.
    one = "SELECT min(sort_due) AS due FROM case_row WHERE sort_group = ? AND sort_due > ? AND sort_due < ?"
    found: Any = connection.exec_driver_sql(
        f"SELECT min(due) FROM ({one} UNION ALL {one})", (FOR_US, now, NEVER, FOR_OTHERS, now, NEVER)
    ).scalar()
    return moment(found)
