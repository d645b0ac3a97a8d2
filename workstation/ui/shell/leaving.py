"""Signing out while acts wait, and bringing a copy of them back: asks where, says what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from workstation.casework.errors import RuleViolation
from workstation.casework.wire.commands import SendMessage
from workstation.ports import OutboxItem
from workstation.ports.act_copies import BroughtBack
from workstation.ui.outbox.view_leaving import LeavingSheet
from workstation.ui.shared.words import translate

if TYPE_CHECKING:
    from workstation.ui.shell.desk_window import DeskWindow


class LeavingFlow(QObject):
    """One for the window; the sheet is there while somebody is asked."""

    def __init__(self, rooms: DeskWindow) -> None:
        super().__init__(rooms)
        self._rooms = rooms
        self.sheet: LeavingSheet | None = None

    async def ask(self) -> None:
        """Show what waits and the ways that are open; where all has left meanwhile, just go."""
        items = await self._rooms.desk.outbox_view.mine()
        if not items:
            await self._leave()
            return
        acts, has_files = await self._acts(items), any(_has_files(item) for item in items)
        window = self._rooms.window
        sheet = LeavingSheet(window.theme, acts, window, has_files=has_files)
        self.sheet = sheet
        sheet.copy_wanted.connect(self._on_copy_wanted)
        sheet.send_wanted.connect(self._on_send_wanted)
        sheet.accepted.connect(lambda: self._start(self._leave(), "leave"))
        sheet.finished.connect(self._on_finished)
        sheet.open()

    async def _acts(self, items: Sequence[OutboxItem]) -> tuple[str, ...]:
        rooms = self._rooms
        subjects = await rooms.desk.outbox_view.subjects(items)
        lines = rooms.outbox_writer.lines(items, subjects, rooms.desk.clock.now(), is_online=False)
        return tuple(f"{line.title} ({line.sub})" for line in lines)

    def _on_finished(self) -> None:
        self.sheet = None

    def _on_send_wanted(self) -> None:
        if self.sheet is not None:
            self.sheet.reject()
        self._rooms.desk.sync.poke()
        self._rooms.open_outbox()

    def _on_copy_wanted(self) -> None:
        day = f"{self._rooms.desk.clock.now():%Y-%m-%d}"
        name = translate("Leaving", "Nicht gesendet {day}.json").format(day=day)
        chosen, _filter = QFileDialog.getSaveFileName(
            self.sheet, translate("Leaving", "Kopie sichern"), str(Path.home() / name), "JSON (*.json)"
        )
        if chosen:
            self._start(self.write(Path(chosen)), "copy")

    async def write(self, path: Path) -> None:
        """Write the copy and let the sheet say so."""
        about = (
            translate("Leaving", "Diese Vorgänge waren noch nicht beim Hub, als sich jemand abgemeldet hat."),
            translate("Leaving", "Zurückholen: anmelden, Ausgang öffnen, «Gesichertes zurückholen»."),
        )
        acts = await self._acts(await self._rooms.desk.outbox_view.mine())
        try:
            await self._rooms.desk.leaving.write_copy(path, about, acts)
        except RuleViolation as error:
            if self.sheet is not None:
                self.sheet.show_unwritten(self._rooms.errors.sentence(error.code, error.params))
            return
        if self.sheet is not None:
            self.sheet.show_written(str(path))

    async def _leave(self) -> None:
        try:
            await self._rooms.desk.leaving.sign_out()
            self._rooms.close_case()
        except RuleViolation as error:
            # Something was done after the copy: it is asked about again.
            self._say(self._rooms.errors.sentence(error.code, error.params), "triangle-alert")

    def choose(self) -> None:
        """Ask which copy is to be brought back."""
        chosen, _filter = QFileDialog.getOpenFileName(
            self._rooms.window,
            translate("Leaving", "Gesichertes zurückholen"),
            str(Path.home()),
            "JSON (*.json)",
        )
        if chosen:
            self._start(self.bring_back(Path(chosen)), "bring_back")

    async def bring_back(self, path: Path) -> None:
        """Take a copy in, say what became of it, and show what now waits for a word."""
        try:
            back = await self._rooms.desk.leaving.bring_back(path)
        except RuleViolation as error:
            self._say(self._rooms.errors.sentence(error.code, error.params), "triangle-alert")
            return
        self._say(_told(back), "undo-2")
        self._rooms.open_outbox()

    def _say(self, words: str, icon: str) -> None:
        self._rooms.window.toasts.show_toast(words, icon=icon)

    def _start(self, work: object, name: str) -> None:
        self._rooms.desk.tasks.start(work, name=f"leaving.{name}", owner=self)  # type: ignore[arg-type]


def _has_files(item: OutboxItem) -> bool:
    """Whether a copy can give this back in words only."""
    return isinstance(item.body, SendMessage) and bool(item.body.attachments)


def _told(back: BroughtBack) -> str:
    held, sent = len(back.held), len(back.taken) - len(back.held)
    words = translate("Leaving", "Nichts Neues: Alles aus der Kopie ist schon hier.")
    if held == 1:
        words = translate("Leaving", "1 Vorgang ist zurück und wartet auf dich.")
    elif held:
        words = translate("Leaving", "{count} Vorgänge sind zurück und warten auf dich.").format(count=held)
    if sent:
        more = translate("Leaving", "{count} waren schon unterwegs und gehen weiter.").format(count=sent)
        words = f"{words} {more}" if held else more
    if back.left:
        more = translate("Leaving", "{count} mit Anhang schreibst du bitte neu.").format(count=back.left)
        words = f"{words} {more}"
    return words
