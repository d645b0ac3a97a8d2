"""The list under queue and timeline: one column, fixed heights, no type-ahead, place kept on resets."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from workstation.ui.shared.keymap import SINGLE_KEYS

Index = QModelIndex | QPersistentModelIndex
_STEPS: dict[int, int] = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


class RowList(QTableView):
    """A QTableView that looks like a list. QListView costs a pass over all rows on every reset.

    ``key_of(row)`` names an item so that selection and place survive a reset ('' for titles), and
    ``height_of(row)`` gives heights that differ from the default ones (None for the default).

    When the current row leaves the list none is current: what was opened from it may still be shown, and no
    other row may look as if it were. The place is kept for the next step, and so is the key, for its return.
    """

    attended_changed = Signal(bool)
    current_key_changed = Signal(str)
    """The person moved to another row; never sent for moves that a reset causes."""
    place_changed = Signal()
    """The current row is another one or is seen elsewhere."""
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
        self._away_key = ""
        """What is shown though it is not in the list; its row becomes current as soon as it comes back."""
        self._place_key, self._stands_in = "", 0
        """While none is current: where the next step begins, and whether that row took the other's place."""
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
        self.verticalScrollBar().valueChanged.connect(self.place_changed)

    def setModel(self, model: QAbstractItemModel | None) -> None:
        """Show ``model``. Connected before Qt's own slots, so the old place is still there to be noted."""
        if model is not None:
            model.modelAboutToBeReset.connect(self._note_place)
        super().setModel(model)
        if model is not None:
            model.modelReset.connect(self._restore_place)
            model.rowsInserted.connect(lambda _parent, first, last: self._on_inserted(first, last))

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

    def current_place(self) -> QRect:
        """Return where the current row is seen, in px of the window; empty where it is not."""
        index = self.currentIndex()
        if not index.isValid() or not self.isVisible():
            return QRect()
        seen = self.visualRect(index).intersected(self.viewport().rect())
        return QRect(self.viewport().mapTo(self.window(), seen.topLeft()), seen.size())

    def choose_row(self, row: int, *, is_silent: bool = False) -> None:
        """Make ``row`` current and selected and bring it into view."""
        before, self._is_restoring = self._is_restoring, is_silent or self._is_restoring
        self._stand_here()
        index = self.model().index(row, 0)
        self.setCurrentIndex(index)
        if self.isVisible():  # before that Qt scrolls to it on show
            if row > 0 and not self._key_of(row - 1):
                self.scrollTo(self.model().index(row - 1, 0))  # the first of a group with its title
            self.scrollTo(index)
        self._is_restoring = before

    def stand_beside(self, key: str) -> None:
        """Let no row be current: ``key``, which is shown, is not listed. Steps go on from the last row."""
        if self.currentIndex().isValid():
            self._place_key, self._stands_in = self.current_key(), 0
        self._away_key = key
        self._leave_rows()

    def place_key(self) -> str:
        """Return the key of the current row, or of the one the next step begins at; '' if there is none."""
        return self.current_key() or self._place_key

    def step(self, by: int) -> bool:
        """Go to the next (1) or previous (-1) row that has a key; False at the end.

        A row that took the place of one that left the list was not shown yet: it comes next.
        """
        model = self.model()
        row = self.currentIndex().row()
        if row < 0 and self._place_key:
            row = self._row_of(self._place_key)
            if row >= 0 and self._stands_in and by in (1, self._stands_in):
                self.choose_row(row)
                return True
        row += by
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
        if by and not event.modifiers() and not self.currentIndex().isValid():
            self.step(by)
            return
        super().keyPressEvent(event)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        if current.isValid() and not self._is_restoring:
            self._stand_here()
            key = self._key_of(current.row())
            if key:
                self.current_key_changed.emit(key)
        self.place_changed.emit()

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

    # -- place
    def _stand_here(self) -> None:
        self._away_key, self._place_key, self._stands_in = "", "", 0

    def _leave_rows(self) -> None:
        before, self._is_restoring = self._is_restoring, True
        self.setCurrentIndex(QModelIndex())
        self.clearSelection()
        self._is_restoring = before

    def _row_of(self, key: str) -> int:
        model = self.model()
        rows = range(model.rowCount()) if key and model is not None else range(0)
        return next((row for row in rows if self._key_of(row) == key), -1)

    def _on_inserted(self, first: int, last: int) -> None:
        self._size_rows(first, last)
        for row in range(first, last + 1) if self._away_key else ():
            if self._key_of(row) == self._away_key:
                self._make_current(row)
                return

    def _make_current(self, row: int) -> None:
        before, self._is_restoring = self._is_restoring, True
        self._stand_here()
        self.setCurrentIndex(self.model().index(row, 0))
        self._is_restoring = before

    def _tell_attended(self) -> None:
        self.attended_changed.emit(self._is_hovered or self.hasFocus())

    def _note_place(self) -> None:
        self._is_restoring = True
        current = self.currentIndex()
        self._kept_key, self._kept_row = self.current_key(), current.row()
        if not current.isValid() and self._place_key:
            self._kept_row = self._row_of(self._place_key)
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
        row = rows.get(self._kept_key or self._away_key, -1)
        if row >= 0:
            self._make_current(row)
        elif self._kept_row >= 0:  # it left the list: the next step goes to what took its place
            self._away_key = self._kept_key or self._away_key
            self._find_place(rows)
            self._leave_rows()
        key, position = self._anchor
        if key in rows:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self.rowViewportPosition(rows[key]) - position)
        elif not rows:
            self.verticalScrollBar().setValue(0)  # whatever comes next has nothing to do with what was there
        self._is_restoring = False
        self.place_changed.emit()

    def _find_place(self, rows: dict[str, int]) -> None:
        """Note where the next step begins, now that the row ``_kept_row`` may be another one."""
        if self._place_key in rows:
            return
        if not rows:
            self._place_key = ""
            return
        row = min(rows.values(), key=lambda other: (other < self._kept_row, abs(other - self._kept_row)))
        self._place_key = self._key_of(row)
        self._stands_in = 1 if row >= self._kept_row else -1

    def _size_rows(self, first: int, last: int) -> None:
        header = self.verticalHeader()
        default = header.defaultSectionSize()
        for row in range(first, last + 1):
            height = self._height_of(row) or default
            if header.sectionSize(row) != height:
                header.resizeSection(row, height)
