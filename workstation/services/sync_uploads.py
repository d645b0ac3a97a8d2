"""The part of the sync loop that brings files up, and lets acts wait for the files they speak of."""

from __future__ import annotations

import asyncio

from workstation.casework.wire.commands import Envelope
from workstation.services.sync_batches import batches, groups_of
from workstation.services.uploads import Uploads


class UploadKeeping:
    """Mixed into the sync loop, whose parts it uses."""

    _uploads: Uploads | None
    _uploads_wanted: asyncio.Event
    _push_wanted: asyncio.Event

    async def _bring_up(self) -> None:
        if self._uploads is not None and await self._uploads.bring():
            self._push_wanted.set()

    async def _batches(self, ready: tuple[Envelope, ...]) -> tuple[tuple[Envelope, ...], ...]:
        """Spread what may leave over batches; what speaks of a file that is not up yet stays here."""
        if self._uploads is None:
            return batches(ready)
        slim, held_back = await self._uploads.parted(ready)
        if held_back:
            self._uploads_wanted.set()
        return batches(slim, held_back, groups_of(ready))

    def wake_uploads(self) -> None:
        """A file has been attached: bring it up, so that its answer need not wait."""
        self._uploads_wanted.set()

    @property
    def _is_uploading(self) -> bool:
        return self._uploads is not None and self._uploads.is_moving
