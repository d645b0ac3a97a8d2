"""Every night: cases closed for thirty days leave the desks; there they are found by asking the hub."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

from workstation.casework.clock import Clock
from workstation.system.crashpoint import crashpoint

_log = logging.getLogger(__name__)
KEPT_FOR = timedelta(days=30)
MOST_ROWS = 500
"""Feed rows of one transaction."""
_LOOK_EVERY_S = 600.0
_REST_S = 0.2
_NIGHT = range(1, 5)
"""Hours (UTC) in which it begins; a hub that is never on at night does it when two days have passed."""
_FACT = "working_set_at"


class CaseShelf(Protocol):
    """What the hub's database does for it."""

    def send_away(self, tenant_id: str, before: datetime, most: int) -> int:
        """Take about ``most`` documents of cases closed before ``before`` out of the feed."""
        ...

    def fact(self, name: str) -> str | None:
        """Return one of the hub's own facts."""
        ...

    def set_fact(self, name: str, value: str) -> None:
        """Keep one of the hub's own facts."""
        ...


class WorkingSet:
    """Keeps one tenant's desks small."""

    def __init__(self, database: CaseShelf, tenant_id: str, clock: Clock) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._clock = clock

    def run(self, is_stopping: Callable[[], bool], wait: Callable[[float], object]) -> None:
        """Look again and again until the hub stops."""
        while not is_stopping():
            try:
                if self.is_due():
                    self.tidy(is_stopping, wait)
            except Exception:
                # The database may be away for a while; what has left stays away, the rest follows later.
                _log.exception("closed cases could not leave")
            wait(_LOOK_EVERY_S)

    def is_due(self) -> bool:
        """Whether it is night and today's turn has not been, or it was left out for two days."""
        noted = self._database.fact(_FACT)
        now = self._clock.now()
        if noted is None:
            return now.hour in _NIGHT
        # Noted by a clock that was ahead, it says nothing.
        since = abs(now - datetime.fromisoformat(noted))
        return since >= timedelta(days=2) or (since >= timedelta(hours=12) and now.hour in _NIGHT)

    def tidy(
        self,
        is_stopping: Callable[[], bool] = lambda: False,
        wait: Callable[[float], object] = lambda _: None,
    ) -> int:
        """Send all that has to go, in small cuts; returns how many documents have left."""
        before = self._clock.now() - KEPT_FOR
        total = 0
        while not is_stopping():
            moved = self._database.send_away(self._tenant_id, before, MOST_ROWS)
            crashpoint("hub.working_set_cut")
            total += moved
            if not moved:
                self._database.set_fact(_FACT, self._clock.now().isoformat())
                break
            wait(_REST_S)
        if total:
            _log.info("%d documents of closed cases have left the desks", total)
        return total
