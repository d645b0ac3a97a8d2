"""Starts the window: paint first, open the stores on a lane, bind the rooms; ends when the work is safe."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from workstation.system.collecting import collect_as_usual, collect_rarely, forget_start
from workstation.system.paths import data_home
from workstation.ui.shared.formats import Formats, Language
from workstation.ui.shared.preferences import PreferencesFile
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import Words
from workstation.ui.shell.first_paint import FirstPaint
from workstation.ui.shell.view import MainWindow

if TYPE_CHECKING:
    import asyncio

    from workstation.app import Desk
    from workstation.ports.queue_values import QueueItem
    from workstation.ui.shell.desk_window import DeskWindow

_log = logging.getLogger(__name__)
_LOOP = ("socket", "ssl", "subprocess", "concurrent.futures", "asyncio", "qasync", "workstation.async_bridge")
KEY_FOLDER = "keys"
"""Where a profile without a keyring keeps its keys."""


@dataclass(frozen=True, slots=True)
class StartOptions:
    """How to start. ``picture``: save a picture once the first cases are shown, then quit."""

    profile: Path
    may_use_key_files: bool = False
    hub_url: str = ""
    hub_folder: Path | None = None
    ca_file: str = ""
    login: str = ""
    password: str = ""
    """Demo only: signs in by itself."""
    picture: Path | None = None
    language: str = ""


class Running:
    """The parts of a running window, for those who drive it (demo, stories, pictures)."""

    def __init__(self, app: QApplication, options: StartOptions) -> None:
        self.app = app
        self.options = options
        self.preferences = PreferencesFile(options.profile / "preferences.json")
        self.words = Words(app)
        language = _language(options.language or self.preferences.current.language)
        self.words.use(language)
        self.formats = Formats(language)
        self.theme = self._make_theme()
        self.window = MainWindow(self.theme)
        self.first = FirstPaint(self.window, self.formats)
        self.desk: Desk | None = None
        self.desk_window: DeskWindow | None = None
        self.is_ready: asyncio.Event | None = None
        self.when_looping: list[Callable[[], None]] = []
        """Called once the event loop runs; timers of Qt fire earlier, while it is being loaded."""
        self._done: asyncio.Event | None = None
        self._is_leaving = False
        self.window.closing.connect(self._on_early_close)

    def _make_theme(self) -> Theme:
        theme, current = Theme(self.app, data_home() / "cache"), self.preferences.current
        theme.apply(
            choice=current.scheme,
            scale=current.text_scale,
            density=current.density,
            is_motion_reduced=current.is_motion_reduced,
        )
        return theme

    def paint(self) -> None:
        """Show the window; with the cases of the last time if the key is at hand, else with their shape."""
        rows = rows_at_hand(self.options.profile)
        self.first.show(rows)
        self.window.show()

    async def live(self) -> int:
        """Open the stores, bind the rooms, run until the window has been closed."""
        import asyncio  # after the first paint: it costs as much as a quarter of a bare window

        self.is_ready, self._done = asyncio.Event(), asyncio.Event()
        for begin in self.when_looping:
            begin()
        if self._is_leaving:
            return 0
        try:
            desk = await self._open(may_use_key_files=self.options.may_use_key_files)
            if desk is None:
                return 1
            try:
                await self._bind(desk)
                await self._done.wait()
            finally:
                await desk.close()
        finally:
            self.window.allow_close()
        return 0

    def _on_early_close(self) -> None:
        if self.desk_window is None:
            self._is_leaving = True
            self._finish()
            self.window.allow_close()

    def _finish(self) -> None:
        if self._done is not None:
            self._done.set()

    async def _open(self, *, may_use_key_files: bool) -> Desk | None:
        from workstation.ports import StoreUnusable
        from workstation.system.workers import LaneWorkers

        lanes = LaneWorkers({"open": 1})
        options = self.options

        def build() -> Desk:
            # The larger libraries are loaded here, beside the painted window.
            from workstation.app import build_desk

            desk = build_desk(
                options.profile,
                may_use_key_files=may_use_key_files,
                hub_folder=options.hub_folder,
                ca_file=options.ca_file,
            )
            desk.texts.load()
            return desk

        try:
            while True:
                try:
                    return await lanes.run("open", build)
                except StoreUnusable as error:
                    from workstation.ui.shell.store_problem import StoreProblem

                    _log.warning("the profile cannot be opened: %s", error)
                    problem = StoreProblem(self.window, self.words.language, self.formats)
                    answer = await problem.ask(error.reason, str(error.path))
                    if answer == "quit" or (self._done is not None and self._done.is_set()):
                        return None
                    may_use_key_files = may_use_key_files or answer == "key_file"
        finally:
            lanes.close()

    async def _bind(self, desk: Desk) -> None:
        from workstation.ui.shell.turns import import_in_turns

        self.desk = desk
        desk.tasks.on_error = self._on_error
        await desk.start()
        await self._enter(desk)
        await import_in_turns()
        rooms = self._make_rooms(desk)
        await rooms.build()
        if self._is_leaving:
            return
        self._enter_rooms(rooms)
        await rooms.ask_for_held()
        collect_as_usual()
        if self.is_ready is not None:
            self.is_ready.set()
        if self.options.picture is not None:
            desk.tasks.start(self._take_picture(self.options.picture), name="picture", owner=self)

    def _make_rooms(self, desk: Desk) -> DeskWindow:
        from workstation.ui.shell.desk_window import DeskWindow

        return DeskWindow(
            self.window,
            desk,
            self.words,
            self.preferences,
            self.formats,
            self.first,
            start_demo=self._start_demo,
            set_autostart=self._set_autostart,
            speak=lambda: desk.tasks.start(self._speak(), name="window.language", owner=self),
        )

    def _enter_rooms(self, rooms: DeskWindow) -> None:
        self.desk_window = rooms
        rooms.finished.connect(self._finish)
        rooms.start()

    async def _speak(self) -> None:
        """Change to the language chosen: the same desk gets another window, nothing else ends or begins.

        Words stand in every widget and in what the rooms have made ready, so all of them are made anew;
        what was being written, what is held and the case shown are there again.
        """
        old, desk = self.desk_window, self.desk
        if old is None or desk is None:
            return
        await old.case_model.files_arrived()  # they go to the reply the old window shows
        language = _language(self.preferences.current.language)
        if self.desk_window is not old or language == self.words.language:
            return
        self.desk_window = None  # closed meanwhile, the program ends as it does while it loads
        old.case.composer.flush()
        old.window.setEnabled(False)
        before = self.words.language, self.formats, self.theme, self.window, self.first
        try:
            rooms = await self._build_anew(desk, old.window, language)
        except BaseException:
            if self.window is not old.window:
                self.theme.changed.disconnect()
                self.window.deleteLater()
            spoken, self.formats, self.theme, self.window, self.first = before
            self.words.use(spoken)
            self.desk_window = old
            old.window.setEnabled(True)
            raise
        if self._is_leaving:
            return
        rooms.case_model.first_mode = old.case_model.mode
        case_id = old.leave()
        self._enter_rooms(rooms)
        if case_id:
            rooms.open_case(case_id)
        self.window.show()
        self.window.activateWindow()
        old.retire()
        await rooms.holding.say_again(case_id)

    async def _build_anew(self, desk: Desk, old: MainWindow, language: Language) -> DeskWindow:
        """Make the window and its rooms in another language, as large as the old one and where it is."""
        self.words.use(language)
        self.formats = Formats(language)
        self.theme = self._make_theme()
        self.window = MainWindow(self.theme)
        self.window.restore_geometry_text(old.geometry_text())
        if not (old.isMaximized() or old.isFullScreen()):
            self.window.resize(old.size())
        self.window.closing.connect(self._on_early_close)
        self.first = FirstPaint(self.window, self.formats)
        rooms = self._make_rooms(desk)
        await rooms.build()
        return rooms

    async def _enter(self, desk: Desk) -> None:
        from workstation.casework.errors import RuleViolation
        from workstation.ports import HubUnavailable

        options = self.options
        if desk.session.view.state == "signed_in" or not options.login:
            return
        try:
            if options.hub_url:
                await desk.session.connect(options.hub_url)
            else:
                await desk.session.start_embedded()
            if desk.session.view.device_state == "approved":
                await desk.session.sign_in(options.login, options.password)
        except (HubUnavailable, RuleViolation) as error:
            # The sheets over the window show where it stands and ask again.
            _log.warning("nobody could be signed in at the start: %s", error)

    async def _take_picture(self, place: Path) -> None:
        import asyncio

        for _try in range(100):
            await asyncio.sleep(0.1)
            if self.desk_window is not None and self.desk_window.queue.current_case_id():
                break
        self.window.grab().save(str(place))
        self.window.close()

    def _on_error(self, name: str, error: BaseException) -> None:
        """A bug of ours: logged with the task's name, shown, never swallowed."""
        _log.error("the task %s failed", name, exc_info=error)
        if self.desk_window is not None:
            self.desk_window.report_bug(name, error)

    def _start_demo(self) -> None:
        from PySide6.QtCore import QProcess  # each class of Qt is made when it is first named

        program, arguments = own_command("demo")
        QProcess.startDetached(program, arguments)
        self.window.close()

    def _set_autostart(self, is_on: bool) -> None:
        from workstation.system.autostart import set_autostart

        program, arguments = own_command("hub", "serve", "--embedded")
        folder = self.options.hub_folder or self.options.profile / "hub"
        set_autostart([program, *arguments, "--profile", str(folder)], is_on=is_on)


def own_command(*arguments: str) -> tuple[str, list[str]]:
    """Return program and arguments that start this program again, packaged or not."""
    if getattr(sys, "frozen", False):
        return sys.executable, list(arguments)
    return sys.executable, ["-m", "workstation", *arguments]


def rows_at_hand(profile: Path) -> tuple[QueueItem, ...]:
    """Return the first cases of the replica if its key lies in a file; a keyring is asked after the paint."""
    if not (profile / KEY_FOLDER).exists():
        return ()
    from workstation.storage.first_rows import first_rows
    from workstation.system.keys import FileSecrets
    from workstation.system.sqlite import StoreUnusable

    try:
        key = FileSecrets(profile / KEY_FOLDER).read("replica-key")
        return first_rows(profile / "replica.db", key) if key is not None else ()
    except (OSError, ValueError, StoreUnusable):
        return ()  # whatever is wrong with the file is said when it is opened in earnest


def _language(chosen: str) -> Language:
    if chosen in ("de", "en"):
        return "de" if chosen == "de" else "en"
    named = os.environ.get("LANGUAGE") or QLocale.system().name()
    return "de" if named.startswith("de") else "en"


def load_in_turns(app: QApplication) -> None:
    """Load the event loop a module a time, while the window takes its turns."""
    for name in _LOOP:
        import_module(name)
        app.processEvents()


def run_window(options: StartOptions, drive: Callable[[Running], None] | None = None) -> int:
    """Show the window and run it to its end; returns the exit code.

    ``drive`` is called once the window is painted, to act on it from outside; what it wants to await it
    begins by ``Running.when_looping``.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName("Workstation")
    app.setDesktopFileName("workstation")
    collect_rarely()
    try:
        running = Running(app, options)
        running.paint()
        app.processEvents()
        if drive is not None:
            drive(running)
        # After the first paint: the event loop takes as long to load as a third of a bare window.
        load_in_turns(app)
        from workstation.async_bridge import run_with_qt

        return run_with_qt(app, running.live)
    finally:
        forget_start()
