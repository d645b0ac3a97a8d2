"""The one-column table model under queue and timeline: it holds what it is given and never fetches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

I = TypeVar("I")  # noqa: E741  (an item)
Index = QModelIndex | QPersistentModelIndex
RowRole = int(Qt.ItemDataRole.UserRole) + 1
"""The whole item in one call: nine roles a row cost three times as much."""
ROW_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren


class RowModel(QAbstractTableModel, Generic[I]):
    """Items for a list view. ``describe`` gives the sentence a screen reader says for an item.

    ``more_wanted`` fires when the view nears the end while more exist.
    """

    more_wanted = Signal()

    def __init__(self, describe: Callable[[I], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._describe = describe
        self._items: list[I] = []
        self._has_more = False
        self._is_asked = False

    # -- what views ask
    def rowCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self._items)

    def columnCount(self, parent: Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else 1

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        if not index.isValid():
            return None
        item = self._items[index.row()]
        if role == RowRole:
            return item
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._describe(item)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return self.flags_of(self._items[index.row()])

    def flags_of(self, item: I) -> Qt.ItemFlag:
        """Return what can be done with ``item``; titles answer to nothing."""
        return ROW_FLAGS

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._has_more and not self._is_asked

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._is_asked = True
            self.more_wanted.emit()

    # -- what the view model sets
    @property
    def items(self) -> Sequence[I]:
        """The items shown, in order, with their titles."""
        return self._items

    def reset(self, items: Sequence[I], *, has_more: bool) -> None:
        """Show ``items`` instead; the view keeps selection and place by key."""
        self.beginResetModel()
        self._items = list(items)
        self._has_more, self._is_asked = has_more, False
        self.placed(0)
        self.endResetModel()

    def append(self, items: Sequence[I], *, has_more: bool) -> None:
        """Add the next page at the end."""
        self._has_more, self._is_asked = has_more, False
        if not items:
            return
        first = len(self._items)
        self.beginInsertRows(QModelIndex(), first, first + len(items) - 1)
        self._items.extend(items)
        self.placed(first)
        self.endInsertRows()

    def placed(self, first: int) -> None:
        """Take note of the items from ``first`` on; called before views hear of them."""
