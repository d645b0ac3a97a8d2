"""What happens because time passes: snoozed cases wake, promises that fall due are told."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from workstation.casework.case_state import CaseState, Given, say
from workstation.casework.clock import Clock
from workstation.casework.projection import settled, woke
from workstation.hub.ports import Database, Tx
from workstation.hub.services.case_acts import store

_log = logging.getLogger(__name__)
_LOOK_BACK = timedelta(days=7)
"""How far back the first look goes after a start: the hub may have been off over a holiday."""

_TIDY_EVERY = timedelta(days=1)


class Clocks:
    """Looks at the cases of all tenants whose time has come; doing it twice changes nothing."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
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
        changed = 0
        for tenant_id in self._database.tenants():
            changed += self._tenant(tenant_id, self._since, until)
        self._since = until
        if until >= self._tidy_at:
            self._tidy_at = until + _TIDY_EVERY
            self._database.tidy(until)
        return changed

    def _tenant(self, tenant_id: str, since: datetime, until: datetime) -> int:
        due = self._database.read(tenant_id, lambda tx: tx.cases_due(since, until, limit=1000))
        changed = 0
        for case_id in due:
            changed += self._database.run(tenant_id, _Look(case_id, until))
        return changed


class _Look:
    """The work on one case."""

    def __init__(self, case_id: str, until: datetime) -> None:
        self._case_id = case_id
        self._until = until

    def __call__(self, tx: Tx) -> bool:
        file = tx.case_file(self._case_id, lock=True)
        if file.case is None:
            return False
        before = CaseState(
            case=file.case,
            messages=file.messages,
            decisions=file.decisions,
            promises=file.promises,
            approvals=file.approvals,
            customer=file.customer,
        )
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
        return True
