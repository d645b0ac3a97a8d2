"""Taking back what was booked, from the history of a customer: offered with the line, decided on its case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workstation.casework.errors import RuleViolation
from workstation.casework.limit import Refused
from workstation.casework.proposal import Proposal
from workstation.ui.customer_pane.models import TimelineItem

if TYPE_CHECKING:
    from workstation.ui.shell.desk_window import DeskWindow


class TakingBack:
    """One for the window. It is decided on the case that decided, or the one that case went into."""

    def __init__(self, rooms: DeskWindow) -> None:
        self._rooms = rooms
        self._case_id = ""
        self._offers: tuple[Proposal, ...] = ()

    def look(self, item: TimelineItem) -> None:
        """Find out how the line shown can be taken back, and show it in its popover."""
        self._case_id, self._offers = "", ()
        self._rooms.desk.tasks.start(self._look(item), name="history.taking_back", owner=self)

    async def _look(self, item: TimelineItem) -> None:
        rooms = self._rooms
        entity, entity_id, _part = item.item_id.split(":", 2)
        decision_id, case_id = await rooms.desk.history.decided_by(entity, entity_id)
        if not decision_id or rooms.document.item_id != item.item_id:
            return
        try:
            offers = await rooms.desk.case_desk.reversals(case_id, decision_id)
            file = await rooms.desk.case_desk.open(case_id)
        except RuleViolation:
            return  # its case is at the hub only, or was taken away meanwhile
        if rooms.document.item_id != item.item_id:
            return
        self._case_id, self._offers = case_id, offers
        rooms.document.show_decisions(item.item_id, rooms.case_model.faces_of(file, offers))

    def choose(self, number: int) -> None:
        """Take back what button ``number`` says; a grey one has said why not."""
        if number >= len(self._offers) or isinstance(self._offers[number].judgement, Refused):
            return
        case_id, offer = self._case_id, self._offers[number]
        self._rooms.document.close_popover()
        self._rooms.open_case(case_id)
        self._rooms.case_model.decide_in(case_id, offer)
