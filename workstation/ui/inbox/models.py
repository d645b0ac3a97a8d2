"""Rows of the queue and their one-column table model with sections; it only holds, it never fetches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

if TYPE_CHECKING:
    from workstation.casework.message import Channel


ReasonKind = Literal[
    "promise",  # Zusage: {reason_words} bis …
    "first_response",
    "next_response",
    "resolution",
    "waiting",  # the customer waits since waiting_since, no clock
    "approval",  # an approval is asked for and due
    "approved",
    "undelivered",  # our answer did not arrive
    "not_booked",  # queued while offline and refused on return
    "follow_up",
    "snooze",
    "on_others",  # it is the turn of the customer or a colleague
]


class Section(StrEnum):
    """The parts of the queue, in this order."""

    OVERDUE = "overdue"
    SOON = "soon"
    TODAY = "today"
    LATER = "later"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """One case in the queue, as the list shows it. Times are aware UTC."""

    case_id: str
    number: str
    """As shown: «48213», or «Neu · K7Q2» until the hub gave a number."""
    customer_name: str
    subject: str
    channel: Channel
    reason: ReasonKind
    due_at: datetime | None = None
    reason_words: str = ""
    """What was promised («Rückruf»), or whom the case waits for."""
    waiting_since: datetime | None = None
    is_unread: bool = False
    is_waiting: bool = False
    """It is somebody else's turn: belongs to the folded section at the end."""
    assignee_initials: str = ""
    typing_initials: str = ""
    """A colleague who writes in this case right now."""


@dataclass(frozen=True, slots=True)
class SectionItem:
    """The title line of a section."""

    section: Section
    count: int
    is_folded: bool = False


Item = QueueRow | SectionItem
RowRole = int(Qt.ItemDataRole.UserRole) + 1
"""The whole item in one call: nine roles a row cost three times as much."""


def section_of(row: QueueRow, now: datetime, soon: timedelta, today_ends_at: datetime) -> Section:
    """Return the section of ``row`` at ``now``; a case without a due time waits under «Heute»."""
    if row.is_waiting:
        return Section.WAITING
    if row.due_at is None:
        return Section.TODAY
    if row.due_at < now:
        return Section.OVERDUE
    if row.due_at <= now + soon:
        return Section.SOON
    return Section.TODAY if row.due_at < today_ends_at else Section.LATER


Index = QModelIndex | QPersistentModelIndex
_CASE_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren


class QueueModel(QAbstractTableModel):
    """Items for the list view. ``describe`` gives the sentence a screen reader says for an item.

    ``more_wanted`` fires when the view nears the end while ``has_more`` is set.
    """

    more_wanted = Signal()

    def __init__(self, describe: Callable[[Item], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._describe = describe
        self._items: list[Item] = []
        self._positions: dict[str, int] = {}
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
        item = self._items[index.row()]
        if isinstance(item, QueueRow):
            return _CASE_FLAGS
        # Only the folded section answers to a click or a key.
        can_fold = item.section is Section.WAITING
        return Qt.ItemFlag.ItemIsEnabled if can_fold else Qt.ItemFlag.NoItemFlags

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._has_more and not self._is_asked

    def fetchMore(self, parent: Index) -> None:
        if self.canFetchMore(parent):
            self._is_asked = True
            self.more_wanted.emit()

    # -- what the view model sets
    @property
    def items(self) -> Sequence[Item]:
        """The items shown, in order."""
        return self._items

    def rows(self) -> list[QueueRow]:
        """Return the cases shown, in order."""
        return [item for item in self._items if isinstance(item, QueueRow)]

    def position(self, case_id: str) -> int:
        """Return the row number of a case; -1 if it is not shown."""
        return self._positions.get(case_id, -1)

    def reset(self, items: Sequence[Item], *, has_more: bool) -> None:
        """Show ``items`` instead; the view keeps selection and place by case id."""
        self.beginResetModel()
        self._items = list(items)
        self._has_more, self._is_asked = has_more, False
        self._index(0)
        self.endResetModel()

    def append(self, items: Sequence[Item], *, has_more: bool) -> None:
        """Add the next page at the end."""
        self._has_more, self._is_asked = has_more, False
        if not items:
            return
        first = len(self._items)
        self.beginInsertRows(QModelIndex(), first, first + len(items) - 1)
        self._items.extend(items)
        self._index(first)
        self.endInsertRows()

    def update_item(self, position: int, item: Item) -> None:
        """Replace one item where it stands; equal items cost nothing."""
        if self._items[position] == item:
            return
        self._items[position] = item
        spot = self.index(position, 0)
        self.dataChanged.emit(spot, spot)

    def retell(self) -> None:
        """Repaint all rows where they are: the minutes moved on, the order did not."""
        if self._items:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._items) - 1, 0))

    def _index(self, first: int) -> None:
        if first == 0:
            self._positions.clear()
        for number in range(first, len(self._items)):
            item = self._items[number]
            if isinstance(item, QueueRow):
                self._positions[item.case_id] = number
