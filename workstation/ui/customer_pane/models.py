"""Items of a customer's timeline and their model with group titles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from PySide6.QtCore import Qt

from workstation.casework.money import Money
from workstation.ui.shared.row_model import ROW_FLAGS, RowModel

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


class TimelineModel(RowModel[Item]):
    """Items for the list view, newest first, with their group titles."""

    def flags_of(self, item: Item) -> Qt.ItemFlag:
        return Qt.ItemFlag.NoItemFlags if isinstance(item, GroupItem) else ROW_FLAGS
