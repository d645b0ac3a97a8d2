"""Files on their way to the hub, sealed in the folder ``uploads`` of a profile."""

from __future__ import annotations

import errno
import logging
import os
import re
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from workstation.ports import StoreUnusable
from workstation.system.crashpoint import crashpoint
from workstation.system.paths import make_private, sync_folder
from workstation.system.sealed_file import SealedFile, SealedWriter

_log = logging.getLogger(__name__)
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_NAME = re.compile(r"([0-9a-f]{64})\.(waiting|taken)")


class UploadSpool:
    """Implements :class:`workstation.ports.UploadSpool`: ``<hash>.waiting``, later ``<hash>.taken``."""

    def __init__(self, profile: Path, key: bytes) -> None:
        self._folder = profile / "uploads"
        self._key = key
        self._names: dict[str, str] = {}
        """Hash -> ``waiting`` or ``taken``."""
        if self._folder.exists():
            self._look()

    def _look(self) -> None:
        for path in self._folder.iterdir():
            found = _NAME.fullmatch(path.name)
            if found is not None:
                self._names[found[1]] = found[2]
            elif path.suffix == ".part":
                # The program ended while it was written; whoever wanted it has been told nothing yet.
                path.unlink(missing_ok=True)

    def keep(self, sha256: str, pieces: Iterable[bytes]) -> None:
        """Store bytes under their hash, on the disk when this returns."""
        if sha256 in self._names:
            return
        part = self._folder / f"{sha256}.part"
        writer = None
        try:
            make_private(self._folder)
            writer = SealedWriter(SealedFile(part, self._key, sha256))
            for piece in pieces:
                writer.write(piece)
            writer.close()
            part.touch(mode=0o600)  # nothing was written of an empty file
            crashpoint("desk.upload.written")
            part.replace(self._path(sha256, "waiting"))
            sync_folder(self._folder)
        except OSError as error:
            if writer is not None:
                writer.discard()
            part.unlink(missing_ok=True)
            reason = "store.full" if error.errno in _FULL else "store.unreadable"
            raise StoreUnusable(reason, part, error.strerror or "") from error
        self._names[sha256] = "waiting"

    def waiting(self) -> frozenset[str]:
        """Return the hashes of what the hub does not have yet."""
        return frozenset(name for name, state in tuple(self._names.items()) if state == "waiting")

    def has(self, sha256: str) -> bool:
        """Whether the bytes are here."""
        return sha256 in self._names

    def source(self, sha256: str) -> SealedFile:
        """Return the bytes."""
        return SealedFile(self._path(sha256, self._names[sha256]), self._key, sha256)

    def taken(self, sha256: str, at: datetime) -> None:
        """Say that the hub has them."""
        if self._names.get(sha256) == "waiting":
            # Before it is renamed: what ends here is only looked at once more.
            os.utime(self._path(sha256, "waiting"), (at.timestamp(), at.timestamp()))
            crashpoint("desk.upload.taken")
            self._rename(sha256, "taken")

    def drop(self, sha256: str) -> None:
        """Forget them."""
        state = self._names.pop(sha256, None)
        if state is not None:
            self._path(sha256, state).unlink(missing_ok=True)

    def offer_again(self) -> int:
        """Let everything wait again that is still here."""
        for sha256, state in tuple(self._names.items()):
            if state == "taken":
                self._rename(sha256, "waiting")
        return len(self._names)

    def prune(self, before: datetime, most_bytes: int) -> None:
        """Forget what was taken before that moment, and the oldest beyond ``most_bytes``."""
        found = []
        for sha256, state in tuple(self._names.items()):
            if state == "taken":
                status = self._path(sha256, state).stat()
                found.append((status.st_mtime, status.st_size, sha256))
        oldest, total = before.timestamp(), 0
        for taken_at, size, sha256 in sorted(found, reverse=True):
            total += size
            if taken_at < oldest or total > most_bytes:
                self.drop(sha256)

    def _rename(self, sha256: str, state: str) -> None:
        try:
            self._path(sha256, self._names[sha256]).replace(self._path(sha256, state))
        except FileNotFoundError:
            _log.warning("a file that was on its way has gone from the disk: %s", sha256)
            del self._names[sha256]
            return
        self._names[sha256] = state

    def _path(self, sha256: str, state: str) -> Path:
        return self._folder / f"{sha256}.{state}"
