"""Room on the disk: a reserve file that is given up so that the last decision can still be written."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from workstation.ports import DiskState

RESERVE_BYTES = 16 * 1024 * 1024
LOW_BYTES = 200 * 1024 * 1024


class Room:
    """Keeps the reserve file of one folder and knows whether anything more may be written there."""

    def __init__(
        self, folder: Path, *, reserve_bytes: int = RESERVE_BYTES, low_bytes: int = LOW_BYTES
    ) -> None:
        self._folder = folder
        self._reserve = folder / "reserve"
        self._reserve_bytes = reserve_bytes
        self._low_bytes = low_bytes
        self.is_read_only = False

    def state(self) -> DiskState:
        """Look at the disk; leaves read-only mode and remakes the reserve once there is room again."""
        free = shutil.disk_usage(self._folder).free
        has_room = free > self._low_bytes + self._reserve_bytes
        if has_room:
            self.is_read_only = False
            self._make_reserve()
        return DiskState(free=free, is_low=free < self._low_bytes, is_read_only=self.is_read_only)

    def give_up_reserve(self) -> bool:
        """Free the reserve; False when it was gone already."""
        if not self._reserve.exists():
            return False
        self._reserve.unlink()
        return True

    def _make_reserve(self) -> None:
        if self._reserve.exists() and self._reserve.stat().st_size == self._reserve_bytes:
            return
        waiting = self._reserve.with_name("reserve.new")
        try:
            with waiting.open("wb") as file:
                block = os.urandom(64 * 1024)  # not compressible, so it takes the room it claims
                for _ in range(self._reserve_bytes // len(block)):
                    file.write(block)
            waiting.replace(self._reserve)
        except OSError:
            waiting.unlink(missing_ok=True)
