"""Items of a customer's timeline and their one-column table model with group titles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from workstation.casework.money import Money

ItemKind = Literal[
    "message",
    "call",
    "chat",
    "note",
    "order",
    "payment",
    "shipment",
    "invoice",
    "dunning",
    "chargeback",
    "refund",
    "goodwill",
    "return",
    "booking",
    "promise",
    "complaint",
    "other",
]
StatusTone = Literal["go", "ask", "danger", "secondary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineItem:
    """One thing that happened, as the timeline shows it. ``at`` is aware UTC."""

    item_id: str
    kind: ItemKind
    at: datetime
    title: str
    meta: str = ""
    amount: Money | None = None
    status: str = ""
    status_tone: StatusTone = "secondary"
    is_warning: bool = False
    """Dunning, chargeback, complaint: the node is tinted."""
    reference: str = ""
    """What ``L`` puts into the reply: «Bestellung B-10482»."""


@dataclass(frozen=True, slots=True)
class GroupItem:
    """The title of a group: «Heute», «Gestern», «Montag», «Februar 2026»."""

    title: str


Item = TimelineItem | GroupItem
RowRole = int(Qt.ItemDataRole.UserRole) + 1
Index = QModelIndex | QPersistentModelIndex


class TimelineModel(QAbstractTableModel):
    """Items for the list view. ``more_wanted`` fires when the view nears the end while more exist."""

    more_wanted = Signal()

    def __init__(self, describe: Callable[[Item], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._describe = describe
        self._items: list[Item] = []
        self._has_more = False
        self._is_asked = False

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
        if not index.isValid() or isinstance(self._items[index.row()], GroupItem):
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._has_more and not self._is_asked

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._is_asked = True
            self.more_wanted.emit()

    @property
    def items(self) -> Sequence[Item]:
        """The items shown, newest first, with their group titles."""
        return self._items

    def reset(self, items: Sequence[Item], *, has_more: bool) -> None:
        """Show ``items`` instead."""
        self.beginResetModel()
        self._items, self._has_more, self._is_asked = list(items), has_more, False
        self.endResetModel()

    def append(self, items: Sequence[Item], *, has_more: bool) -> None:
        """Add the next page at the end."""
        self._has_more, self._is_asked = has_more, False
        if not items:
            return
        first = len(self._items)
        self.beginInsertRows(QModelIndex(), first, first + len(items) - 1)
        self._items.extend(items)
        self.endInsertRows()
