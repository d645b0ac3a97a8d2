"""Files of the room: attached to the reply, taken off again, fetched to be looked at or kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal

from workstation.casework.message import AttachmentMeta
from workstation.services.views import CaseFile
from workstation.ui.case_desk.writing import Writing
from workstation.ui.shared.words import translate


class Attaching(Writing):
    """Files go to the draft of the case they were chosen for, also when that one was left meanwhile."""

    file_ready = Signal(object)
    """A fetched attachment (FetchedFile) to open."""
    save_wanted = Signal(object, object)
    """A fetched attachment and the place to copy it to."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._elsewhere = asyncio.Lock()
        self._all_arrived = asyncio.Event()
        self._all_arrived.set()
        self._late: list[tuple[str, AttachmentMeta]] = []
        """Files that joined the draft of a case while that case was being read."""

    def attach(self, paths: tuple[Path, ...]) -> None:
        """Attach files to the reply."""
        file = self.shown_file
        if file is not None:
            self._start(self._attach(file, paths), "attachment.put")

    async def _attach(self, file: CaseFile, paths: tuple[Path, ...]) -> None:
        self._uploads += 1
        self._all_arrived.clear()
        try:
            for path in paths:
                meta = await self._services.attachments.put(path)
                await self._join(file.case.case_id, meta)
        finally:
            self._uploads -= 1
            if not self._uploads:
                self._all_arrived.set()

    async def files_arrived(self) -> None:
        """Return once no file is on its way to a reply."""
        await self._all_arrived.wait()

    async def _join(self, case_id: str, meta: AttachmentMeta) -> None:
        """Put a file to the reply it was chosen for, wherever that one lies by now."""
        if self._is_shown(case_id):
            await self._attach_here(meta)
            return
        async with self._elsewhere:
            await self._attach_elsewhere(case_id, meta)
        if self._is_shown(case_id):  # gone back meanwhile: the words in the composer are the newer ones
            await self._attach_here(meta)
        elif case_id == self.case_id:  # being read: perhaps as it was before the file joined it
            self._late.append((case_id, meta))

    def _is_shown(self, case_id: str) -> bool:
        file = self.shown_file
        return file is not None and file.case.case_id == case_id

    async def _attach_here(self, meta: AttachmentMeta) -> None:
        if self.file is None:
            return
        draft = self._draft_now(self.file)
        if meta not in draft.attachments:
            draft = replace(draft, attachments=(*draft.attachments, meta))
        self._draft = draft
        self.composer_changed.emit()
        await self._services.replies.save_draft(draft)

    async def _attach_elsewhere(self, case_id: str, meta: AttachmentMeta) -> None:
        """The case was left while the file was on its way: it joins the draft that lies on the disk."""
        kept = (await self._services.case_desk.open(case_id)).draft
        draft = kept or await self._services.replies.empty_draft(case_id)
        await self._services.replies.save_draft(replace(draft, attachments=(*draft.attachments, meta)))

    def _take_drafts(self, file: CaseFile) -> None:
        super()._take_drafts(file)
        late, self._late = self._late, []
        for case_id, meta in late:
            if case_id == file.case.case_id:
                self._start(self._join(case_id, meta), "attachment.put")

    def detach(self, sha256: str) -> None:
        """Take a file off the reply."""
        if self._draft is not None:
            kept = tuple(meta for meta in self._draft.attachments if meta.sha256 != sha256)
            self._draft = replace(self._draft, attachments=kept)
            self._start(self._services.replies.save_draft(self._draft), "draft.save")
            self.composer_changed.emit()

    def open_attachment(self, meta: AttachmentMeta) -> None:
        """Fetch an attachment and hand it to the window for opening."""
        self._start(self._fetch(meta, None), "attachment.open")

    def save_attachment(self, meta: AttachmentMeta, place: Path) -> None:
        """Fetch an attachment and copy it to ``place``."""
        self._start(self._fetch(meta, place), "attachment.save")

    def load_pictures(self, urls: tuple[str, ...], show: Callable[[dict[str, bytes]], None]) -> None:
        """Fetch the remote pictures of a mail: the person has asked for them."""

        async def load() -> None:
            found = await self._services.pictures.fetch(urls)
            if not found:
                self.toast.emit(translate("CaseDesk", "Die Bilder ließen sich nicht laden"))
            show(found)

        self._start(load(), "pictures.load")

    async def _fetch(self, meta: AttachmentMeta, place: Path | None) -> None:
        fetched = await self._services.attachments.fetch(meta)
        if place is None:
            self.file_ready.emit(fetched)
        else:
            self.save_wanted.emit(fetched, place)
