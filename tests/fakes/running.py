"""Lanes without threads, and tasks on the loop of the test."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class InlineWorkers:
    """Runs work at once; gives the loop a turn first, as a lane would."""

    async def run(self, lane: str, work: Callable[[], T]) -> T:
        await asyncio.sleep(0)
        return work()


def in_loop(work: Callable[[], Coroutine[Any, Any, T]], timeout_s: float = 240) -> T:
    """Run a test's coroutine to its end."""

    async def limited() -> T:
        async with asyncio.timeout(timeout_s):
            return await work()

    return asyncio.run(limited())


async def until(is_true: Callable[[], bool]) -> None:
    """Wait until something is true; whoever runs the test limits the time."""
    while True:
        if is_true():
            return
        await asyncio.sleep(0.005)


async def quiet() -> None:
    """Let everything go on until all of it waits for a time or for somebody, in as many turns as it takes."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    while True:
        await asyncio.sleep(0)
        if not ready:
            return
