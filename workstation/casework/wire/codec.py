"""Encoding of what crosses the wire: JSON by msgspec, with hashes over the exact bytes."""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

SCHEMA = 3
"""Version of entities and commands; a hub serves this and the two before it.

1: the first whole product. 2: all decisions, vouchers, stock, joined cases.
3: open invoices are credited before money is paid out.
"""

OLDEST = max(1, SCHEMA - 2)
"""The oldest schema that hubs still serve and desks still read."""

_encoder = msgspec.json.Encoder(order="deterministic")


def encode(value: Any) -> bytes:
    """Return ``value`` as deterministic JSON bytes (sorted keys), so that a hash of them is stable."""
    return _encoder.encode(value)


def decode(raw: bytes | str | msgspec.Raw, kind: type[T]) -> T:
    """Return ``raw`` as ``kind``; unknown fields are ignored.

    Raises:
        msgspec.DecodeError: not JSON. msgspec.ValidationError: JSON of another shape.
    """
    data = bytes(raw) if isinstance(raw, msgspec.Raw) else raw
    return msgspec.json.decode(data, type=kind)


def sha256_hex(raw: bytes) -> str:
    """Return the SHA-256 of ``raw`` in hex."""
    return hashlib.sha256(raw).hexdigest()
