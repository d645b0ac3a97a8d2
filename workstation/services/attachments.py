"""Attachments: fetched from the hub when somebody opens them, kept for it before the reply that has them."""

from __future__ import annotations

import logging
import re
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from workstation.casework.errors import RuleViolation
from workstation.casework.message import AttachmentMeta
from workstation.ports import Workers
from workstation.services.file_names import safe_name
from workstation.services.link import HubLink
from workstation.services.uploads import Uploads
from workstation.services.views import FetchedFile
from workstation.system.paths import make_private

_log = logging.getLogger(__name__)
_HASH = re.compile(r"[0-9a-f]{64}")


class Attachments:
    """Files live in one private folder under their hash; names are for display and for saving only."""

    def __init__(
        self, folder: Path, workers: Workers, link: HubLink, uploads: Uploads, on_kept: Callable[[], None]
    ) -> None:
        self._folder = folder
        self._workers = workers
        self._link = link
        self._uploads = uploads
        self._on_kept = on_kept
        """Told to the sync loop: something may be brought up."""

    async def fetch(self, meta: AttachmentMeta) -> FetchedFile:
        """Return the file, downloaded if it is not here yet; one's own needs no hub.

        Raises:
            HubUnavailable: no answer. RuleViolation: ``blob.unknown``, ``attachment.malformed``.
            StoreUnusable: ``store.full``.
        """
        if not _HASH.fullmatch(meta.sha256):
            raise RuleViolation("attachment.malformed")
        target = self._folder / meta.sha256 / safe_name(meta.name)
        if target.exists():
            return FetchedFile(meta=meta, path=target)
        make_private(self._folder)
        make_private(target.parent)
        if not await self._uploads.copy_to(meta.sha256, target):
            await self._workers.run("net", lambda: self._link.hub.get_blob(meta.sha256, target))
        await self._workers.run("files", lambda: _keep_unchanged(target))
        return FetchedFile(meta=meta, path=target)

    async def forget(self) -> None:
        """Delete what was fetched to be looked at: it lies here unlocked, and the hub has it still.

        A file another program holds on to stays until the next time.
        """

        def delete() -> None:
            shutil.rmtree(self._folder, ignore_errors=True)
            if self._folder.exists():
                _log.info("an attachment is still open in another program and stays until the next start")

        await self._workers.run("files", delete)

    async def put(self, path: Path) -> AttachmentMeta:
        """Keep a copy of a file and return what a reply says of it; it goes to the hub by itself.

        Raises:
            RuleViolation: ``attachment.unreadable``, ``attachment.too_large``. StoreUnusable: ``store.full``.
        """
        meta = await self._uploads.keep_file(path)
        self._on_kept()
        return meta


def _keep_unchanged(target: Path) -> None:
    """Let no program write into a file that is deleted soon: it asks for another place to save to.

    Not on Windows, where such a file could be neither replaced nor deleted.
    """
    if sys.platform != "win32":
        with suppress(FileNotFoundError):  # forgotten meanwhile
            target.chmod(0o400)
