"""Asks once a night whether what must always hold does; what does not is logged and shown by the doctor."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from workstation.casework.clock import Clock
from workstation.hub.ports import Database

_log = logging.getLogger(__name__)
FACT = "checked_at"
"""The hub's own fact that says when all firms were asked last, as ISO time."""
EVERY = timedelta(days=1)
_QUIET_HOUR = 2
"""The hour (UTC) from which a night's look is due."""
_PAUSE_S = 600.0


class NightlyCheck:
    """Looks at all firms once a night; a night that was slept through is made good at the next start."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def run(
        self, should_stop: Callable[[], bool], wait: Callable[[float], object], pause_s: float = _PAUSE_S
    ) -> None:
        """Look every ``pause_s`` seconds whether it is time, until ``should_stop``."""
        while not should_stop():
            try:
                if self.is_due():
                    self.look()
            except Exception:
                _log.exception("the nightly check met an error")
            wait(pause_s)

    def is_due(self) -> bool:
        """Whether the last look is from before the night that has begun last."""
        now = self._clock.now()
        night = now.replace(hour=_QUIET_HOUR, minute=0, second=0, microsecond=0)
        if night > now:
            night -= EVERY
        last = self._database.fact(FACT)
        # Noted by a clock that was ahead, it says nothing.
        return last is None or not night <= datetime.fromisoformat(last) <= now

    def look(self) -> int:
        """Ask all questions of all firms; returns how many rules are broken."""
        broken = 0
        for tenant_id in self._database.tenants():
            for rule, ids in self._database.check_invariants(tenant_id).items():
                broken += 1
                _log.error("what must always hold does not: %s of %s: %s", rule, tenant_id, ", ".join(ids))
        self._database.set_fact(FACT, self._clock.now().isoformat())
        return broken
