"""A file lock that one process at a time can hold; the system frees it however that process ends."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

LOOK_S = 0.4
"""How long a held lock is asked again: a look of another process takes it for some microseconds."""
_AGAIN_S = 0.02


class AlreadyRunning(Exception):
    """Another process holds the lock at ``path``; ``pid`` is its number where it is known."""

    def __init__(self, path: Path, pid: int | None) -> None:
        super().__init__(f"{path} is held by process {pid if pid is not None else 'unknown'}")
        self.path = path
        self.pid = pid


class ProcessLock:
    """Exclusive lock on a file, from :meth:`acquire` until :meth:`release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def acquire(self) -> Self:
        """Take the lock.

        Raises:
            AlreadyRunning: another process has it.
        """
        if self._descriptor is not None:
            return self
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        ends = time.monotonic() + LOOK_S
        while True:
            try:
                _lock(descriptor)
                break
            except OSError as error:
                if time.monotonic() > ends:
                    pid = _read_pid(descriptor)
                    os.close(descriptor)
                    raise AlreadyRunning(self._path, pid) from error
            time.sleep(_AGAIN_S)
        self._descriptor = descriptor
        # The number stands behind the locked byte, so that it can be read on Windows too.
        os.ftruncate(descriptor, 1)
        os.lseek(descriptor, 1, os.SEEK_SET)
        os.write(descriptor, str(os.getpid()).encode())
        return self

    @property
    def is_held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def release(self) -> None:
        """Give the lock back; the file stays, because deleting it would race with the next holder."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def is_locked(path: Path) -> bool:
    """Return whether some process holds the lock at ``path``; a look writes nothing."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        _look(descriptor)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def _read_pid(descriptor: int) -> int | None:
    try:
        os.lseek(descriptor, 1, os.SEEK_SET)
        text = os.read(descriptor, 20)
    except OSError:
        return None
    return int(text) if text.isdigit() else None


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    # Windows knows no shared lock here; two looks at once may hinder each other for a moment.
    _look = _lock
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _look(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
