"""The second copy of the outbox: sealed, checksummed lines in a plain file, should the first one break."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from workstation.system import keys
from workstation.system.crashpoint import crashpoint
from workstation.system.paths import write_private


class Journal:
    """Appends lines ``counter length base64 crc32``; the text is sealed under a key made from the outbox key.

    The counter is bound to the line, so that lines cannot be exchanged or left out unnoticed.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self._key = keys.derive(key, "outbox.journal")
        self._counter = sum(1 for _ in self._lines()) if path.exists() else 0

    def write(self, record: dict[str, Any]) -> None:
        """Append one record and bring it to the disk."""
        line = self._line(self._counter, record)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if self._ends_torn():
                os.write(descriptor, b"\n")
            crashpoint("desk.journal.before")
            os.write(descriptor, line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._counter += 1
        crashpoint("desk.journal.written")

    def read(self) -> tuple[list[dict[str, Any]], int]:
        """Return the records that are whole, in order, and how many lines were not."""
        records: list[dict[str, Any]] = []
        broken = 0
        for line in self._lines():
            record = self._opened(line)
            if record is None:
                broken += 1
            else:
                records.append(record)
        return records, broken

    def keep(self, records: Sequence[dict[str, Any]]) -> None:
        """Begin a new file with ``records`` only, in one move; the caller has made sure they are enough."""
        lines = [self._line(number, record) for number, record in enumerate(records)]
        write_private(self.path, b"".join(lines))
        self._counter = len(lines)

    @property
    def lines(self) -> int:
        """How many lines the file has."""
        return self._counter

    def _line(self, counter: int, record: dict[str, Any]) -> bytes:
        sealed = keys.b64(keys.seal(self._key, msgspec.json.encode(record), str(counter).encode()))
        head = f"{counter} {len(sealed)} {sealed}"
        return f"{head} {zlib.crc32(head.encode()):08x}\n".encode()

    def rotate(self) -> None:
        """Begin a new file; the caller has made sure that nothing in the old one is needed."""
        self.path.unlink(missing_ok=True)
        self._counter = 0

    def _ends_torn(self) -> bool:
        if not self.path.exists() or self.path.stat().st_size == 0:
            return False
        with self.path.open("rb") as file:
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"

    def _lines(self) -> Iterator[str]:
        if not self.path.exists():
            return
        with self.path.open("r", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.strip():
                    yield line.rstrip("\n")

    def _opened(self, line: str) -> dict[str, Any] | None:
        head, _, crc = line.rpartition(" ")
        parts = head.split(" ")
        if len(parts) != 3 or f"{zlib.crc32(head.encode('ascii', 'replace')):08x}" != crc:
            return None
        counter, length, sealed = parts
        if not length.isdigit() or int(length) != len(sealed):
            return None
        try:
            plain = keys.unseal(self._key, keys.unb64(sealed), counter.encode())
            record: dict[str, Any] = msgspec.json.decode(plain)
        except (keys.CannotOpen, ValueError):
            return None
        return record
