"""A large file that grows by blocks, each sealed alone: read from anywhere, gone on with after a kill."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from pathlib import Path

from workstation.system import keys

BLOCK = 256 * 1024
"""Plain bytes of a block; all blocks but the last are full."""
_OVERHEAD = 28
"""Nonce and tag of a sealed block."""


class SealedFile:
    """Bytes on the disk under ``key`` (32 bytes), or plain when ``key`` is None; mode 0600.

    Each block is bound to ``name`` and its place, so that blocks cannot be exchanged or moved.
    """

    def __init__(self, path: Path, key: bytes | None, name: str = "") -> None:
        self.path = path
        self._key = key
        self._name = name
        self._stored = BLOCK + (_OVERHEAD if key is not None else 0)

    def size(self) -> int:
        """Return how many plain bytes are there, 0 when there is no file."""
        try:
            stored = self.path.stat().st_size
        except FileNotFoundError:
            return 0
        full, rest = divmod(stored, self._stored)
        return full * BLOCK + max(0, rest - (self._stored - BLOCK))

    def cut_to_blocks(self) -> int:
        """Drop what follows the last full block (a kill may have torn it); returns the size left."""
        if not self.path.exists():
            return 0
        full = self.path.stat().st_size // self._stored
        os.truncate(self.path, full * self._stored)
        return full * BLOCK

    def append(self, content: bytes) -> None:
        """Add ``content`` and bring it to the disk; only the last append may end inside a block.

        Raises:
            ValueError: the file ends inside a block. OSError: the disk is full or fails.
        """
        size = self.size()
        if size % BLOCK:
            raise ValueError("nothing follows a block that is not full")
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            for start in range(0, len(content), BLOCK):
                file.write(self._sealed((size + start) // BLOCK, content[start : start + BLOCK]))
            file.flush()
            os.fsync(file.fileno())

    def read(self, start: int, length: int) -> bytes:
        """Return at most ``length`` plain bytes from ``start`` on.

        Raises:
            keys.CannotOpen: another key, or the file was changed. OSError
        """
        found: list[bytes] = []
        with self.path.open("rb") as file:
            place, skip = divmod(start, BLOCK)
            while length > 0:
                file.seek(place * self._stored)
                block = self._opened(place, file.read(self._stored))[skip : skip + length]
                if not block:
                    break
                found.append(block)
                length -= len(block)
                place, skip = place + 1, 0
        return b"".join(found)

    def blocks(self) -> Iterator[bytes]:
        """Yield the plain bytes block by block."""
        with self.path.open("rb") as file:
            place = 0
            while stored := file.read(self._stored):
                yield self._opened(place, stored)
                place += 1

    def reader(self) -> io.BufferedReader:
        """Return the plain bytes as a file to be read from the beginning."""
        return io.BufferedReader(_Reader(self.blocks()))

    def delete(self) -> None:
        """Remove the file if it is there."""
        self.path.unlink(missing_ok=True)

    def _sealed(self, place: int, plain: bytes) -> bytes:
        return plain if self._key is None else keys.seal(self._key, plain, self._context(place))

    def _opened(self, place: int, stored: bytes) -> bytes:
        if self._key is None or not stored:
            return stored
        return keys.unseal(self._key, stored, self._context(place))

    def _context(self, place: int) -> bytes:
        return f"{self._name}\n{place}".encode()


class SealedWriter(io.RawIOBase):
    """A file to be written from beginning to end; what was not closed is not whole."""

    def __init__(self, file: SealedFile) -> None:
        super().__init__()
        file.delete()
        self._file = file
        self._waiting = bytearray()

    def writable(self) -> bool:
        """Whether it can be written: yes."""
        return True

    def write(self, content: object) -> int:
        """Add bytes."""
        if self.closed:
            raise ValueError("the file is closed")
        given = bytes(content)  # type: ignore[call-overload]
        self._waiting += given
        whole = len(self._waiting) // BLOCK * BLOCK
        if whole:
            self._file.append(bytes(self._waiting[:whole]))
            del self._waiting[:whole]
        return len(given)

    def close(self) -> None:
        """Write the last block."""
        if not self.closed and self._waiting:
            self._file.append(bytes(self._waiting))
            self._waiting.clear()
        super().close()

    def discard(self) -> None:
        """Write nothing more; what is there already stays."""
        super().close()
        self._waiting.clear()


class _Reader(io.RawIOBase):
    def __init__(self, blocks: Iterator[bytes]) -> None:
        super().__init__()
        self._blocks = blocks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, target: object) -> int:
        while not self._rest:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._rest = block
        view = memoryview(target)  # type: ignore[arg-type]
        count = min(len(view), len(self._rest))
        view[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
