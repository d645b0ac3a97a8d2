"""The room of a case that went into another one: nothing is begun there, and what was begun is kept."""

from __future__ import annotations

from pathlib import Path

import msgspec
from PySide6.QtWidgets import QApplication

from tests.desk.materials import NOW
from tests.desk.services.bench import CASE
from tests.desk.ui.test_open_work_room import refresh
from tests.desk.ui.test_writing import META, OTHER, Room, play
from workstation.casework.case import MergedCase
from workstation.ui.case_desk.view import CaseDeskView
from workstation.ui.shared.theme import Theme


def merge(room: Room, *, is_back: bool = False) -> None:
    """Somebody else merges the case shown into another one, or takes that back."""
    entry = MergedCase(case_id=CASE.case_id, merged_at=NOW)
    rev = 9 if is_back else 8
    room.desk.give(
        msgspec.structs.replace(CASE, merged_into="" if is_back else OTHER.case_id, rev=rev),
        msgspec.structs.replace(OTHER, merged=() if is_back else (entry,), rev=rev),
    )


def test_a_case_that_went_elsewhere_offers_no_decision_and_no_answer(
    qapp: QApplication, theme: Theme
) -> None:
    async def acts(room: Room) -> None:
        view = CaseDeskView(theme, room.model)
        await refresh(room)
        assert not view.decisions.isHidden() and not view.composer.isHidden()
        merge(room)
        await refresh(room)
        assert view.decisions.isHidden() and view.composer.isHidden()
        head = view.header
        assert head._done.isHidden() and head._assign.isHidden() and head._snooze.isHidden()
        assert head.check_back.isHidden()
        merge(room, is_back=True)
        await refresh(room)
        assert not view.decisions.isHidden() and not view.composer.isHidden()
        assert not head._done.isHidden()
        view.deleteLater()

    play(acts)


def test_what_was_being_written_when_it_went_stays_in_sight(qapp: QApplication, theme: Theme) -> None:
    async def acts(room: Room) -> None:
        view = CaseDeskView(theme, room.model)
        await refresh(room)
        room.model.save_text("Halb fertig")
        await room.settle()
        merge(room)
        await refresh(room)
        assert view.decisions.isHidden()
        assert not view.composer.isHidden()
        assert room.model.text == "Halb fertig"
        view.deleteLater()

    play(acts)


def test_a_reply_of_which_only_a_file_is_there_stays_in_sight_and_goes_along(
    qapp: QApplication, theme: Theme
) -> None:
    async def acts(room: Room) -> None:
        view = CaseDeskView(theme, room.model)
        await refresh(room)
        room.uploads.may_end.set()
        room.model.attach((Path("bild.png"),))
        await room.settle()
        merge(room)
        await refresh(room)
        assert not view.composer.isHidden()
        replies = room.desk.replies
        assert await replies.carry_draft(CASE.case_id, OTHER.case_id)
        there = (await room.desk.case_desk.open(OTHER.case_id)).draft
        assert there is not None and there.attachments == (META,)
        assert not await replies.carry_draft(CASE.case_id, OTHER.case_id), "it is there already"
        await replies.save_draft(await replies.empty_draft(CASE.case_id))
        assert not await replies.carry_draft(CASE.case_id, OTHER.case_id), "nothing is begun there"
        view.deleteLater()

    play(acts)
