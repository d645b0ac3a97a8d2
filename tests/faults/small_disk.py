"""A disk that can be filled and emptied: a small mounted one, or, without that right, a ban on writing."""

from __future__ import annotations

import resource
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from tests.servers.ground import is_root

_BLOCK = 4096


class SmallDisk:
    """A mounted disk of a few megabytes; a program is told ENOSPC, as everywhere."""

    full_codes = frozenset({"store.full"})
    """What a desk may say while there is no room."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self, but: int = 0) -> None:
        """Leave no room, or only ``but`` bytes."""
        with suppress(OSError), self._ballast.open("ab", buffering=0) as file:
            while file.write(b"\0" * _BLOCK):
                continue
        with self._ballast.open("ab") as file:
            file.truncate(max(0, file.tell() - but))

    def empty(self) -> None:
        """There is room again."""
        self._ballast.unlink(missing_ok=True)


class ForbiddenDisk(SmallDisk):
    """No file of this process may grow: EFBIG instead of ENOSPC, which SQLite takes for a broken disk."""

    full_codes = frozenset({"store.full", "store.unreadable"})

    def fill(self, but: int = 0) -> None:
        """Let nothing be written, or no file become larger than ``but`` bytes."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (but, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))

    def empty(self) -> None:
        """Let everything be written again."""
        most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@contextmanager
def mounted(megabytes: int, owner: str = "") -> Iterator[Path]:
    """Mount a disk of that size; ``owner`` may write on it.

    Raises:
        PermissionError: this process may not.
    """
    folder = Path(tempfile.mkdtemp(prefix="faults-disk-"))
    options = f"size={megabytes}m" + (f",uid={owner},mode=0700" if owner else "")
    command = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
    try:
        if not is_root() or subprocess.run(command, capture_output=True, check=False).returncode != 0:
            raise PermissionError("no right to mount a small disk")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "-l", str(folder)], capture_output=True, check=False)
    finally:
        with suppress(OSError):
            folder.rmdir()


@contextmanager
def small_disk(megabytes: int, kind: type[SmallDisk] | None = None) -> Iterator[SmallDisk]:
    """A disk of that size, mounted if that is possible here."""
    if kind is not ForbiddenDisk:
        try:
            with mounted(megabytes) as folder:
                yield SmallDisk(folder)
            return
        except PermissionError:
            if kind is not None:
                raise
    with tempfile.TemporaryDirectory() as name:
        disk = ForbiddenDisk(Path(name))
        try:
            yield disk
        finally:
            disk.empty()


@cache
def kinds() -> tuple[type[SmallDisk], ...]:
    """Return the kinds of disks this process can have."""
    try:
        with mounted(1):
            return SmallDisk, ForbiddenDisk
    except PermissionError:
        return (ForbiddenDisk,)
