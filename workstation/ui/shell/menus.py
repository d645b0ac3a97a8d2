"""The menus of the window, the settings, and signing out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QMenu

from workstation.casework.errors import RuleViolation
from workstation.ui.settings.view import SettingsSheet
from workstation.ui.shared.tokens import SCALES
from workstation.ui.shared.words import translate
from workstation.ui.shell.leaving import LeavingFlow
from workstation.ui.shell.shortcut_sheet import ShortcutSheet

if TYPE_CHECKING:
    from workstation.ui.shell.desk_window import DeskWindow


class Menus:
    """What «Mehr», the person's picture and the settings offer."""

    def __init__(self, rooms: DeskWindow) -> None:
        self._rooms = rooms
        self._settings: SettingsSheet | None = None
        self.leaving = LeavingFlow(rooms)

    def open_more(self) -> None:
        """Open «Mehr» at the foot of the rail."""
        menu = QMenu(self._rooms.window)
        menu.setFont(self._rooms.window.theme.font("body"))
        icon = self._rooms.window.theme.icon
        entries: list[tuple[str, str, Callable[[], None]]] = [
            ("mail", translate("Shell", "Neue E-Mail"), self._rooms.sheets.new_mail),
            ("phone", translate("Shell", "Anruf festhalten"), self._rooms.sheets.log_call),
            ("inbox", translate("Shell", "Ausgang"), self._rooms.open_outbox),
            ("settings", translate("Shell", "Einstellungen"), self.open_settings),
            ("keyboard", translate("Shell", "Tastenkürzel"), self.open_shortcuts),
        ]
        for name, word, act in entries:
            menu.addAction(icon(name), word).triggered.connect(lambda _checked=False, run=act: run())
        menu.addSeparator()
        if self._rooms.desk.session.view.is_embedded:
            menu.addAction(
                icon("server"), translate("Shell", "Hub auf diesem Computer beenden")
            ).triggered.connect(
                lambda _checked=False: self._rooms.act(self._rooms.desk.session.stop_embedded())
            )
        menu.addAction(icon("log-out"), translate("Shell", "Beenden")).triggered.connect(
            self._rooms.window.close
        )
        rail = self._rooms.window.rail.more
        menu.exec(rail.mapToGlobal(rail.rect().topRight()))
        menu.deleteLater()

    def open_person_menu(self) -> None:
        """Open the menu of the person signed in."""
        view = self._rooms.desk.session.view
        menu = QMenu(self._rooms.window)
        menu.setFont(self._rooms.window.theme.font("body"))
        who = menu.addAction(f"{view.person_name} · {view.login}")
        who.setEnabled(False)
        menu.addSeparator()
        menu.addAction(
            self._rooms.window.theme.icon("refresh-cw"), translate("Shell", "Daten neu laden")
        ).triggered.connect(
            lambda _checked=False: self._rooms.desk.tasks.start(self._reload(), name="reload", owner=self)
        )
        menu.addAction(
            self._rooms.window.theme.icon("log-out"), translate("Shell", "Abmelden")
        ).triggered.connect(
            lambda _checked=False: self._rooms.desk.tasks.start(self._sign_out(), name="sign_out", owner=self)
        )
        bar = self._rooms.window.top_bar
        place = bar.mapToGlobal(bar.rect().bottomRight())
        menu.exec(place - QPoint(menu.sizeHint().width() + 8, 0))
        menu.deleteLater()

    async def _reload(self) -> None:
        """Everything anew from the hub; refused while something waits that the hub does not know yet."""
        try:
            await self._rooms.desk.sync.reload()
        except RuleViolation as error:
            self._rooms.window.toasts.show_toast(
                self._rooms.errors.sentence(error.code, error.params), icon="triangle-alert"
            )
            self._rooms.open_outbox()
            return
        self._rooms.window.toasts.show_toast(
            translate("Shell", "Alles wird neu geladen. Was du geschrieben hast, bleibt."), icon="refresh-cw"
        )

    async def _sign_out(self) -> None:
        self._rooms.case.composer.flush()
        try:
            self._rooms.note_open_case()
            await self._rooms.desk.session.sign_out()
            self._rooms.close_case()
        except RuleViolation as error:
            if error.code == "session.unsettled":
                await self.leaving.ask()
                return
            self._rooms.window.toasts.show_toast(
                self._rooms.errors.sentence(error.code, error.params), icon="triangle-alert"
            )

    def open_settings(self) -> None:
        """Show the settings."""
        sheet = SettingsSheet(self._rooms.window.theme, self._rooms.preferences.current, self._rooms.window)
        self._settings = sheet
        sheet.changed.connect(self._on_setting)
        sheet.open()

    def open_shortcuts(self) -> None:
        """Show all keys."""
        ShortcutSheet(self._rooms.window.theme, self._rooms.window).open()

    def _on_setting(self, fields: dict[str, object]) -> None:
        try:
            current = self._rooms.preferences.change(**fields)
        except OSError:
            current = self._rooms.preferences.current
            self._rooms.window.toasts.show_toast(
                translate(
                    "Shell", "Die Einstellung gilt nur bis zum Beenden: sie ließ sich nicht speichern."
                ),
                icon="triangle-alert",
            )
        self._rooms.window.theme.apply(
            choice=current.scheme,
            scale=current.text_scale,
            density=current.density,
            is_motion_reduced=current.is_motion_reduced,
        )
        self._rooms.window.keymap.set_single_keys(current.has_single_keys)
        self.set_undo()
        if "language" in fields:
            if self._settings is not None:
                self._settings.accept()  # its words are those of the language that ends
            self._rooms.speak()

    def set_undo(self) -> None:
        """Take the undo time from the settings; a screen reader gets the longest."""
        chosen = self._rooms.preferences.current.undo_s
        if chosen is None and QAccessible.isActive():
            chosen = 30
        self._rooms.desk.decisions.own_undo_s = chosen

    def scale(self, by: int) -> None:
        """Make the text one size larger or smaller; 0 is the normal size."""
        scales = list(SCALES)
        now = scales.index(self._rooms.window.theme.scale)
        wanted = scales[max(0, min(len(scales) - 1, now + by))] if by else 1.0
        self._on_setting({"text_scale": wanted})
