"""What a copy of a scope adds up to: sums over ids and revisions that desk and hub compare."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

BUCKETS = 256
_MODULUS = 1 << 64


def bucket_of(entity_id: str) -> int:
    """Return the bucket of an entity; it depends on the id alone, so that a changed entity stays in it."""
    return hashlib.sha256(entity_id.encode()).digest()[0]


class Sums:
    """Counts entities and sums them into 256 buckets mod 2^64; their order does not matter."""

    def __init__(self) -> None:
        self.count = 0
        self.buckets = [0] * BUCKETS

    def add(self, entity_id: str, rev: int) -> None:
        """Count one entity."""
        value = int.from_bytes(hashlib.sha256(f"{entity_id},{rev}".encode()).digest()[:8], "big")
        bucket = bucket_of(entity_id)
        self.buckets[bucket] = (self.buckets[bucket] + value) % _MODULUS
        self.count += 1

    def add_all(self, rows: Iterable[tuple[str, int]]) -> None:
        """Count entities given as (id, rev)."""
        for entity_id, rev in rows:
            self.add(entity_id, rev)

    def digest(self) -> str:
        """Return one text (hex SHA-256) for count and all sums."""
        text = ",".join(map(str, (self.count, *self.buckets)))
        return hashlib.sha256(text.encode()).hexdigest()

    def differing(self, buckets: Iterable[int]) -> tuple[int, ...]:
        """Return the numbers of the buckets that differ from ``buckets`` (256 sums)."""
        pairs = zip(self.buckets, buckets, strict=True)
        return tuple(number for number, (mine, theirs) in enumerate(pairs) if mine != theirs)
