"""One look at the feed's heads for all who wait: a query every 200 ms while anybody does, none otherwise."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping

import anyio

log = logging.getLogger(__name__)

Heads = Mapping[str, int]


class HeadsPoller:
    """Reads the heads of all scopes of the tenant and wakes waiters when one has moved."""

    def __init__(self, read: Callable[[], Awaitable[Heads]], interval_s: float = 0.2) -> None:
        self._read = read
        self._interval_s = interval_s
        self._heads: Heads = {}
        self._moved = anyio.Event()
        self._wanted = anyio.Event()
        self._waiting = 0
        self.is_draining = False

    async def run(self) -> None:
        """Poll until cancelled."""
        while True:
            if self._waiting == 0:
                self._wanted = anyio.Event()
                await self._wanted.wait()
            await self._look()
            with anyio.move_on_after(self._interval_s):
                self._wanted = anyio.Event()
                await self._wanted.wait()

    def nudge(self) -> None:
        """Look at once if anybody waits: something has just been written here."""
        if self._waiting:
            self._wanted.set()

    def drain(self) -> None:
        """Wake everybody; from now on nobody waits."""
        self.is_draining = True
        self._moved.set()

    async def wait(self, known: Heads, scopes: tuple[str, ...], timeout_s: float) -> dict[str, int]:
        """Return the heads of ``scopes`` that are beyond ``known``; empty after the time or at a drain."""
        self._waiting += 1
        try:
            self._wanted.set()
            with anyio.move_on_after(timeout_s):
                while not self.is_draining:
                    moved = self._moved
                    ahead = {s: h for s in scopes if (h := self._heads.get(s, 0)) > known.get(s, 0)}
                    if ahead:
                        return ahead
                    await moved.wait()
        finally:
            self._waiting -= 1
        return {}

    async def now(self, scopes: tuple[str, ...]) -> dict[str, int]:
        """Return the present heads of ``scopes``, freshly read."""
        await self._look()
        return {scope: self._heads.get(scope, 0) for scope in scopes}

    async def beyond(self, cursors: Heads) -> str:
        """Return a scope in which ``cursors`` are beyond the head as it is now; empty when there is none.

        The database is asked only where what was seen last does not tell already.
        """
        if all(seq <= self._heads.get(scope, 0) for scope, seq in cursors.items()):
            return ""
        heads = await self._read()
        return next((scope for scope, seq in cursors.items() if seq > heads.get(scope, 0)), "")

    async def _look(self) -> None:
        try:
            heads = await self._read()
        except Exception:
            # The database may be away for a while; whoever waits goes on waiting, and the next look tells.
            log.exception("cannot read the heads of the feed")
            await anyio.sleep(1.0)
            return
        if heads != self._heads:
            self._heads = heads
            self._moved.set()
            self._moved = anyio.Event()
