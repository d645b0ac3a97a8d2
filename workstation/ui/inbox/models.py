"""Rows of the queue and their model with sections; a case is found by its id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QObject, Qt

from workstation.ui.shared.row_model import ROW_FLAGS, RowModel

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


class QueueModel(RowModel[Item]):
    """Cases with the titles of their sections; a case is found by its id."""

    def __init__(self, describe: Callable[[Item], str], parent: QObject | None = None) -> None:
        super().__init__(describe, parent)
        self._positions: dict[str, int] = {}

    def flags_of(self, item: Item) -> Qt.ItemFlag:
        if isinstance(item, QueueRow):
            return ROW_FLAGS
        # Only the folded section answers to a click or a key.
        can_fold = item.section is Section.WAITING
        return Qt.ItemFlag.ItemIsEnabled if can_fold else Qt.ItemFlag.NoItemFlags

    def rows(self) -> list[QueueRow]:
        """Return the cases shown, in order."""
        return [item for item in self._items if isinstance(item, QueueRow)]

    def rows_between(self, first: int, last: int) -> list[QueueRow]:
        """Return the cases from row number ``first`` to ``last``, both included."""
        return [item for item in self._items[first : last + 1] if isinstance(item, QueueRow)]

    def position(self, case_id: str) -> int:
        """Return the row number of a case; -1 if it is not shown."""
        return self._positions.get(case_id, -1)

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

    def placed(self, first: int) -> None:
        if first == 0:
            self._positions.clear()
        for number in range(first, len(self._items)):
            item = self._items[number]
            if isinstance(item, QueueRow):
                self._positions[item.case_id] = number
