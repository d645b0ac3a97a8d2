"""Bytes on their way to the hub: attachments, and acts too large to travel among the others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol


class BlobSource(Protocol):
    """Bytes that can be read from anywhere, so that an upload goes on where it was broken off."""

    def size(self) -> int:
        """Return how many bytes there are."""
        ...

    def read(self, start: int, length: int) -> bytes:
        """Return at most ``length`` bytes from ``start`` on.

        Raises:
            OSError, keys.CannotOpen: they are gone or were changed.
        """
        ...


class UploadSpool(Protocol):
    """Files kept sealed on this computer until the hub has them whole, and some weeks longer.

    Longer, because a hub that was restored from a backup may have lost them again. All of it blocks and
    runs on the lane ``files``; ``waiting`` and ``has`` only look into memory, ``source`` is read on ``net``.
    """

    def keep(self, sha256: str, pieces: Iterable[bytes]) -> None:
        """Store bytes under their hash and bring them to the disk; known ones are not stored again.

        Raises:
            StoreUnusable: ``store.full``, ``store.unreadable``.
        """
        ...

    def waiting(self) -> frozenset[str]:
        """Return the hashes of what the hub does not have yet."""
        ...

    def has(self, sha256: str) -> bool:
        """Whether the bytes are here."""
        ...

    def source(self, sha256: str) -> BlobSource:
        """Return the bytes."""
        ...

    def taken(self, sha256: str, at: datetime) -> None:
        """Say that the hub has them since ``at``."""
        ...

    def drop(self, sha256: str) -> None:
        """Forget them."""
        ...

    def offer_again(self) -> int:
        """Let everything wait again that is still here; returns how many."""
        ...

    def prune(self, before: datetime, most_bytes: int) -> None:
        """Forget what the hub took before that moment, and the oldest beyond ``most_bytes``."""
        ...
