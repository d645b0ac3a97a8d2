"""Online search and older cases: what lies at the hub but not on the desk; blobs on their way up."""

from __future__ import annotations

import msgspec


class FoundRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One entity as it is now: ``body`` is its JSON."""

    entity: str
    id: str
    rev: int
    body: msgspec.Raw


class SearchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of ``GET /v1/search`` (cases and customers) and ``GET /v1/cases/<id>`` (all of a case)."""

    rows: tuple[FoundRow, ...]


class UploadAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Answer of ``PUT /v1/blobs/<sha256>``: how many bytes are there, and whether that is all."""

    sha256: str
    received: int
    is_complete: bool
