"""The one place that reads the machine's clocks, and ids that grow with time within a process."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workstation.casework.clock import Clock


class SystemClock:
    """The machine's clock, shifted by ``offset``.

    Only a trial tenant may be given an offset: whoever builds the clock has asked that first.
    """

    def __init__(self, offset: timedelta = timedelta(0)) -> None:
        self._offset = offset

    @property
    def offset(self) -> timedelta:
        """By how much this clock is ahead of the machine's."""
        return self._offset

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC, in whole microseconds."""
        return datetime.now(UTC) + self._offset

    def monotonic(self) -> float:
        """Return seconds that never run backwards within one boot."""
        return time.monotonic()

    def shift(self, by: timedelta) -> None:
        """Move this clock by ``by`` (trial tenants only)."""
        self._offset += by


def _random_bits(count: int) -> int:
    size = (count + 7) // 8
    return int.from_bytes(os.urandom(size), "big") >> (size * 8 - count)


class _Ids:
    """Hands out version 7 ids that are strictly greater than those before, even when time stands still."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ms = 0
        self._tail = 0

    def next(self, unix_ms: int) -> str:
        # Loaded with the first id: the first paint needs the time only.
        from workstation.casework.ids import uuid7

        with self._lock:
            if unix_ms > self._ms:
                self._ms = unix_ms
                self._tail = _random_bits(73)
            else:
                self._tail += 1 + _random_bits(32)
                if self._tail >> 74:
                    self._ms += 1
                    self._tail = _random_bits(73)
            high, low = self._tail >> 62, self._tail & (1 << 62) - 1
            return uuid7(self._ms, (high << 64 | low).to_bytes(10, "big"))


_ids = _Ids()


def new_id(clock: Clock) -> str:
    """Return a new UUIDv7; ids of one process are strictly increasing."""
    return _ids.next(max(0, int(clock.now().timestamp() * 1000)))
