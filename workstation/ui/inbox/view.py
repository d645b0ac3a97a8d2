"""The queue pane: title, tabs, filter, the list itself, and its empty and loading states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workstation.ui.inbox.delegates import QueueDelegate, row_height
from workstation.ui.inbox.models import QueueRow, SectionItem
from workstation.ui.inbox.view_marks import BatchLine, BatchOutcome, MarksBar, QueueList, count_words
from workstation.ui.inbox.view_model import QueueFilter, QueueViewModel, Scope
from workstation.ui.inbox.words import channel_word
from workstation.ui.shared.empty_state import EmptyState
from workstation.ui.shared.plain import set_tip
from workstation.ui.shared.row_model import RowRole
from workstation.ui.shared.segmented import Segmented
from workstation.ui.shared.skeleton import Skeleton
from workstation.ui.shared.theme import Theme, set_property
from workstation.ui.shared.words import translate

if TYPE_CHECKING:
    from workstation.casework.message import Channel

_CHANNELS: tuple[Channel, ...] = ("mail", "phone", "chat", "form", "counter", "post")


class QueuePane(QFrame):
    """The list of cases. ``case_chosen`` when the person moves to a case, ``case_entered`` on Enter."""

    case_chosen = Signal(str)
    case_entered = Signal(str)
    batch_wanted = Signal(str)
    """An act on all marked cases: assign, snooze, solve, no_case_spam, no_case_newsletter."""
    batch_shown = Signal()
    """The person wants to see what an act on several cases left as it is."""
    batch_undone = Signal()
    said = Signal(str)
    """A sentence for the screen reader."""

    def __init__(self, theme: Theme, view_model: QueueViewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._view_model = theme, view_model
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._title = QLabel(self)
        theme.style(self._title, "h1")
        self._order = QLabel(self)
        theme.style(self._order, "caption", tone="secondary")
        self.filter_button = QPushButton(self)
        theme.style(self.filter_button, "body", kind="icon-ghost")
        self.filter_button.clicked.connect(self.open_filter)
        self.tabs = Segmented(theme, parent=self)
        self.tabs.chosen.connect(lambda key: self._ask(Scope(key)))
        self.news_button = QPushButton(self)
        theme.style(self.news_button, "bodyMedium")
        self.news_button.clicked.connect(view_model.apply_pending)
        self.news_button.hide()
        self.list = QueueList(self._key_of, self._height_of, self)
        self.list.set_up_keys()
        self.list.setModel(view_model.model)
        self.list.setItemDelegate(QueueDelegate(theme, view_model, self.list))
        self._empty = EmptyState(theme, self)
        self._empty.clicked.connect(self._on_empty_clicked)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty)
        self._skeleton = Skeleton(theme, "queue", self._stack)
        self._column = QVBoxLayout(self)
        self.bar: MarksBar | None = None
        self.outcome: BatchLine | None = None
        self._has_strayed, self._shown_id = False, ""
        self._build()
        self._connect()
        self._on_theme_changed()
        self._retranslate()

    def _build(self) -> None:
        px = self._theme.px
        head = QHBoxLayout()
        head.setSpacing(px(8))
        head.addWidget(self._title)
        self._order.setContentsMargins(0, px(5), 0, 0)
        head.addWidget(self._order, 1, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self.filter_button)
        head.setContentsMargins(px(20), px(12), px(16), 0)
        tabs = QHBoxLayout()
        tabs.setContentsMargins(px(20), px(8), px(16), px(8))
        tabs.addWidget(self.tabs, 1)
        news = QHBoxLayout()
        news.setContentsMargins(px(20), 0, px(16), px(6))
        news.addWidget(self.news_button, 1)
        # The line at the right edge is painted by the frame: one pixel of margin keeps the list off it.
        self._column.setContentsMargins(0, 0, 1, 0)
        self._column.setSpacing(0)
        self._column.addLayout(head)
        self._column.addLayout(tabs)
        self._column.addLayout(news)
        self._column.addWidget(self._stack, 1)
        set_property(self, "line", "right")

    def _connect(self) -> None:
        view_model = self._view_model
        view_model.counts_changed.connect(self._on_counts_changed)
        view_model.loading_changed.connect(self._on_loading_changed)
        view_model.pending_changed.connect(self._on_pending_changed)
        view_model.model.modelReset.connect(self._show_place)
        self.list.attended_changed.connect(view_model.set_attended)
        self.list.current_key_changed.connect(self.case_chosen)
        self.list.opened.connect(self._on_opened)
        self.list.clicked.connect(self._on_clicked)
        self.list.toggle_wanted.connect(self._on_toggle_wanted)
        self.list.extend_wanted.connect(self._on_extend_wanted)
        view_model.marks.changed.connect(self._on_marks_changed)
        self._skeleton.cancelled.connect(self._show_place)
        self._theme.changed.connect(self._on_theme_changed)

    # -- for the shell
    def current_case_id(self) -> str:
        """Return the case the list stands on; '' if none."""
        return self.list.current_key()

    def choose_case(self, case_id: str, *, is_silent: bool = True) -> bool:
        """Go to a case; ``is_silent`` sends no ``case_chosen``. None is chosen if it is not in the list."""
        row = self._view_model.model.position(case_id)
        if row < 0:
            self.list.stand_beside(case_id)
            return False
        self.list.choose_row(row, is_silent=is_silent)
        return True

    def note_shown(self, case_id: str) -> None:
        """Another case is shown: the list stands on it, or on none. While several are marked it stays."""
        self._shown_id = case_id
        if not self._has_strayed and case_id != self.current_case_id():
            self.choose_case(case_id)

    def step(self, by: int) -> bool:
        """Go to the next (1) or previous (-1) case; False at the end."""
        return self.list.step(by)

    def focus_list(self) -> None:
        """Give the focus to the list."""
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    # -- marking several
    def mark_current(self) -> None:
        """X: mark the case the list stands on, or unmark it."""
        case_id = self.current_case_id()
        if not case_id:
            rows = self._view_model.model.rows()
            case_id = self.list.place_key() or (rows[0].case_id if rows else "")
            self._stand_on(case_id)
        self._view_model.marks.toggle(case_id)

    def extend_to_current(self) -> None:
        """Shift+X: mark all from the case marked last to the one the list stands on."""
        self._view_model.marks.extend(self.current_case_id())

    def extend_by(self, by: int) -> None:
        """Shift+Down (1), Shift+Up (-1): mark the case stood on and the next one; nothing is opened."""
        start = self.current_case_id()
        rows = [row.case_id for row in self._view_model.model.rows()]
        if start not in rows:
            self.mark_current()
            return
        following = rows[max(0, min(len(rows) - 1, rows.index(start) + by))]
        self._stand_on(following)
        if start not in self._view_model.marks:
            self._view_model.marks.begin_at(start)
        self._view_model.marks.extend(following, start)

    def mark_all(self) -> None:
        """Ctrl+A: mark all cases that are loaded."""
        self._view_model.marks.mark_all()

    def clear_marks(self) -> bool:
        """Esc: unmark all; the case the list stands on is shown. Tells whether something was marked."""
        had = len(self._view_model.marks) > 0
        self._view_model.marks.clear()
        return had

    def show_outcome(self, outcome: BatchOutcome) -> None:
        """Say what became of an act on several cases."""
        if self.outcome is None:
            self.outcome = BatchLine(self._theme, self)
            self.outcome.show_wanted.connect(self.batch_shown)
            self.outcome.undo_wanted.connect(self.batch_undone)
            slot = QVBoxLayout()
            slot.setContentsMargins(self._theme.px(20), 0, self._theme.px(16), self._theme.px(8))
            slot.addWidget(self.outcome)
            self._column.insertLayout(self._column.indexOf(self._stack), slot)
        self.outcome.show_outcome(outcome)
        self.said.emit(outcome.words)

    def _stand_on(self, case_id: str) -> None:
        if case_id and self.choose_case(case_id):
            self._has_strayed = True

    def _on_toggle_wanted(self, row: int) -> None:
        case_id = self._key_of(row)
        if case_id:
            self._stand_on(case_id)
            self._view_model.marks.toggle(case_id)

    def _on_extend_wanted(self, row: int) -> None:
        case_id, start = self._key_of(row), self.current_case_id()
        if case_id:
            self._stand_on(case_id)
            self._view_model.marks.extend(case_id, start)

    def _on_marks_changed(self) -> None:
        count = len(self._view_model.marks)
        if count and self.bar is None:
            self.bar = MarksBar(self._theme, self)
            self.bar.act_wanted.connect(self.batch_wanted)
            self.bar.cleared.connect(self.clear_marks)
            self._column.insertWidget(self._column.indexOf(self._stack), self.bar)
        if self.bar is not None:
            had_focus = self.bar.isAncestorOf(self.window().focusWidget() or self)
            self.bar.show_count(count)
            if had_focus and not count:
                self.focus_list()
        if count and self.outcome is not None:
            self.outcome.hide()
        self.said.emit(count_words(count) if count else translate("Marks", "Auswahl aufgehoben"))
        if not count and self._has_strayed:
            # Keys act on the case that is shown again: it has to be the one the list stands on.
            self._has_strayed = False
            case_id = self.current_case_id()
            if case_id:
                self.case_chosen.emit(case_id)
            elif self._shown_id:
                self.choose_case(self._shown_id)

    # -- filter
    def open_filter(self) -> None:
        """Open the menu of filters."""
        asked = self._view_model.filter
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setFont(self._theme.font("body"))
        unread = menu.addAction(translate("Queue", "Nur ungelesene"))
        unread.setCheckable(True)
        unread.setChecked(asked.is_unread)
        unread.triggered.connect(lambda on: self._ask(is_unread=on))
        menu.addSeparator()
        for channel in _CHANNELS:
            action = menu.addAction(channel_word(channel))
            action.setCheckable(True)
            action.setChecked(asked.channel == channel)
            action.triggered.connect(lambda on, one=channel: self._ask_channel(one if on else None))
        menu.addSeparator()
        clear = menu.addAction(translate("Queue", "Filter löschen"))
        clear.setEnabled(asked.is_narrowed)
        clear.triggered.connect(lambda _=False: self.clear_filter())
        menu.popup(self.filter_button.mapToGlobal(self.filter_button.rect().bottomLeft()))

    def clear_filter(self) -> None:
        """Show all cases of the tab again."""
        self._view_model.load(QueueFilter(scope=self._view_model.filter.scope))
        self._mark_filter()

    def _ask(self, scope: Scope | None = None, *, is_unread: bool | None = None) -> None:
        old = self._view_model.filter
        unread = old.is_unread if is_unread is None else is_unread
        self._view_model.load(QueueFilter(scope or old.scope, old.text, old.channel, unread))
        self._mark_filter()

    def _ask_channel(self, channel: Channel | None) -> None:
        old = self._view_model.filter
        self._view_model.load(QueueFilter(old.scope, old.text, channel, old.is_unread))
        self._mark_filter()

    def _mark_filter(self) -> None:
        is_on = self._view_model.filter.is_narrowed
        self._theme.set_icon(self.filter_button, "list-filter", "accent.text" if is_on else "text.secondary")
        words = translate("Queue", "Filter, aktiv") if is_on else translate("Queue", "Filter")
        self.filter_button.setAccessibleName(words)
        set_tip(self.filter_button, f"{words} (F)")

    # -- reactions
    def _on_counts_changed(self) -> None:
        scopes = self._view_model.counts.scopes
        words = {
            Scope.ALL: translate("Queue", "Alle"),
            Scope.MINE: translate("Queue", "Meine"),
            Scope.TEAM: translate("Queue", "Team"),
        }
        self.tabs.show_items([(scope.value, words[scope], scopes.get(scope)) for scope in Scope])
        self.tabs.choose(self._view_model.filter.scope.value)
        self._show_place()

    def _on_loading_changed(self, is_loading: bool) -> None:
        if is_loading:
            self._skeleton.resize(self._stack.size())
            self._skeleton.start()
        else:
            self._skeleton.stop()
            self._show_place()

    def _on_pending_changed(self) -> None:
        new = self._view_model.pending_new
        if new == 1:
            words = translate("Queue", "1 neuer über dir")
        elif new:
            words = translate("Queue", "{count} neue über dir").format(count=new)
        else:
            words = translate("Queue", "Neu ordnen")
        self.news_button.setText(words)
        self._theme.set_icon(self.news_button, "arrow-up", "accent.text")
        self._show_news(self._view_model.has_pending)

    def _show_news(self, is_shown: bool) -> None:
        """Show or hide the button; the rows stay where they are, so that a click meets what was aimed at."""
        if is_shown != self.news_button.isHidden():
            return
        bar, place = self.list.verticalScrollBar(), self._stack.y()
        self.news_button.setVisible(is_shown)
        if self.isVisible():
            self._column.activate()
            bar.setValue(bar.value() + self._stack.y() - place)

    def _show_place(self) -> None:
        model = self._view_model.model
        is_empty = model.rowCount() == 0
        if is_empty and not self._view_model.is_loading:
            self._say_why_empty()
        self._stack.setCurrentWidget(
            self._empty if is_empty and not self._view_model.is_loading else self.list
        )

    def _say_why_empty(self) -> None:
        if self._view_model.filter.is_narrowed:
            self._empty.show_words(
                "list-filter",
                translate("Queue", "Kein Vorgang mit diesem Filter"),
                "",
                translate("Queue", "Filter löschen"),
            )
            return
        at, what = self._view_model.next_promise()
        text = translate("Queue", "Niemand wartet.")
        button = ""
        if at:
            more = translate("Queue", "Die nächste Zusage ist {at}: {what}.").format(at=at, what=what)
            text = f"{text} {more}"
            button = translate("Queue", "Zusage vorziehen")
        self._empty.show_words("sun", translate("Queue", "Alles erledigt"), text, button)

    def _on_empty_clicked(self) -> None:
        if self._view_model.filter.is_narrowed:
            self.clear_filter()
        elif self._view_model.counts.next_promise_case_id:
            self.case_chosen.emit(self._view_model.counts.next_promise_case_id)

    def _on_opened(self, index: QModelIndex) -> None:
        item = index.data(RowRole)
        if isinstance(item, SectionItem):
            self._view_model.toggle_waiting()
        elif isinstance(item, QueueRow):
            self.case_entered.emit(item.case_id)

    def _on_clicked(self, index: QModelIndex) -> None:
        item = index.data(RowRole)
        if isinstance(item, SectionItem):
            self._view_model.toggle_waiting()
        elif isinstance(item, QueueRow):
            self.case_chosen.emit(item.case_id)  # also the one it stands on already, if it is not shown

    def _key_of(self, row: int) -> str:
        items = self._view_model.model.items
        item = items[row] if 0 <= row < len(items) else None
        return item.case_id if isinstance(item, QueueRow) else ""

    def _height_of(self, row: int) -> int | None:
        is_section = isinstance(self._view_model.model.items[row], SectionItem)
        return row_height(self._theme, is_section=True) if is_section else None

    def _on_theme_changed(self) -> None:
        self.list.set_row_height(row_height(self._theme, is_section=False))
        self.list.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._skeleton.resize(self._stack.size())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self._title.setText(translate("Queue", "Eingang"))
        self._order.setText(translate("Queue", "nach Fälligkeit"))
        self.list.setAccessibleName(translate("Queue", "Fälle nach Fälligkeit"))
        self._view_model.forget_words()
        if self.bar is not None:
            self.bar.retranslate()
        self._mark_filter()
        self._on_counts_changed()
        self._on_pending_changed()
