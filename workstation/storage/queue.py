"""The queue as plain SQL: one ordered index, keyset pages, own pending acts from the overlay rows."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from workstation.ports.queue_values import InboxFilter, Key, QueueItem

if TYPE_CHECKING:
    from workstation.casework.case import Case

COLUMNS = (
    "case_id, sort_group, sort_due, sort_rank, team_id, assignee_id, customer_id, customer_name, subject,"
    " channel, status, number, due_at, due_kind, waiting_since, snoozed_until, opened_at, read_by,"
    " has_undelivered, is_held_for_approval, pending, due_what"
)
COLUMN_COUNT = COLUMNS.count(",") + 1
FOR_US, FOR_OTHERS, OUTSIDE = 0, 1, 9
NEVER = 1 << 62
"""Sorts behind every date."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RANKS = {"chat": 1, "phone": 2, "counter": 3}
_URGENT = ("undelivered", "promise")


def micros(at: datetime | None) -> int | None:
    """Return whole microseconds since 1970."""
    return None if at is None else (at - _EPOCH) // timedelta(microseconds=1)


def moment(value: int | None) -> datetime | None:
    """Return the moment of :func:`micros`, aware UTC."""
    return None if value is None else _EPOCH + timedelta(0, 0, value)


def sort_group(case: Case) -> int:
    """Return whether the case waits for us, for others, or is not in the queue."""
    due_kind = case.due.kind if case.due is not None else ""
    if case.status == "no_case" or case.merged_into:
        return OUTSIDE
    status = case.shown_status
    if case.undelivered_since is not None or due_kind in _URGENT:
        return FOR_US
    if status == "solved":
        return OUTSIDE
    if status != "open" or (case.is_held_for_approval and due_kind == "approval"):
        return FOR_OTHERS
    return FOR_US


def row_of(case: Case, pending: int = 0) -> tuple[Any, ...]:
    """Return the queue row of a case, in the order of ``COLUMNS``."""
    due_kind = case.due.kind if case.due is not None else None
    due = micros(case.due.at) if case.due is not None else None
    return (
        case.case_id,
        sort_group(case),
        NEVER if due is None else due,
        0 if due_kind in _URGENT else _RANKS.get(case.channel, 4),
        case.team_id,
        case.assignee_id,
        case.customer_id,
        case.customer_name or case.reply_to,
        case.subject,
        case.channel,
        case.shown_status,
        case.number,
        due,
        due_kind,
        micros(case.waits_since),
        micros(case.snoozed_until),
        micros(case.opened_at),
        json.dumps(case.read_by),
        int(case.undelivered_since is not None),
        int(case.is_held_for_approval),
        pending,
        case.due.what if case.due is not None else "",
    )


def item_of(row: Sequence[Any]) -> QueueItem:
    """Return a row of ``COLUMNS`` as a value; section and names are put in by the inbox."""
    return QueueItem(
        case_id=row[0],
        key=Key(group=row[1], due=row[2], rank=row[3], case_id=row[0]),
        team_id=row[4],
        assignee_id=row[5],
        customer_id=row[6],
        customer_name=row[7],
        subject=row[8],
        channel=row[9],
        status=row[10],
        number=row[11],
        code="" if row[11] is not None else _short_code(row[0]),
        due_at=moment(row[12]),
        due_kind=row[13],
        waiting_since=moment(row[14]),
        snoozed_until=moment(row[15]),
        read_by=() if row[17] == "[]" else tuple(json.loads(row[17])),
        has_undelivered=bool(row[18]),
        is_held_for_approval=bool(row[19]),
        pending=row[20],
        due_what=row[21],
    )


def _short_code(case_id: str) -> str:
    # Few rows have no number yet, and the first paint does without what ids need.
    from workstation.casework.ids import short_code

    return short_code(case_id)


def page_sql(
    filter: InboxFilter,
    after: Key | None,
    limit: int,
    waiting: bool | None = None,
    case_ids: Sequence[str] | None = None,
) -> tuple[str, tuple[Any, ...]]:
    """Return the statement and parameters of one page; each half reads its index in order, then they merge.

    ``case_ids`` narrows to those found by words.
    """
    where, params = _conditions(filter, after, waiting, case_ids)
    sql = (
        f"SELECT {COLUMNS} FROM case_row AS base WHERE {where} AND NOT EXISTS"
        " (SELECT 1 FROM ov_case_row AS o WHERE o.case_id = base.case_id)"
        f" UNION ALL SELECT {COLUMNS} FROM ov_case_row WHERE {where}"
        " ORDER BY sort_group, sort_due, sort_rank, case_id LIMIT ?"
    )
    return sql, (*params, *params, limit)


def _conditions(
    filter: InboxFilter, after: Key | None, waiting: bool | None, case_ids: Sequence[str] | None
) -> tuple[str, list[Any]]:
    parts: list[str] = []
    params: list[Any] = []
    if filter.tab == "mine":
        parts.append("assignee_id = ?")
        params.append(filter.person_id)
    elif filter.tab == "team":
        parts.append("team_id = ? AND assignee_id <> ?")
        params.extend((filter.team_id, filter.person_id))
    if waiting is None:
        parts.append(f"sort_group <= {FOR_OTHERS}")
    else:
        parts.append("sort_group = ?")
        params.append(FOR_OTHERS if waiting else FOR_US)
    if after is not None:
        parts.append("(sort_group, sort_due, sort_rank, case_id) > (?, ?, ?, ?)")
        params.extend((after.group, after.due, after.rank, after.case_id))
    if filter.channel:
        parts.append("channel = ?")
        params.append(filter.channel)
    if case_ids is not None:
        parts.append("case_id IN (SELECT value FROM json_each(?))")
        params.append(json.dumps(list(case_ids)))
    return " AND ".join(parts), params
