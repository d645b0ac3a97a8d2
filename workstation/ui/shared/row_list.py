"""The list under queue and timeline: one column, fixed heights, no type-ahead, place kept on resets."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from workstation.ui.shared.keymap import SINGLE_KEYS

Index = QModelIndex | QPersistentModelIndex
_STEPS: dict[int, int] = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class RowList(QTableView):
    """A QTableView that looks like a list. QListView costs a pass over all rows on every reset.

    ``key_of(row)`` names an item so that selection and place survive a reset ('' for titles), and
    ``height_of(row)`` gives heights that differ from the default ones (None for the default).
    """

    attended_changed = Signal(bool)
    current_key_changed = Signal(str)
    """The person moved to another row; never sent for moves that a reset causes."""
    opened = Signal(QModelIndex)
    """Enter, Space or a double click on a row."""

    def __init__(
        self,
        key_of: Callable[[int], str],
        height_of: Callable[[int], int | None],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._key_of, self._height_of = key_of, height_of
        self._is_hovered = False
        self._is_restoring = False
        self._anchor: tuple[str, int] = ("", 0)
        self._kept_key, self._kept_row = "", -1
        self._stands_in = 0
        self.setProperty(SINGLE_KEYS, True)
        self.setProperty("kind", "rows")
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.doubleClicked.connect(self.opened)
        for met in (self.opened, self.clicked):
            met.connect(self._on_met)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show ``model``. Connected before Qt's own slots, so the old place is still there to be noted."""
        if model is not None:
            model.modelAboutToBeReset.connect(self._note_place)
        super().setModel(model)
        if model is not None:
            model.modelReset.connect(self._restore_place)
            model.rowsInserted.connect(lambda _parent, first, last: self._size_rows(first, last))

    def set_row_height(self, height: int) -> None:
        """Set the height of ordinary rows (after a change of density or text size)."""
        self.verticalHeader().setDefaultSectionSize(height)
        self.resize_rows()

    def resize_rows(self) -> None:
        """Give every row its height anew."""
        model = self.model()
        if model is not None:
            self._size_rows(0, model.rowCount() - 1)

    def current_key(self) -> str:
        """Return the key of the current row; '' if there is none."""
        index = self.currentIndex()
        return self._key_of(index.row()) if index.isValid() else ""

    def choose_row(self, row: int, *, is_silent: bool = False) -> None:
        """Make ``row`` current and selected and bring it into view."""
        before, self._is_restoring = self._is_restoring, is_silent or self._is_restoring
        self._stands_in = 0
        index = self.model().index(row, 0)
        self.setCurrentIndex(index)
        if self.isVisible():  # before that Qt scrolls to it on show
            if row > 0 and not self._key_of(row - 1):
                self.scrollTo(self.model().index(row - 1, 0))  # the first of a group with its title
            self.scrollTo(index)
        self._is_restoring = before

    def step(self, by: int) -> bool:
        """Go to the next (1) or previous (-1) row that has a key; False at the end.

        A row that took the place of one that left the list was not shown yet: it comes next.
        """
        model = self.model()
        if self._stands_in and by in (1, self._stands_in) and self.current_key():
            self.choose_row(self.currentIndex().row(), is_silent=True)
            self.current_key_changed.emit(self.current_key())
            return True
        row = self.currentIndex().row() + by
        while 0 <= row < model.rowCount():
            if self._key_of(row):
                self.choose_row(row)
                return True
            row += by
        return False

    # -- Qt
    def keyboardSearch(self, search: str) -> None:
        """Do nothing: type-ahead would eat the single-letter commands."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
        if event.key() in keys and not event.modifiers() and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())
            return
        by = _STEPS.get(event.key(), 0)
        if by and not event.modifiers() and (self._stands_in or not self.currentIndex().isValid()):
            self.step(by)
            return
        super().keyPressEvent(event)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and not self._is_restoring:
            self._stands_in = 0
            key = self._key_of(current.row())
            if key:
                self.current_key_changed.emit(key)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._is_hovered = True
        self._tell_attended()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._is_hovered = False
        self._tell_attended()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if by_key and not self.currentIndex().isValid():
            self.step(1)
        self._tell_attended()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._tell_attended()

    def _on_met(self) -> None:
        self._stands_in = 0

    # -- place
    def _tell_attended(self) -> None:
        self.attended_changed.emit(self._is_hovered or self.hasFocus())

    def _note_place(self) -> None:
        self._is_restoring = True
        current = self.currentIndex()
        self._kept_key, self._kept_row = self.current_key(), current.row()
        anchor = (
            self.rowAt(self.viewport().mapFromGlobal(self.cursor().pos()).y()) if self._is_hovered else -1
        )
        if anchor < 0 and not current.isValid() and self.verticalScrollBar().value() == 0:
            self._anchor = ("", 0)  # nobody is at a place of it: what is new at the top is seen
            return
        for row in (anchor, current.row(), self.rowAt(1), self.rowAt(1) + 1):
            key = self._key_of(row) if row >= 0 else ""
            position = self.rowViewportPosition(row) if key else -1
            if key and -self.rowHeight(row) < position < self.viewport().height():
                self._anchor = (key, position)
                return
        self._anchor = ("", 0)

    def _restore_place(self) -> None:
        self.resize_rows()
        model = self.model()
        rows = {self._key_of(row): row for row in range(model.rowCount())}
        rows.pop("", None)
        row = rows.get(self._kept_key, -1)
        if row < 0 and self._kept_row >= 0 and rows:  # it left the list: the next one takes its place
            row = min(rows.values(), key=lambda other: (other < self._kept_row, abs(other - self._kept_row)))
            self._stands_in = 1 if row >= self._kept_row else -1
        if row >= 0:
            index = model.index(row, 0)
            self.setCurrentIndex(index)
        key, position = self._anchor
        if key in rows:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self.rowViewportPosition(rows[key]) - position)
        elif not rows:
            self.verticalScrollBar().setValue(0)  # whatever comes next has nothing to do with what was there
        self._is_restoring = False

    def _size_rows(self, first: int, last: int) -> None:
        header = self.verticalHeader()
        default = header.defaultSectionSize()
        for row in range(first, last + 1):
            height = self._height_of(row) or default
            if header.sectionSize(row) != height:
                header.resizeSection(row, height)
