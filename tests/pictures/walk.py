"""One window in one language walks through states; each is pictured in light and dark."""

from __future__ import annotations

import asyncio
import os
import traceback
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from workstation.demo.loading import Loaded
from workstation.services.views import CaseFile, InboxFilter
from workstation.ui.shell.desk_window import DeskWindow
from workstation.window import Running

FULL, NARROW, SMALL = QSize(1440, 900), QSize(1100, 800), QSize(860, 700)
_FIRST_LOAD_S = 120
Shot = Callable[[], Awaitable[None]]


class Walk:
    """Walks through the states; a state that does not come about is named and fails the run."""

    def __init__(self, loaded: Loaded, folder: Path, language: str, only: str) -> None:
        self.loaded, self.folder, self.language, self.only = loaded, folder, language, only
        self.failed: list[str] = []
        self.running: Running | None = None

    def attach(self, running: Running) -> None:
        """Begin once the loop runs."""
        self.running = running
        running.when_looping.append(lambda: setattr(self, "task", asyncio.ensure_future(self._walk())))

    @property
    def rooms(self) -> DeskWindow:
        assert self.running is not None and self.running.desk_window is not None
        return self.running.desk_window

    async def _until(self, holds: Callable[[], Any], what: str, within: float = 40) -> Any:
        for _try in range(int(within / 0.05)):
            found = holds()
            if found:
                return found
            await asyncio.sleep(0.05)
        raise TimeoutError(what)

    async def _walk(self) -> None:
        try:
            await self._until(lambda: self.running and self.running.desk_window, "window")
            desk = self.rooms.desk
            await self._until(lambda: desk.sync.state == "online", "online", _FIRST_LOAD_S)
            await self._until(lambda: desk.sync.connection.last_sync_at, "first load", _FIRST_LOAD_S)
            await self._until(lambda: desk.sync.connection.is_caught_up, "all of it", _FIRST_LOAD_S)
            await self._until(lambda: self.rooms.queue_model.model.rows(), "rows", _FIRST_LOAD_S)
            await asyncio.sleep(1.0)
            for name in [name for name in dir(self) if name.startswith("state_")]:
                await self._state(name)
        except Exception:
            traceback.print_exc()
            self.failed.append("walk")
        finally:
            assert self.running is not None
            self.running.window.close()

    async def _state(self, name: str) -> None:
        words = name.removeprefix("state_").split("_", 1)[1].replace("_", "-")
        if self.only and self.only not in words:
            return
        try:
            await getattr(self, name)(words)
        except Exception:
            traceback.print_exc()
            self.failed.append(words)

    async def picture(
        self, words: str, schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    ) -> None:
        """Picture the window (and a sheet over it) in both schemes."""
        assert self.running is not None
        for scheme in schemes:
            self.running.theme.apply(choice=scheme)
            await asyncio.sleep(0.15)
            window = self.running.window
            shot = window.grab()
            sheet = QApplication.activeModalWidget()
            if sheet is not None and sheet is not window:
                from PySide6.QtGui import QPainter

                painter = QPainter(shot)
                painter.drawPixmap((window.width() - sheet.width()) // 2, 90, sheet.grab())
                painter.end()
            place = self.folder / f"{words}-{scheme}-{self.language}.png"
            if not shot.save(str(place)):
                raise OSError(f"{place} was not written")
        self.running.theme.apply(choice="light")

    async def open(self, words: str, *, is_subject: bool = True) -> CaseFile:
        """Open the case whose subject holds ``words``."""
        page = await self.rooms.desk.inbox.page(InboxFilter(), None, 500)
        row = next(item for item in page.rows if words in item.subject)
        self.rooms.open_case(row.case_id)
        model = self.rooms.case_model
        await self._until(lambda: model.file is not None and model.file.case.case_id == row.case_id, words)
        await asyncio.sleep(0.5)
        assert model.file is not None
        return model.file

    async def open_offering(self, wanted: Callable[[CaseFile], bool]) -> CaseFile:
        """Open the first case in the queue whose file fits."""
        page = await self.rooms.desk.inbox.page(InboxFilter(), None, 500)
        for row in page.rows:
            file = await self.rooms.desk.case_desk.open(row.case_id)
            if wanted(file):
                self.rooms.open_case(row.case_id)
                await self._until(partial(self._is_shown, row.case_id), "case")
                await asyncio.sleep(0.5)
                return file
        raise LookupError("no case of the firm fits this state")

    def _is_shown(self, case_id: str) -> bool:
        file = self.rooms.case_model.file
        return file is not None and file.case.case_id == case_id

    def show_file(self, file: CaseFile) -> None:
        """Show a file as if the hub had said so."""
        model = self.rooms.case_model
        model.file = file
        model.file_changed.emit(False)
        model.composer_changed.emit()

    async def sheet(self, words: str, opener: Callable[[], None]) -> None:
        """Open a sheet, picture it, close it."""
        opener()
        await self._until(QApplication.activeModalWidget, words)
        await self.picture(words)
        sheet = QApplication.activeModalWidget()
        if sheet is not None:
            sheet.close()
        await asyncio.sleep(0.1)
