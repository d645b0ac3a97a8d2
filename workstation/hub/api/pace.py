"""How often one device may ask: a bucket of tokens per device, in memory, for fairness and not for safety."""

from __future__ import annotations

import time

from workstation.hub.api.problems import HttpProblem

_MOST_DEVICES = 20_000


class Pace:
    """``per_s`` requests a second in the long run, ``burst`` at once; ``per_s`` 0 means no limit."""

    def __init__(self, per_s: float, burst: int) -> None:
        self._per_s = per_s
        self._burst = float(burst)
        self._buckets: dict[str, tuple[float, float]] = {}

    def check(self, device_id: str) -> None:
        """Count one request.

        Raises:
            HttpProblem: 429 with Retry-After when the device asks too often.
        """
        if self._per_s <= 0:
            return
        now = time.monotonic()
        if len(self._buckets) > _MOST_DEVICES:
            self._buckets.clear()
        left, since = self._buckets.get(device_id, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_s)
        if left < 1:
            wait_s = str(int((1 - left) / self._per_s) + 1)
            raise HttpProblem(
                429, "session.too_many_requests", {"retry_after_s": wait_s}, headers={"Retry-After": wait_s}
            )
        self._buckets[device_id] = (left - 1, now)
