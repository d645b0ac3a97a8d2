"""The embedded hub: one process per profile, found by its endpoint file, handed its key on standard input."""

from __future__ import annotations

import os
import secrets
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import msgspec

from workstation.system.lock import ProcessLock
from workstation.system.paths import write_private

LOCK_NAME = "hub.lock"
ENDPOINT_NAME = "endpoint.json"
_LONGEST_KEY = 200


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where the embedded hub listens and how a desk on this PC proves that it belongs here."""

    port: int
    pid: int
    start_id: str
    public_key: str
    local_proof: str


@dataclass(frozen=True)
class Embedding:
    """The profile folder, held by this process until :meth:`end`."""

    folder: Path
    lock: ProcessLock
    local_proof: str
    start_id: str

    def announce(self, port: int, public_key: str) -> None:
        """Write the endpoint file (mode 0600)."""
        endpoint = Endpoint(
            port=port,
            pid=os.getpid(),
            start_id=self.start_id,
            public_key=public_key,
            local_proof=self.local_proof,
        )
        write_private(self.folder / ENDPOINT_NAME, msgspec.json.encode(endpoint))

    def end(self) -> None:
        """Take the endpoint file away and give the profile back."""
        (self.folder / ENDPOINT_NAME).unlink(missing_ok=True)
        self.lock.release()


def embed(folder: Path) -> Embedding:
    """Take the profile for this process.

    Raises:
        AlreadyRunning: another hub has it.
    """
    lock = ProcessLock(folder / LOCK_NAME).acquire()
    # What a hub that died has left would lead a desk to a port that is somebody else's by now.
    (folder / ENDPOINT_NAME).unlink(missing_ok=True)
    return Embedding(folder, lock, secrets.token_urlsafe(32), secrets.token_hex(16))


def key_from(stream: TextIO | None = None) -> str:
    """Return the first line of standard input: the database key in hex, or an empty text."""
    source = sys.stdin if stream is None else stream
    if source is None or source.closed:
        return ""
    return source.readline(_LONGEST_KEY).strip()
