"""How long the loops of the sync wait, and what cuts a wait short."""

from __future__ import annotations

import asyncio

LONGEST_FLOOR_S = 30.0


class Hurry:
    """Tells loops that wait after a failure that it is worth another try."""

    def __init__(self) -> None:
        self._signs = 0
        self._seen = asyncio.Event()
        self._insisted = asyncio.Event()

    def sign(self) -> None:
        """The hub has shown a sign of life."""
        self._signs += 1
        self._seen.set()
        self._seen.clear()

    def insist(self) -> None:
        """A person wants it tried now."""
        self._insisted.set()
        self._insisted.clear()
        self.sign()

    async def wait(self, delay_s: float, failures: int) -> None:
        """Wait after the ``failures``-th failure in a row; a sign that the hub is back cuts it short.

        But less and less so: a hub that answers one call and fails at another would otherwise be asked
        for both in turn as fast as it can answer.
        """
        signs = self._signs
        least = 0.0 if failures <= 1 else min(delay_s, 2.0 ** min(failures - 2, 10), LONGEST_FLOOR_S)
        if least and await either(self._insisted, least):
            return
        if self._signs == signs:
            await either(self._seen, delay_s - least)


async def either(wanted: asyncio.Event, seconds: float) -> bool:
    """Wait until it is wanted or the time has come; whether it was wanted."""
    try:
        async with asyncio.timeout(seconds):
            await wanted.wait()
    except TimeoutError:
        return False
    return True
