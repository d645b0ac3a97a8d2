"""Threads for database work: commands have lanes of their own, so that reading never makes a click wait."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Lanes:
    """Two pools: ``write`` for commands and signing in, ``read`` for pulls, heads and questions."""

    def __init__(self, writers: int = 2, readers: int = 4) -> None:
        self._write = ThreadPoolExecutor(writers, thread_name_prefix="hub-write")
        self._read = ThreadPoolExecutor(readers, thread_name_prefix="hub-read")

    async def write(self, work: Callable[[], T]) -> T:
        """Run ``work`` on a lane for commands."""
        return await asyncio.get_running_loop().run_in_executor(self._write, work)

    async def read(self, work: Callable[[], T]) -> T:
        """Run ``work`` on a lane for reading."""
        return await asyncio.get_running_loop().run_in_executor(self._read, work)

    def close(self) -> None:
        """Finish what runs and end the threads."""
        self._write.shutdown(wait=True, cancel_futures=True)
        self._read.shutdown(wait=True, cancel_futures=True)
