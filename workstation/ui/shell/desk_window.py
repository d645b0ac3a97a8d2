"""Binds the desk to the window: view models, views, keys, changes; the one place that knows all rooms."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from workstation.casework.errors import RuleViolation
from workstation.ports import StoreUnusable
from workstation.services.views import Changes
from workstation.ui.case_desk.offers import OfferWriter
from workstation.ui.case_desk.parts import CaseParts
from workstation.ui.case_desk.view import CaseDeskView
from workstation.ui.case_desk.view_model import CaseDeskViewModel
from workstation.ui.customer_pane.models import TimelineItem
from workstation.ui.customer_pane.view import CustomerPane
from workstation.ui.customer_pane.view_model import CustomerViewModel
from workstation.ui.customers.view_model import CustomersViewModel
from workstation.ui.inbox.view_model import Scope
from workstation.ui.outbox.view_model import OutboxWriter
from workstation.ui.palette.view_model import PaletteViewModel
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.preferences import PreferencesFile
from workstation.ui.shared.words import Words
from workstation.ui.shell.acting import Acting
from workstation.ui.shell.bug_sheet import BugSheet
from workstation.ui.shell.covers import Covers
from workstation.ui.shell.document_popover import DocumentPopover
from workstation.ui.shell.first_paint import FirstPaint
from workstation.ui.shell.holding import Holding
from workstation.ui.shell.joining import Joining
from workstation.ui.shell.keys import Keys
from workstation.ui.shell.line import Line
from workstation.ui.shell.line_words import compared_words
from workstation.ui.shell.menus import Menus
from workstation.ui.shell.refusals import Refusals
from workstation.ui.shell.sheets import Sheets
from workstation.ui.shell.sources import HistorySource, InboxSource
from workstation.ui.shell.taking_back import TakingBack
from workstation.ui.shell.view import MainWindow
from workstation.ui.shell.work_room import WorkRoom

if TYPE_CHECKING:
    from workstation.app import Desk
    from workstation.ui.customers.view import CustomersView
    from workstation.ui.outbox.view import OutboxPopover
    from workstation.ui.palette.view import Palette
    from workstation.ui.sign_in.view import SignInView

_log = logging.getLogger(__name__)
_TICK_MS = 30_000
_TYPING_MS = 8_000
"""How long after the last key others still see that one writes."""


class DeskWindow(QObject):
    """The living window: ``build`` makes its rooms, ``start`` binds them, once each.

    ``finished`` fires when all is done before closing.
    """

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
        speak: Callable[[], object],
    ) -> None:
        super().__init__(window)
        self.window, self.desk, self.words, self.preferences = window, desk, words, preferences
        self.formats = formats
        self.errors = ErrorText(words.language, formats, now=desk.clock.now)
        first.bind(InboxSource(desk.inbox), desk.tasks, desk.clock.now)
        self.queue_model, self.queue = first.model, first.view
        offers = OfferWriter(formats, self.errors, desk.texts.texts)
        self.case_model = CaseDeskViewModel(
            desk, desk.tasks, desk.clock, formats, self.errors, offers, lambda: desk.session.view.person_id
        )
        self.history = history = HistorySource(desk.history, formats)
        self.customer_model = CustomerViewModel(history, desk.tasks, desk.clock.now, formats)
        self.second_model = CustomerViewModel(history, desk.tasks, desk.clock.now, formats)
        self.customers_model = CustomersViewModel(desk.find, desk.tasks)
        self.palette_model = PaletteViewModel(desk.find, desk.tasks, lambda: self.keys.palette_rows())
        self.outbox_writer = OutboxWriter(formats, self.errors, desk.outbox_view.author, offers.decided)
        self._start_demo, self._set_autostart, self.speak = start_demo, set_autostart, speak
        self._was_open = ("", "")
        self._typing, self._tick = self._make_timers()
        self._stop_listening: Callable[[], None] = lambda: None

    # -- the rooms
    async def build(self) -> None:
        """Make the rooms everybody sees, one a turn, so that the window paints and answers in between."""
        parts = CaseParts(self.window.theme)
        for _made in parts.one_by_one():
            await asyncio.sleep(0)
        self.case = case = CaseDeskView(self.window.theme, self.case_model, parts)
        show = partial(self.window.put_case, case, (case.decisions, case.composer))
        for part in (show, self._make_customer, self._make_acts, self._make_cover):
            await asyncio.sleep(0)
            part()
        await asyncio.sleep(0)

    def _make_customer(self) -> None:
        self.customer = CustomerPane(self.window.theme, self.customer_model, can_edit=True)
        self.window.put_context(self.customer)

    def _make_acts(self) -> None:
        window, desk = self.window, self.desk
        self.sheets = Sheets(
            window,
            window.theme,
            self.formats,
            desk.clock,
            self.case_model,
            desk.case_desk,
            lambda: desk.session.view.person_id,
            self.open_case,
            lambda: desk.reference.data.people,
        )
        acts = self._start_demo, self._set_autostart
        self.covers = Covers(window, self._make_sign_in, desk.session, desk.tasks, self.errors, *acts)
        self.acting, self.menus, self.keys = Acting(self), Menus(self), Keys(self)
        self.joining, self.holding, self.work_room = Joining(self), Holding(self), WorkRoom(self)
        self.taking_back, self.line, self.refusals = TakingBack(self), Line(self), Refusals(self)

    def _make_cover(self) -> None:
        if self.desk.session.view.state != "signed_in":
            _soon = self.sign_in

    def _make_sign_in(self) -> SignInView:
        from workstation.ui.sign_in.view import SignInView

        view = SignInView(self.window.theme)
        self.window.put_cover(view)
        return view

    @property
    def sign_in(self) -> SignInView:
        """First run, waiting for approval, sign-in."""
        return self.covers.view

    # What is seen only when somebody asks for it is made then.
    @cached_property
    def customers(self) -> CustomersView:
        """The room of customers, with a pane of its own."""
        from workstation.ui.customers.view import CustomersView

        pane = CustomerPane(self.window.theme, self.second_model)
        self._listen_to(pane)
        room = CustomersView(self.window.theme, self.customers_model, pane)
        room.chosen.connect(self.second_model.show_customer)
        self.window.put_room(room)
        return room

    @cached_property
    def document(self) -> DocumentPopover:
        """Shows a line of the history whole."""
        popover = DocumentPopover(self.window.theme, self.window, self.formats)
        popover.chosen.connect(lambda number: self.taking_back.choose(number))
        return popover

    @cached_property
    def palette(self) -> Palette:
        """Finds cases, customers and commands."""
        from workstation.ui.palette.view import Palette

        palette = Palette(self.window.theme, self.palette_model, self.window)
        palette.ran.connect(self.keys.run)
        return palette

    @cached_property
    def outbox(self) -> OutboxPopover:
        """Shows what waits."""
        from workstation.ui.outbox.view import OutboxPopover

        outbox = OutboxPopover(self.window.theme, self.window)
        outbox.booked.connect(lambda cmd: self.act(self.desk.decisions.release(cmd)))
        outbox.discarded.connect(lambda cmd: self.act(self._take_back(cmd)))
        outbox.withdrawn.connect(lambda cmd: self.act(self.desk.outbox_view.withdraw(cmd)))
        outbox.bring_back_wanted.connect(self.menus.leaving.choose)
        return outbox

    @property
    def is_outbox_open(self) -> bool:
        """Whether somebody looks at what waits."""
        return "outbox" in self.__dict__ and self.outbox.isVisible()

    def _make_timers(self) -> tuple[QTimer, QTimer]:
        typing, tick = QTimer(self, singleShot=True, interval=_TYPING_MS), QTimer(self, interval=_TICK_MS)
        tick.timeout.connect(self._on_tick)
        return typing, tick

    # -- beginning and end
    def start(self) -> None:
        """Bind the keys, listen to changes, and show where we stand; after :meth:`build`."""
        self._connect()
        self.keys.bind()
        self._stop_listening = self.desk.changes.subscribe(self._on_changes)
        self.queue_model.load()
        self._on_changes(Changes(connection=True, outbox=True, reference=True))
        self._tick.start()
        self.covers.uncovered = self._on_uncovered
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
        case.acted.connect(self.acting.act_on_case)
        case.header.check_back_requested.connect(self.acting.open_check_back)
        case.toast.connect(lambda words: window.toasts.show_toast(words, icon="circle-check"))
        self.case_model.said.connect(lambda words, urgent: window.announcer.announce(words, is_urgent=urgent))
        self.case_model.file_changed.connect(self._on_file_changed)
        self.customer.reference_wanted.connect(case.composer.insert)
        self._listen_to(self.customer)
        case.composer.editor.textChanged.connect(self._on_typing)
        self._typing.timeout.connect(self._say_where)
        window.top_bar.find_requested.connect(self.open_palette)
        window.top_bar.outbox_requested.connect(self.open_outbox)
        window.top_bar.person_requested.connect(self.menus.open_person_menu)
        window.rail.room_chosen.connect(self.show_room)
        window.rail.more_requested.connect(self.menus.open_more)
        window.banner.first_clicked.connect(self.open_outbox)
        window.banner.second_clicked.connect(lambda: self.desk.sync.poke())
        window.closing.connect(self._on_closing)
        window.theme.changed.connect(lambda: case.header.set_context_button(window.is_context_folded))

    def _listen_to(self, pane: CustomerPane) -> None:
        pane.item_opened.connect(lambda item: self._on_item(item, pane, is_opened=True))
        pane.item_previewed.connect(lambda item: self._on_item(item, pane, is_opened=False))

    def _on_closing(self) -> None:
        self.case.composer.flush()
        self.window.setEnabled(False)
        self.desk.tasks.start(self._close(), name="window.close", owner=self)

    async def _close(self) -> None:
        # What was decided goes out; what the hub does not answer in three seconds waits on the disk.
        # A disk that takes nothing any more must not keep the window open: what is held stays held.
        try:
            await self.desk.decisions.flush_all()
        except StoreUnusable as error:
            _log.warning("not everything that was held could be let go: %s", error)
        finally:
            self._rest()
            self.window.allow_close()
            self.finished.emit()

    def _rest(self) -> None:
        self._tick.stop()
        self._typing.stop()
        self.queue_model.stop()
        self._stop_listening()

    def leave(self) -> str:
        """End this window's part, for another window over the same desk; returns the case that is open."""
        self.case.composer.flush()
        self.window.setEnabled(False)
        self._rest()
        return self.case_model.case_id

    def retire(self) -> None:
        """The other window is there: take this one away once what it had begun has ended."""
        theme = self.window.theme
        theme.changed.disconnect()  # what repaints by it may be gone before it is
        self.window.destroyed.connect(theme.deleteLater)
        self.window.allow_close()
        QTimer.singleShot(_TYPING_MS, self.window.deleteLater)

    def report_bug(self, name: str, error: BaseException) -> None:
        """Show a fault of this program: what it was doing, and that nothing was lost by it."""
        BugSheet(self.window.theme, name, error, self.window).open()

    # -- changes
    def _on_changes(self, changes: Changes) -> None:
        if changes.cases or changes.outbox or changes.reference:
            self.queue_model.refresh()
        self.case_model.on_changes(changes)
        self.work_room.on_changes(changes)
        if changes.customers or changes.cases:
            shown = self.customer_model.customer_id
            if shown and (shown in changes.customers or self.case_model.case_id in changes.cases):
                self.customer_model.refresh()
        if changes.connection or changes.outbox:
            self.line.show()
            self.covers.refresh()
            self._show_person()
        self.refusals.on_changes(changes)

    def _on_tick(self) -> None:
        self.case.tick()
        self.work_room.tick()
        self.line.show()

    def _show_person(self) -> None:
        view = self.desk.session.view
        self.window.top_bar.show_person(view.tenant_name, self.desk.team_name(), view.person_name)

    def _on_file_changed(self, is_new: bool) -> None:
        file = self.case_model.file
        if is_new:
            self._say_where()
            self.queue.note_shown(self.case_model.case_id)
        if file is None:
            self.customer_model.show_customer("", has_case=False)
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

    def _say_where(self) -> None:
        """Let colleagues see which case is open here."""
        self.desk.presence.at(self.case_model.case_id)

    def _on_typing(self) -> None:
        if self.case_model.case_id and self.case.composer.editor.hasFocus():
            self.desk.presence.at(self.case_model.case_id, is_typing=True)
            self._typing.start()

    def _on_item(self, item: TimelineItem, pane: CustomerPane, *, is_opened: bool) -> None:
        """Enter goes to the case a line belongs to; Space, or a line of no other case, shows it whole."""
        case_id = self.history.case_of(item.item_id)
        if is_opened and case_id and case_id != self.case_model.case_id:
            self.open_case(case_id)
        else:
            self.document.show_item(item, pane)
            self.taking_back.look(item)

    def note_open_case(self) -> None:
        """Remember who has which case open: the same person finds it again after signing in."""
        self._was_open = (self.desk.session.view.person_id, self.case_model.case_id)

    def close_case(self) -> None:
        """Show no case: the next person finds nobody's words here."""
        self.case_model.close()
        self.queue_model.marks.clear()

    def _on_uncovered(self) -> None:
        """Somebody has signed in: whoever it was before goes on where they were."""
        (person_id, case_id), self._was_open = self._was_open, ("", "")
        if case_id and not self.case_model.case_id and person_id == self.desk.session.view.person_id:
            self.queue.choose_case(case_id)
            self._on_case_chosen(case_id)
        self.queue.focus_list()

    # -- going places
    def _on_case_chosen(self, case_id: str) -> None:
        self.case.composer.flush()
        held = self.case_model.hold
        if held is not None and held.case_id != case_id:
            self.holding.say_held(held)
        self.case_model.open(case_id)

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
        """Show the inbox, the customers or the work orders."""
        if room == "work":
            self.work_room.show()
        elif room == "customers":
            self.window.show_room(self.customers)
            self.customers_model.refresh()
            self.customers.field.edit.setFocus()
        else:
            self.window.show_room(None)
            self.queue.focus_list()

    # -- acts
    def act(self, work: Coroutine[Any, Any, Any]) -> None:
        """Carry out an act; what is wrong with it is said in the case."""
        self.case_model.act(work)

    async def _take_back(self, cmd_id: str) -> None:
        if not await self.desk.decisions.undo(cmd_id):
            raise RuleViolation("decision.too_late")

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
        connection, now = self.desk.sync.connection, self.desk.clock.now()
        online = connection.state in ("online", "stale")
        lines = self.outbox_writer.lines(items, subjects, now, is_online=online)
        self.outbox.show_lines(lines, compared_words(connection, self.formats, now))
        if not self.outbox.isVisible():
            self.outbox.open_at(self.window.top_bar.line_button)

    async def ask_for_held(self) -> bool:
        """After a crash: show at once what was held and never booked; tells whether there was something."""
        if any(held.is_from_crash for held in await self.desk.decisions.held()):
            await self._open_outbox()
            return True
        return False
