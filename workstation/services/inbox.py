"""The queue as the window shows it: pages in due order, sections by the clock, badges."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from workstation.casework.clock import Clock
from workstation.casework.wire.session import PresenceOf
from workstation.ports import InboxFilter, Key, QueueCounts, QueueItem, QueuePage, Replica, Section, Workers
from workstation.services.identity import Me
from workstation.services.reference import Reference

SOON = timedelta(minutes=30)


class Inbox:
    """Questions to the queue; every answer holds own pending acts."""

    def __init__(
        self,
        *,
        replica: Replica,
        workers: Workers,
        reference: Reference,
        me: Me,
        clock: Clock,
        presence: Callable[[], tuple[PresenceOf, ...]] = tuple,
    ) -> None:
        self._replica = replica
        self._workers = workers
        self._reference = reference
        self._me = me
        self._clock = clock
        self._presence = presence

    async def page(
        self,
        filter: InboxFilter | None = None,
        after: Key | None = None,
        limit: int = 200,
        waiting: bool | None = None,
    ) -> QueuePage:
        """Return up to ``limit`` rows after ``after``; ``waiting``: only (not) those that wait for others."""
        own = self._own(filter or InboxFilter())
        rows = await self._workers.run("read", lambda: self._replica.queue_page(own, after, limit, waiting))
        shown = self._all_shown(rows)
        return QueuePage(rows=shown, next=shown[-1].key if len(shown) == limit else None)

    async def item(self, case_id: str) -> QueueItem | None:
        """Return the row of one case, whether or not it is in the queue now."""
        row = await self._workers.run("read", lambda: self._replica.queue_item(case_id))
        return self.shown(row) if row is not None else None

    async def counts(self, filter: InboxFilter | None = None) -> QueueCounts:
        """Return the badges; the sections are those of the filter's tab."""
        own = self._own(filter or InboxFilter())
        now = self._clock.now()
        end = self._end_of_day(now)
        return await self._workers.run(
            "read", lambda: self._replica.queue_counts(own, now, now + SOON, max(end, now + SOON))
        )

    async def cases_of_customer(self, customer_id: str) -> tuple[QueueItem, ...]:
        """Return the customer's cases, newest first."""
        rows = await self._workers.run("read", lambda: self._replica.cases_of_customer(customer_id))
        return self._all_shown(rows)

    def shown(self, row: QueueItem) -> QueueItem:
        """Return a row with its section, names, and whether this person has read it."""
        return self._all_shown((row,))[0]

    def _all_shown(self, rows: Iterable[QueueItem]) -> tuple[QueueItem, ...]:
        """As :meth:`shown`; what is the same for all rows is asked once, as this runs beside painting."""
        me = self._me.now.person_id if self._me.now is not None else ""
        data = self._reference.data
        typing = {
            other.case_id: other.name
            for other in reversed(self._presence())
            if other.is_typing and other.person_id != me
        }
        now = self._clock.now()
        end = self._end_of_day(now)
        shown = []
        for row in rows:
            assignee = data.person(row.assignee_id) if row.assignee_id else None
            shown.append(
                row._replace(
                    section=section_of(row, now, end),
                    assignee_name=assignee.name if assignee is not None else "",
                    is_unread=row.waiting_since is not None and me not in row.read_by,
                    typing_name=typing.get(row.case_id, ""),
                )
            )
        return tuple(shown)

    def _own(self, filter: InboxFilter) -> InboxFilter:
        worker = self._me.now
        if worker is None:
            return filter
        return dataclasses.replace(
            filter,
            person_id=filter.person_id or worker.person_id,
            team_id=filter.team_id or worker.team_id,
        )

    def _end_of_day(self, now: datetime) -> datetime:
        zone = ZoneInfo(self._reference.data.tenant.time_zone)
        day = now.astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(day, time(0), zone).astimezone(UTC)


def section_of(item: QueueItem, now: datetime, end_of_day: datetime) -> Section:
    """Return the section a row stands in at ``now``."""
    if item.key.group > 0:
        return "waiting_on_others"
    if item.due_at is None:
        return "later"
    if item.due_at <= now:
        return "overdue"
    if item.due_at <= now + SOON:
        return "next_30_minutes"
    return "today" if item.due_at <= end_of_day else "later"
