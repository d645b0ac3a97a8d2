"""What happens because time passes: cases wake, check-backs and promises fall due, unpaid money is named."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from workstation.casework.case_state import Given, say
from workstation.casework.clock import Clock
from workstation.casework.projection import settled, woke
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_books import OpenBooks
from workstation.hub.services.case_acts import store
from workstation.hub.services.clock_watch import ClockWatch
from workstation.hub.services.overdue_work import OverdueWork
from workstation.system.crashpoint import crashpoint

_log = logging.getLogger(__name__)
_LOOK_BACK = timedelta(days=7)
"""How far back the first look goes after a start: the hub may have been off over a holiday."""

_TIDY_EVERY = timedelta(days=1)
_WORK_EVERY = timedelta(minutes=10)
_PAGE = 500


class Clocks:
    """Looks at the cases of all tenants whose time has come; doing it twice changes nothing."""

    def __init__(self, database: Database, clock: Clock, open_books: OpenBooks | None = None) -> None:
        self._database = database
        self._clock = clock
        self._watch = ClockWatch(database, clock)
        self._work = OverdueWork(database, open_books) if open_books is not None else None
        self._work_at = clock.now()
        self._since = clock.now() - _LOOK_BACK
        self._tidy_at = clock.now()

    def run(
        self, should_stop: Callable[[], bool], wait: Callable[[float], object], pause_s: float = 5.0
    ) -> None:
        """Look every ``pause_s`` seconds until ``should_stop``."""
        while not should_stop():
            try:
                self.tick()
            except Exception:
                _log.exception("the clocks met an error")
            wait(pause_s)

    def tick(self) -> int:
        """Look once; returns how many cases changed."""
        until = self._clock.now()
        was_set = self._watch.was_set()
        if was_set:
            # What it had passed comes again, nothing waits for its old time, and lags are counted anew.
            self._since = min(self._since, until)
            self._work_at = self._tidy_at = until
        is_time = until >= self._work_at
        # A promise may come from a desk that was away when it fell due, so now and then older ones count.
        since = until - _LOOK_BACK if is_time else self._since
        changed = 0
        for tenant_id in self._database.tenants():
            changed += self._tenant(tenant_id, since, until)
        self._since = until
        if is_time:
            self._work_at = until + _WORK_EVERY
            changed += self._unpaid(until)
        if until >= self._tidy_at:
            self._tidy_at = until + _TIDY_EVERY
            self._database.tidy(until, was_set=was_set)
        return changed

    def _tenant(self, tenant_id: str, since: datetime, until: datetime) -> int:
        changed, after = 0, ""
        while True:
            due = self._due(tenant_id, since, until, after)
            for case_id in due:
                try:
                    changed += self._database.run(tenant_id, _Look(case_id, until))
                except Exception:
                    # One case that cannot be dealt with must not keep the others asleep.
                    _log.exception("the clock of case %s met an error", case_id)
            if len(due) < _PAGE:
                return changed
            after = due[-1]

    def _due(self, tenant_id: str, since: datetime, until: datetime, after: str) -> tuple[str, ...]:
        return self._database.read(tenant_id, lambda tx: tx.cases_due(since, until, limit=_PAGE, after=after))

    def _unpaid(self, now: datetime) -> int:
        """Ask for money that was booked and not confirmed as paid out."""
        if self._work is None:
            return 0
        return sum(self._work.look(tenant_id, now) for tenant_id in self._database.tenants())


class _Look:
    """The work on one case."""

    def __init__(self, case_id: str, until: datetime) -> None:
        self._case_id = case_id
        self._until = until

    def __call__(self, tx: Tx) -> bool:
        file = tx.case_file(self._case_id, lock=True)
        if file.case is None:
            return False
        before = file.state
        reference = tx.reference()
        given = Given(
            at=self._until,
            policy=reference.policy_of(file.case.team_id),
            calendar=reference.calendar_of(file.case.team_id),
        )
        after = woke(before, given)
        for promise in before.promises:
            # A promise stays open until somebody keeps it or takes it back: late is still owed.
            if promise.state == "open" and promise.due_at <= self._until:
                named = Given(
                    at=self._until,
                    command_id=promise.promise_id,
                    policy=given.policy,
                    calendar=given.calendar,
                )
                after = say(after, named, "promise.overdue", what=promise.what)
        after = settled(after, given)
        if after == before:
            return False
        store(tx, before, after)
        crashpoint("clocks.before_commit")
        return True
