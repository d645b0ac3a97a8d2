"""Binds the desk to the window: view models, views, keys, changes; the one place that knows all rooms."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import QMenu

from workstation.casework.case import NoCaseReason
from workstation.casework.errors import RuleViolation
from workstation.services.views import Changes, Connection
from workstation.ui.case_desk.offers import OfferWriter
from workstation.ui.case_desk.view import CaseDeskView
from workstation.ui.case_desk.view_model import CaseDeskViewModel
from workstation.ui.customer_pane.view import CustomerPane
from workstation.ui.customer_pane.view_model import CustomerViewModel
from workstation.ui.customers.view import CustomersView
from workstation.ui.customers.view_model import CustomersViewModel
from workstation.ui.inbox.view_model import Scope
from workstation.ui.outbox.view import OutboxPopover
from workstation.ui.outbox.view_model import OutboxWriter
from workstation.ui.palette.view import Palette
from workstation.ui.palette.view_model import PaletteRow, PaletteViewModel
from workstation.ui.settings.view import SettingsSheet
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.keymap import native_keys
from workstation.ui.shared.preferences import PreferencesFile
from workstation.ui.shared.tokens import SCALES
from workstation.ui.shared.words import Words, translate
from workstation.ui.shell.bug_sheet import BugSheet
from workstation.ui.shell.covers import Covers
from workstation.ui.shell.first_paint import FirstPaint
from workstation.ui.shell.line_words import line_shown
from workstation.ui.shell.sheets import Sheets
from workstation.ui.shell.shortcut_sheet import ShortcutSheet
from workstation.ui.shell.sources import HistorySource, InboxSource
from workstation.ui.shell.view import MainWindow
from workstation.ui.sign_in.view import SignInView

if TYPE_CHECKING:
    from workstation.app import Desk

_TICK_MS = 30_000


class DeskWindow(QObject):
    """The living window. ``start`` binds it once; ``finished`` fires when all is done before closing."""

    finished = Signal()

    def __init__(
        self,
        window: MainWindow,
        desk: Desk,
        words: Words,
        preferences: PreferencesFile,
        formats: Formats,
        first: FirstPaint,
        start_demo: Callable[[], None],
        set_autostart: Callable[[bool], None],
    ) -> None:
        super().__init__(window)
        self.window, self.desk, self.words, self.preferences = window, desk, words, preferences
        self.formats = formats
        theme = window.theme
        self.errors = ErrorText(words.language, formats)
        first.bind(InboxSource(desk.inbox), desk.tasks, desk.clock.now)
        self.queue_model, self.queue = first.model, first.view
        self.case_model = CaseDeskViewModel(
            desk,
            desk.tasks,
            desk.clock,
            formats,
            self.errors,
            OfferWriter(formats, self.errors, desk.texts.texts),
            lambda: desk.session.view.person_id,
        )
        history = HistorySource(desk.history, formats)
        self.customer_model = CustomerViewModel(history, desk.tasks, desk.clock.now, formats)
        self.second_model = CustomerViewModel(history, desk.tasks, desk.clock.now, formats)
        self.customers_model = CustomersViewModel(desk.find, desk.tasks)
        self.palette_model = PaletteViewModel(desk.find, desk.tasks, self._palette_rows)
        self.outbox_writer = OutboxWriter(formats, self.errors)
        self.case = CaseDeskView(theme, self.case_model)
        self.customer = CustomerPane(theme, self.customer_model)
        self.customers = CustomersView(theme, self.customers_model, CustomerPane(theme, self.second_model))
        self.sign_in = SignInView(theme)
        self.palette = Palette(theme, self.palette_model, window)
        self.outbox = OutboxPopover(theme, window)
        self.sheets = Sheets(
            window,
            theme,
            formats,
            desk.clock,
            self.case_model,
            desk.case_desk,
            lambda: desk.session.view.person_id,
            self.open_case,
        )
        self.covers = Covers(
            window, self.sign_in, desk.session, desk.tasks, self.errors, start_demo, set_autostart
        )
        self._connection_word = ""
        self.connection: Connection | None = None
        self._tick = QTimer(self)
        self._tick.setInterval(_TICK_MS)
        self._tick.timeout.connect(self._on_tick)
        self._stop_listening: Callable[[], None] = lambda: None

    # -- beginning and end
    def start(self) -> None:
        """Put the rooms in, bind the keys, listen to changes, and show where we stand."""
        window = self.window
        window.put_case(self.case)
        window.put_context(self.customer)
        window.put_room(self.customers)
        window.put_cover(self.sign_in)
        self._connect()
        self._bind_keys()
        self._stop_listening = self.desk.changes.subscribe(self._on_changes)
        self.queue_model.load()
        self._on_changes(Changes(connection=True, outbox=True, reference=True))
        self._tick.start()
        self.queue.focus_list()
        self.queue_model.model.modelReset.connect(self._on_rows)
        self.queue_model.counts_changed.connect(self._on_counts)

    def _on_counts(self) -> None:
        self.window.rail.inbox.set_badge(self.queue_model.counts.scopes.get(Scope.ALL, 0))

    def _on_rows(self) -> None:
        """A new window begins at the list, as soon as there is one."""
        focus = self.window.focusWidget()
        if not self.window.is_covered and (focus is None or focus is self.window.top_bar.find_button):
            self.queue.focus_list()

    def _connect(self) -> None:
        window, case = self.window, self.case
        self.queue.case_chosen.connect(self._on_case_chosen)
        self.queue.case_entered.connect(self._on_case_entered)
        case.left.connect(self.queue.focus_list)
        case.context_requested.connect(window.toggle_context)
        case.sheet_requested.connect(self.sheets.open)
        case.acted.connect(self._on_acted)
        case.toast.connect(lambda words: window.toasts.show_toast(words, icon="circle-check"))
        self.case_model.said.connect(lambda words, urgent: window.announcer.announce(words, is_urgent=urgent))
        self.case_model.file_changed.connect(self._on_file_changed)
        self.customer.reference_wanted.connect(case.composer.insert)
        self.customers.chosen.connect(self.second_model.show_customer)
        window.top_bar.find_requested.connect(self.open_palette)
        window.top_bar.outbox_requested.connect(self.open_outbox)
        window.top_bar.person_requested.connect(lambda: self._open_person_menu())
        window.rail.room_chosen.connect(self.show_room)
        window.rail.more_requested.connect(self._open_more)
        window.banner.first_clicked.connect(self.open_outbox)
        window.banner.second_clicked.connect(self._reconnect)
        window.closing.connect(self._on_closing)
        self.palette.ran.connect(self._on_palette)
        self.outbox.booked.connect(lambda cmd: self._act(self.desk.decisions.release(cmd)))
        self.outbox.discarded.connect(lambda cmd: self._act(self.desk.decisions.undo(cmd)))
        self.outbox.withdrawn.connect(self._withdraw)
        window.theme.changed.connect(self._on_theme_changed)

    def _reconnect(self) -> None:
        self.desk.sync.poke()

    def _on_closing(self) -> None:
        self.case.composer.flush()
        self.window.setEnabled(False)
        self.desk.tasks.start(self._close(), name="window.close", owner=self)

    async def _close(self) -> None:
        # What was decided goes out; what the hub does not answer in three seconds waits on the disk.
        await self.desk.decisions.flush_all()
        self._tick.stop()
        self.queue_model.stop()
        self._stop_listening()
        self.window.allow_close()
        self.finished.emit()

    def report_bug(self, name: str, error: BaseException) -> None:
        """Show a fault of this program: what it was doing, and that nothing was lost by it."""
        BugSheet(self.window.theme, name, error, self.window).open()

    # -- changes
    def _on_changes(self, changes: Changes) -> None:
        if changes.cases or changes.outbox or changes.reference:
            self.queue_model.refresh()
        self.case_model.on_changes(changes)
        if changes.customers or changes.cases:
            shown = self.customer_model.customer_id
            if shown and (shown in changes.customers or self.case_model.case_id in changes.cases):
                self.customer_model.refresh()
        if changes.connection or changes.outbox:
            self._show_line()
            self.covers.refresh()
            self._show_person()
        if changes.outbox and self.outbox.isVisible():
            self.open_outbox()

    def _on_tick(self) -> None:
        self.case.tick()
        self._show_line()

    def _show_line(self) -> None:
        connection = self.desk.sync.connection
        self.connection = connection
        self.case_model.on_connection(connection)
        shown = line_shown(connection, self.formats, self.errors, self.desk.clock.now())
        self.window.top_bar.show_line(shown.words, shown.tone, shown.icon)
        if shown.strong:
            self.window.banner.show_banner(
                shown.strong, shown.plain, first=shown.first, second=shown.second, is_danger=shown.is_danger
            )
        else:
            self.window.banner.hide()
        word = shown.strong or shown.words
        if connection.state in ("offline", "online") and word != self._connection_word:
            if self._connection_word:
                self.window.announcer.announce(word)
            self._connection_word = word

    def _show_person(self) -> None:
        view = self.desk.session.view
        self.window.top_bar.show_person(view.tenant_name, self.desk.team_name(), view.person_name)

    def _on_file_changed(self, is_new: bool) -> None:
        file = self.case_model.file
        if file is None:
            self.customer_model.show_customer("")
            self.window.setWindowTitle("Workstation")
            return
        if is_new:
            self.customer_model.show_customer(file.case.customer_id)
        header = self.case_model.header()
        firm = self.desk.session.view.tenant_name
        name = file.case.customer_name
        self.window.setWindowTitle(
            f"{name}, {header.number} – {firm}" if name else f"{header.number} – {firm}"
        )
        self.case.header.set_context_button(self.window.is_context_folded)

    def _on_theme_changed(self) -> None:
        self.case.header.set_context_button(self.window.is_context_folded)

    # -- going places
    def _on_case_chosen(self, case_id: str) -> None:
        self.case.composer.flush()
        held = self.case_model.hold
        if held is not None and held.case_id != case_id:
            self._toast_hold()
        self.case_model.open(case_id)

    def _toast_hold(self) -> None:
        held = self.case_model.hold
        if held is None:
            return
        title, _sub = self.case_model.hold_words()
        self.window.toasts.show_toast(
            title,
            icon="zap",
            act=translate("Shell", "Rückgängig"),
            on_act=lambda: self._act(self.desk.decisions.undo(held.cmd_id)),
        )

    def _on_case_entered(self, case_id: str) -> None:
        self._on_case_chosen(case_id)
        if self.window.is_queue_folded:
            self.window.fold_overlays()
        self.case.conversation.setFocus()

    def open_case(self, case_id: str) -> None:
        """Show a case, wherever one is."""
        self.show_room("inbox")
        self.queue.choose_case(case_id)
        self._on_case_chosen(case_id)

    def show_room(self, room: str) -> None:
        """Show the inbox or the customers."""
        if room == "customers":
            self.window.show_room(self.customers)
            self.customers_model.refresh()
            self.customers.field.edit.setFocus()
        else:
            self.window.show_room(None)
            self.queue.focus_list()

    # -- acts
    def _act(self, work: object) -> None:
        self.case_model.act(work)  # type: ignore[arg-type]

    def _withdraw(self, cmd_id: str) -> None:
        self._act(self.desk.outbox_view.withdraw(cmd_id))

    def _on_acted(self, key: str) -> None:
        file = self.case_model.file
        if file is None:
            return
        case_id, desk = file.case.case_id, self.desk.case_desk.acts
        toast = self.window.toasts.show_toast
        if key == "solve":
            self.case_model.act(desk.solve(case_id))
            toast(
                translate("Shell", "Erledigt: {name}").format(
                    name=file.case.customer_name or file.case.subject
                ),
                icon="check",
                act=translate("Shell", "Wieder öffnen"),
                on_act=lambda: self._act(desk.reopen(case_id)),
            )
        elif key == "reopen":
            self.case_model.act(desk.reopen(case_id), translate("Shell", "Wieder geöffnet"))
        elif key in ("no_case_spam", "no_case_newsletter"):
            reason: NoCaseReason = "spam" if key == "no_case_spam" else "newsletter"
            self.case_model.act(desk.no_case(case_id, reason))
            toast(
                translate("Shell", "Kein Fall. Aus dem Eingang genommen."),
                icon="ban",
                act=translate("Shell", "Doch ein Fall"),
                on_act=lambda: self._act(desk.is_case(case_id)),
            )
        elif key == "is_case":
            self.case_model.act(desk.is_case(case_id), translate("Shell", "Wieder im Eingang"))
        elif key == "copy_number":
            QGuiApplication.clipboard().setText(self.case_model.header().number)
            toast(translate("Shell", "Kopiert"), icon="copy")

    def open_palette(self) -> None:
        """Show the palette, unless somebody has to sign in first."""
        if not self.window.is_covered:
            self.palette.open()

    def open_outbox(self) -> None:
        """Show what waits."""
        self.desk.tasks.start(self._open_outbox(), name="outbox.open", owner=self)

    async def _open_outbox(self) -> None:
        items = await self.desk.outbox_view.items()
        subjects = await self.desk.outbox_view.subjects(items)
        online = self.connection is None or self.connection.state in ("online", "stale")
        self.outbox.show_lines(
            self.outbox_writer.lines(items, subjects, self.desk.clock.now(), is_online=online)
        )
        if not self.outbox.isVisible():
            self.outbox.open_at(self.window.top_bar.line_button)

    async def ask_for_held(self) -> bool:
        """After a crash: show at once what was held and never booked; tells whether there was something."""
        if any(held.is_from_crash for held in await self.desk.decisions.held()):
            await self._open_outbox()
            return True
        return False

    # -- menus
    def _open_more(self) -> None:
        menu = QMenu(self.window)
        menu.setFont(self.window.theme.font("body"))
        icon = self.window.theme.icon
        entries: list[tuple[str, str, Callable[[], None]]] = [
            ("mail", translate("Shell", "Neue E-Mail"), self.sheets.new_mail),
            ("phone", translate("Shell", "Anruf festhalten"), self.sheets.log_call),
            ("inbox", translate("Shell", "Ausgang"), self.open_outbox),
            ("settings", translate("Shell", "Einstellungen"), self.open_settings),
            ("keyboard", translate("Shell", "Tastenkürzel"), self.open_shortcuts),
        ]
        for name, word, act in entries:
            menu.addAction(icon(name), word).triggered.connect(lambda _checked=False, run=act: run())
        menu.addSeparator()
        if self.desk.session.view.is_embedded:
            menu.addAction(
                icon("server"), translate("Shell", "Hub auf diesem Computer beenden")
            ).triggered.connect(lambda _checked=False: self._act(self.desk.session.stop_embedded()))
        menu.addAction(icon("log-out"), translate("Shell", "Beenden")).triggered.connect(self.window.close)
        rail = self.window.rail.more
        menu.exec(rail.mapToGlobal(rail.rect().topRight()))
        menu.deleteLater()

    def _open_person_menu(self) -> None:
        view = self.desk.session.view
        menu = QMenu(self.window)
        menu.setFont(self.window.theme.font("body"))
        who = menu.addAction(f"{view.person_name} · {view.login}")
        who.setEnabled(False)
        menu.addSeparator()
        menu.addAction(self.window.theme.icon("log-out"), translate("Shell", "Abmelden")).triggered.connect(
            lambda _checked=False: self.desk.tasks.start(self._sign_out(), name="sign_out", owner=self)
        )
        bar = self.window.top_bar
        place = bar.mapToGlobal(bar.rect().bottomRight())
        menu.exec(place - QPoint(menu.sizeHint().width() + 8, 0))
        menu.deleteLater()

    async def _sign_out(self) -> None:
        self.case.composer.flush()
        try:
            await self.desk.session.sign_out()
        except RuleViolation as error:
            self.window.toasts.show_toast(
                self.errors.sentence(error.code, error.params), icon="triangle-alert"
            )
            self.open_outbox()

    def open_settings(self) -> None:
        """Show the settings."""
        sheet = SettingsSheet(self.window.theme, self.preferences.current, self.window)
        sheet.changed.connect(self._on_setting)
        sheet.open()

    def open_shortcuts(self) -> None:
        """Show all keys."""
        ShortcutSheet(self.window.theme, self.window).open()

    def _on_setting(self, fields: dict[str, object]) -> None:
        try:
            current = self.preferences.change(**fields)
        except OSError:
            current = self.preferences.current
            self.window.toasts.show_toast(
                translate(
                    "Shell", "Die Einstellung gilt nur bis zum Beenden: sie ließ sich nicht speichern."
                ),
                icon="triangle-alert",
            )
        self.window.theme.apply(
            choice=current.scheme,
            scale=current.text_scale,
            density=current.density,
            is_motion_reduced=current.is_motion_reduced,
        )
        self.window.keymap.set_single_keys(current.has_single_keys)
        self._set_undo()
        if "language" in fields:
            self.window.toasts.show_toast(
                translate("Shell", "Die Sprache wechselt beim nächsten Start."), icon="languages"
            )

    def _set_undo(self) -> None:
        chosen = self.preferences.current.undo_s
        if chosen is None and QAccessible.isActive():
            chosen = 30
        self.desk.decisions.own_undo_s = chosen

    def _scale(self, by: int) -> None:
        scales = list(SCALES)
        now = scales.index(self.window.theme.scale)
        wanted = scales[max(0, min(len(scales) - 1, now + by))] if by else 1.0
        self._on_setting({"text_scale": wanted})

    # -- palette
    def _palette_rows(self) -> tuple[PaletteRow, ...]:
        rows: list[PaletteRow] = []
        if self.case_model.file is not None:
            for index, face in enumerate(self.case_model.faces()[:6]):
                rows.append(
                    PaletteRow(
                        "decision",
                        f"decision:{index}",
                        face.title,
                        f"{face.shown_word()} {face.reason}",
                        "zap",
                        face.key,
                        is_forbidden=face.state == "blocked",
                    )
                )
        for command, action in self.window.keymap.actions():
            if command.group != "decision" and command.id != "window.palette":
                rows.append(
                    PaletteRow(
                        "command",
                        f"command:{command.id}",
                        action.text(),
                        "",
                        "chevron-right",
                        native_keys(command.id),
                    )
                )
        return tuple(rows)

    def _on_palette(self, key: str) -> None:
        kind, _colon, rest = key.partition(":")
        if kind == "decision":
            self.case.press_decision(int(rest) + 1)
        elif kind == "command":
            action = next((a for c, a in self.window.keymap.actions() if c.id == rest), None)
            if action is not None:
                action.trigger()
        else:
            entity_id, case_id, customer_id = rest.split(":")
            if kind == "case" or case_id:
                self.open_case(case_id or entity_id)
            elif customer_id or kind == "customer":
                self.window.show_room(self.customers)
                self.customers_model.refresh()
                self.second_model.show_customer(customer_id or entity_id)

    # -- keys
    def _bind_keys(self) -> None:
        case, window = self.case, self.window
        acts: dict[str, Callable[[], object]] = {
            "queue.next": lambda: self.queue.step(1),
            "queue.previous": lambda: self.queue.step(-1),
            "queue.filter": self.queue.open_filter,
            "case.reply": case.reply,
            "case.note": case.note,
            "case.done": lambda: self._on_acted("solve"),
            "case.assign": lambda: self.sheets.open("assign"),
            "case.snooze": lambda: self.sheets.open("snooze"),
            "case.promise": lambda: self.sheets.open("promise"),
            "case.no_case": self._toggle_no_case,
            "decision.undo": case.press_undo,
            "write.send": lambda: case.press_send(solves=False),
            "write.send_done": lambda: case.press_send(solves=True),
            "write.new_mail": self.sheets.new_mail,
            "write.log_call": self.sheets.log_call,
            "go.inbox": lambda: self.show_room("inbox"),
            "go.customers": lambda: self.show_room("customers"),
            "window.palette": self.open_palette,
            "window.find": self.customer.open_search,
            "window.next_pane": lambda: self._step_pane(1),
            "window.previous_pane": lambda: self._step_pane(-1),
            "window.queue": window.toggle_queue,
            "window.context": window.toggle_context,
            "window.outbox": self.open_outbox,
            "window.shortcuts": self.open_shortcuts,
            "window.shortcuts_sheet": self.open_shortcuts,
            "window.back": self._back,
            "window.larger": lambda: self._scale(1),
            "window.smaller": lambda: self._scale(-1),
            "window.normal": lambda: self._scale(0),
        }
        for command_id, act in acts.items():
            window.keymap.bind(command_id, _quiet(act))
        for number in range(1, 7):
            window.keymap.bind(f"decision.{number}", lambda n=number: case.press_decision(n))  # type: ignore[misc]
        window.keymap.set_single_keys(self.preferences.current.has_single_keys)
        self._set_undo()

    def _toggle_no_case(self) -> None:
        file = self.case_model.file
        if file is not None:
            self._on_acted("is_case" if file.case.status == "no_case" else "no_case_spam")

    def _back(self) -> None:
        if self.outbox.isVisible():
            self.outbox.close_popover()
        elif not self.window.fold_overlays():
            self.queue.focus_list()

    def _step_pane(self, by: int) -> None:
        panes = [self.queue.list, *self.case.panes(), self.customer.list]
        panes = [pane for pane in panes if pane.isVisible()]
        focus = self.window.focusWidget()
        now = next(
            (n for n, pane in enumerate(panes) if focus is pane or (focus and pane.isAncestorOf(focus))), 0
        )
        if panes:
            panes[(now + by) % len(panes)].setFocus()


def _quiet(act: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        act()

    return run
