"""Lanes: a few named threads, one per file and a small pool for the net; nothing else at the desk has one."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import MappingProxyType
from typing import Any, TypeVar

T = TypeVar("T")
_log = logging.getLogger(__name__)

DESK_LANES: Mapping[str, int] = MappingProxyType({"outbox": 1, "replica": 1, "read": 1, "net": 8, "files": 1})
"""Lane -> threads. One thread means: in order, one at a time."""

HANDING_OVER_S = 0.0005
"""How long a lane may go on in Python while the window wants to paint (by default a third of a frame)."""

NET_PATIENCE_S = 2.0
"""How long closing waits for calls to a hub that has fallen silent."""


class LaneWorkers:
    """Runs blocking work on named lanes; results come back to the asking event loop."""

    def __init__(self, lanes: Mapping[str, int] = DESK_LANES) -> None:
        sys.setswitchinterval(HANDING_OVER_S)
        self._lanes = {
            name: ThreadPoolExecutor(max_workers=threads, thread_name_prefix=f"lane-{name}")
            for name, threads in lanes.items()
        }
        self._calls: set[Future[Any]] = set()

    async def run(self, lane: str, work: Callable[[], T]) -> T:
        """Run ``work`` on ``lane`` and return its result or raise its error.

        Work that has begun runs to its end even when the waiting task is cancelled.
        """
        future = self._lanes[lane].submit(work)
        if lane == "net":
            self._calls.add(future)
            future.add_done_callback(self._calls.discard)
        return await asyncio.wrap_future(future)

    def post(self, lane: str, work: Callable[[], None]) -> None:
        """Run ``work`` later on ``lane``; an error goes to the log."""
        self._lanes[lane].submit(work).add_done_callback(_report)

    def close(self) -> None:
        """End all threads after what has begun; what only waits on ``net`` or ``read`` is dropped.

        A call to a silent hub is not waited for longer than 2 s: it touches no file of the profile.
        """
        for name, executor in self._lanes.items():
            executor.shutdown(wait=False, cancel_futures=name in ("net", "read"))
        if self._calls:
            wait(tuple(self._calls), timeout=NET_PATIENCE_S)
        for name, executor in self._lanes.items():
            executor.shutdown(wait=name != "net" or not self._calls)


def _report(done: Future[None]) -> None:
    if not done.cancelled() and (error := done.exception()) is not None:
        _log.error("work left on a lane failed", exc_info=error)
