"""Notices that the hub's clock was set, and keeps in mind which times say nothing about an order."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import msgspec

from workstation.casework.clock import Clock
from workstation.hub.ports import Database

_log = logging.getLogger(__name__)
SEEN_FACT = "clock_seen_at"
BACK_FACT = "clock_went_back"
_KEPT_EVERY = timedelta(minutes=10)
_MARGIN = timedelta(minutes=1)
"""More than two looks are apart, or than two machines' clocks differ."""
_MOST = 20


class ClockWatch:
    """Compares the clock with what it said before, also before a restart."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._kept: datetime | None = None
        self._seen: datetime | None = None
        self._ticks = clock.monotonic()

    def was_set(self) -> bool:
        """Look; return whether the clock was set to another time since the last look."""
        before, ticks = self._seen, self._ticks
        is_back = self._has_gone_back()
        self._ticks = self._clock.monotonic()
        if before is None or self._seen is None:
            return is_back
        ahead = (self._seen - before).total_seconds() - (self._ticks - ticks)
        return is_back or ahead > _MARGIN.total_seconds()

    def _has_gone_back(self) -> bool:
        now, before, lost = self._clock.now(), self._seen, timedelta()
        if before is None:
            told = self._database.fact(SEEN_FACT)
            # Of a hub that was off the last minutes are not known, but what it wrote down last tells the time
            # it had; a restored copy may have been made before the clock was looked at.
            before, lost = (datetime.fromisoformat(told), _KEPT_EVERY) if told else (now, lost)
            before = max(before, self._database.written_at() or before)
        is_back = now < before
        if is_back:
            self._note(now, before + lost)
        if is_back or self._kept is None or now >= self._kept + _KEPT_EVERY:
            self._kept = now
            self._database.set_fact(SEEN_FACT, now.isoformat())
        self._seen = now
        return is_back

    def _note(self, now: datetime, before: datetime) -> None:
        _log.warning("the clock has gone back from %s to %s", before, now)
        told = self._database.fact(BACK_FACT)
        known = msgspec.json.decode(told, type=list[tuple[datetime, datetime]]) if told else []
        known.append((now - _MARGIN, before + _MARGIN))
        self._database.set_fact(BACK_FACT, msgspec.json.encode(known[-_MOST:]).decode())
