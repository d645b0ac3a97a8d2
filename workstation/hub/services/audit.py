"""The sealer of the audit chain: once a second, committed rows are linked to those before them."""

from __future__ import annotations

import logging
from collections.abc import Callable

from workstation.casework.clock import Clock
from workstation.hub.ports import Database

_log = logging.getLogger(__name__)


class AuditSealer:
    """Seals what all tenants have committed; several sealers do no harm."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def run(
        self, should_stop: Callable[[], bool], wait: Callable[[float], object], pause_s: float = 1.0
    ) -> None:
        """Seal every ``pause_s`` seconds until ``should_stop``, and once more at the end."""
        while not should_stop():
            self._seal()
            wait(pause_s)
        self._seal()

    def _seal(self) -> None:
        try:
            self._database.seal_audit(self._clock.now())
        except Exception:
            _log.exception("the audit rows could not be sealed")
