"""The window: top bar, banner, rail, and the rooms in three columns that fold away when it gets narrow."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workstation.ui.shared.announcer import Announcer
from workstation.ui.shared.banner import Banner
from workstation.ui.shared.keymap import Keymap
from workstation.ui.shared.skeleton import Skeleton
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.toasts import Toasts
from workstation.ui.shell.view_rail import Rail
from workstation.ui.shell.view_top_bar import TopBar

THREE_COLUMNS, TWO_COLUMNS = 1280, 1024
"""Widths at 100 % text size: below the first the history folds away, below the second the queue too."""


_LEFT = 92
"""Where toasts begin, px at 100 %."""


class _Fold(QFrame):
    """A column that is part of the splitter or, when there is no room, lies over the others."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(0, 0, 0, 0)
        self.box.setSpacing(0)


class MainWindow(QMainWindow):
    """Shows the frame at once with a skeleton; rooms are put in when they are ready."""

    closing = Signal()
    escape_pressed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.setMinimumSize(QSize(800, 600))
        self.resize(1440, 900)
        self.setWindowTitle("Workstation")
        self._is_context_over = self._is_queue_over = False
        self._may_close = False
        self._acted_on: tuple[QWidget, ...] = ()
        self.top_bar = TopBar(theme)
        self.banner = Banner(theme)
        self.rail = Rail(theme)
        self.queue_slot = _Fold()
        self.case_slot = QWidget()
        self.context_slot = _Fold()
        self._case_box = QVBoxLayout(self.case_slot)
        self._case_box.setContentsMargins(0, 0, 0, 0)
        self.rooms = QStackedWidget()
        self._build()
        self.toasts = Toasts(
            theme, self, left=_LEFT, room=self._room_for_toasts, floor=self._floor_for_toasts
        )
        self.announcer = Announcer(self)
        self.keymap = Keymap(self)
        theme.changed.connect(self._arrange)

    def _room_for_toasts(self) -> int:
        """Beside the rail; over the queue alone where it is, because beside it answers are written."""
        if self.is_inbox and not self._is_queue_over:
            return self.queue_slot.width() + self.theme.px(80 - _LEFT) - self.theme.px(12)
        return self.width()

    def _floor_for_toasts(self) -> int:
        """Where the queue has folded they lie over the case: above what is decided, taken back and sent."""
        floor = self.height()
        if self.is_inbox and self._is_queue_over and not self.is_covered:
            shown = [one for one in self._acted_on if one.isVisibleTo(self)]
            floor = min([floor, *(one.mapTo(self, QPoint()).y() for one in shown)])
        return floor

    def _build(self) -> None:
        theme = self.theme
        self._outer = QStackedWidget()
        self.setCentralWidget(self._outer)
        work = QWidget()
        column = QVBoxLayout(work)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.top_bar)
        column.addWidget(self.banner)
        self._body = QWidget()
        row = QHBoxLayout(self._body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.rail)
        row.addWidget(self.rooms, 1)
        column.addWidget(self._body, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setHandleWidth(1)
        self.splitter.setChildrenCollapsible(False)
        self.queue_slot.setMinimumWidth(theme.px(300))
        self.queue_slot.setMaximumWidth(theme.px(440))
        self.case_slot.setMinimumWidth(theme.px(400))
        self.context_slot.setMinimumWidth(theme.px(320))
        self.context_slot.setMaximumWidth(theme.px(440))
        for slot in (self.queue_slot, self.case_slot, self.context_slot):
            self.splitter.addWidget(slot)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setSizes([theme.px(340), theme.px(664), theme.px(356)])
        self._inbox = QWidget()
        inside = QVBoxLayout(self._inbox)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.splitter)
        self.rooms.addWidget(self._inbox)
        self.queue_skeleton = Skeleton(theme, "queue")
        self.queue_slot.box.addWidget(self.queue_skeleton)
        self._outer.addWidget(work)
        self._work = work

    # -- putting rooms in
    def put_queue(self, view: QWidget, chosen: Callable[[], QRect] | None = None) -> None:
        """Put the queue into its column; ``chosen``: where its chosen row is seen, which toasts spare."""
        if chosen is not None:
            self.toasts.spares = lambda: QRect() if self._is_queue_over else chosen()
        self.queue_skeleton.stop()
        self.queue_skeleton.hide()
        self.queue_slot.box.addWidget(view)

    def put_case(self, view: QWidget, acted_on: tuple[QWidget, ...] = ()) -> None:
        """Put the pane of a case into the middle; ``acted_on``: its parts that nothing may lie over."""
        self._case_box.addWidget(view)
        self._acted_on = acted_on
        for part in acted_on:
            self.toasts.keep_clear_of(part)

    def put_context(self, view: QWidget) -> None:
        """Put the customer's history into its column."""
        self.context_slot.box.addWidget(view)

    def put_room(self, view: QWidget) -> None:
        """Add another room."""
        self.rooms.addWidget(view)

    def put_cover(self, view: QWidget) -> None:
        """Add the sheets that cover the work (first run, sign-in)."""
        self._outer.addWidget(view)

    def show_cover(self, view: QWidget) -> None:
        """Cover the work."""
        self._outer.setCurrentWidget(view)

    def show_work(self) -> None:
        """Uncover the work."""
        self._outer.setCurrentWidget(self._work)

    @property
    def is_covered(self) -> bool:
        """Whether a sheet covers the work."""
        return self._outer.currentWidget() is not self._work

    def show_room(self, view: QWidget | None, room: str = "customers") -> None:
        """Show ``view``, which the rail knows as ``room``; ``None`` is the inbox."""
        self.rooms.setCurrentWidget(self._inbox if view is None else view)
        self.rail.show_room("inbox" if view is None else room)

    @property
    def is_inbox(self) -> bool:
        """Whether the inbox is the room shown."""
        return self.rooms.currentWidget() is self._inbox

    # -- columns
    @property
    def is_context_folded(self) -> bool:
        """Whether the history lies over the case on demand."""
        return self._is_context_over

    @property
    def is_queue_folded(self) -> bool:
        """Whether the queue lies over the case on demand."""
        return self._is_queue_over

    def toggle_context(self) -> None:
        """F4: fold the history in or out."""
        self._toggle(self.context_slot)

    def toggle_queue(self) -> None:
        """F2: fold the queue in or out."""
        self._toggle(self.queue_slot)

    def fold_overlays(self) -> bool:
        """Hide what lies over the case; tells whether there was something."""
        was_open = False
        for slot, is_over in (
            (self.context_slot, self._is_context_over),
            (self.queue_slot, self._is_queue_over),
        ):
            if is_over and slot.isVisible():
                slot.hide()
                was_open = True
        return was_open

    def _toggle(self, slot: _Fold) -> None:
        slot.setVisible(not slot.isVisible())
        self._place_overlays()

    def _arrange(self) -> None:
        width = self.width() / self.theme.scale
        self._fold(self.context_slot, width < THREE_COLUMNS, is_context=True)
        self._fold(self.queue_slot, width < TWO_COLUMNS, is_context=False)
        self._place_overlays()

    def _fold(self, slot: _Fold, is_over: bool, *, is_context: bool) -> None:
        was_over = self._is_context_over if is_context else self._is_queue_over
        if is_over == was_over:
            return
        if is_context:
            self._is_context_over = is_over
        else:
            self._is_queue_over = is_over
        if is_over:
            slot.setParent(self._inbox)
            slot.hide()
        else:
            self.splitter.insertWidget(2 if is_context else 0, slot)
            slot.show()
            px = self.theme.px
            rest = max(px(400), self.splitter.width() - px(340) - px(356))
            self.splitter.setSizes([px(340), rest, px(356)] if not self._is_queue_over else [rest, px(356)])

    def _place_overlays(self) -> None:
        px, area = self.theme.px, self._inbox.rect()
        if self._is_context_over:
            width = px(356)
            self.context_slot.setGeometry(area.width() - width, 0, width, area.height())
            self.context_slot.raise_()
        if self._is_queue_over:
            self.queue_slot.setGeometry(0, 0, px(340), area.height())
            self.queue_slot.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    # -- leaving
    def allow_close(self) -> None:
        """What had to be done before closing is done."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """The first try asks for the work before closing; the second closes."""
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.closing.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._arrange()

    # -- geometry kept between runs
    def geometry_text(self) -> str:
        """Return size, place and columns as text for the preferences."""
        window = bytes(self.saveGeometry().toBase64().data()).decode("ascii")
        columns = bytes(self.splitter.saveState().toBase64().data()).decode("ascii")
        return f"{window}/{columns}"

    def restore_geometry_text(self, text: str) -> None:
        """Restore what ``geometry_text`` gave; anything else is ignored."""
        window, _slash, columns = text.partition("/")
        self.restoreGeometry(QByteArray.fromBase64(window.encode("ascii", "ignore")))
        if not (self._is_context_over or self._is_queue_over):
            self.splitter.restoreState(QByteArray.fromBase64(columns.encode("ascii", "ignore")))
