"""A snapshot on its way to this desk: sealed on the disk, gone on with after any end of the program."""

from __future__ import annotations

import errno
import hashlib
import io
from pathlib import Path

import msgspec

from workstation.ports import StoreUnusable
from workstation.system.crashpoint import crashpoint
from workstation.system.paths import make_private, write_private
from workstation.system.sealed_file import SealedFile

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class _Note(msgspec.Struct, frozen=True):
    scope: str
    etag: str
    total: int


class SnapshotSpool:
    """Implements :class:`workstation.ports.copies.Spool` in the folder ``loading`` of a profile."""

    def __init__(self, profile: Path, key: bytes) -> None:
        self._folder = profile / "loading"
        self._key = key

    @property
    def _path(self) -> Path:
        return self._folder / "snapshot.part"

    @property
    def _note_path(self) -> Path:
        return self._folder / "snapshot.json"

    def state(self, scope: str) -> tuple[str, int, int]:
        """Return etag, total and received bytes of what is there of a scope."""
        note = self._note()
        if note is None or note.scope != scope:
            return "", 0, 0
        file = self._file(note.etag)
        received = file.size()
        if received != note.total:
            received = file.cut_to_blocks()
        return note.etag, note.total, received

    def begin(self, scope: str, etag: str, total: int) -> None:
        """Forget what was there and begin anew."""
        self.discard()
        try:
            make_private(self._folder)
            write_private(self._note_path, msgspec.json.encode(_Note(scope, etag, total)))
        except OSError as error:
            raise self._unusable(error) from error

    def append(self, content: bytes) -> None:
        """Add bytes; a full disk gets back what was taken of it."""
        note = self._note()
        assert note is not None, "a snapshot that has begun"
        try:
            self._file(note.etag).append(content)
        except OSError as error:
            self.discard()
            raise self._unusable(error) from error
        crashpoint("desk.snapshot.piece")

    def sha256(self) -> str:
        """Return the hash of what is there."""
        note = self._note()
        digest = hashlib.sha256()
        if note is not None:
            for block in self._file(note.etag).blocks():
                digest.update(block)
        return digest.hexdigest()

    def reader(self) -> io.BufferedReader:
        """Return what is there as a file."""
        note = self._note()
        assert note is not None, "a snapshot that has begun"
        return self._file(note.etag).reader()

    def discard(self) -> None:
        """Throw it away."""
        self._note_path.unlink(missing_ok=True)
        self._path.unlink(missing_ok=True)

    def _file(self, etag: str) -> SealedFile:
        return SealedFile(self._path, self._key, etag)

    def _note(self) -> _Note | None:
        try:
            return msgspec.json.decode(self._note_path.read_bytes(), type=_Note)
        except (OSError, msgspec.DecodeError):
            return None

    def _unusable(self, error: OSError) -> StoreUnusable:
        reason = "store.full" if error.errno in _FULL else "store.unreadable"
        return StoreUnusable(reason, self._path, error.strerror or "")
