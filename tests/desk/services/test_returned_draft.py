"""An answer that reached nobody is its author's draft again when the case is opened."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import msgspec
import pytest

from tests.desk.materials import NOW, PERSON, a_case, a_message
from tests.desk.services.bench import CASE, Bench
from tests.fakes.running import in_loop
from workstation.casework.case_state import CaseState
from workstation.casework.message import DeliveryState, Fact, Message
from workstation.services.case_desk import returned_draft

OPEN = a_case("returned", assignee_id=PERSON.person_id)


def an_answer(
    delivery: DeliveryState, name: str = "answer", author_id: str = "", minutes: int = 5
) -> Message:
    return a_message(
        OPEN,
        name,
        kind="outbound",
        at=NOW + timedelta(minutes=minutes),
        author_id=author_id or PERSON.person_id,
        text="Angewiesen, Gutschrift {credit_note_no}.",
        to=("erika@kundin.test",),
        facts=(Fact(slot="credit_note_no"),),
        waits_for="decision",
        delivery=delivery,
    )


@pytest.mark.parametrize("delivery", ["held_back", "failed", "bounced"])
def test_it_comes_back_with_its_words_and_waits_for_nothing(delivery: DeliveryState) -> None:
    state = CaseState(case=OPEN, messages=(a_message(OPEN), an_answer(delivery)))
    draft = returned_draft(state, PERSON.person_id)
    assert draft is not None
    assert (draft.text, draft.to) == ("Angewiesen, Gutschrift {credit_note_no}.", ("erika@kundin.test",))
    assert (draft.waits_for, draft.seen_inbound_id) == ("", OPEN.last_inbound_id)


@pytest.mark.parametrize("delivery", ["accepted", "queued", "waiting_booking", "sending", "unknown"])
def test_what_arrived_or_still_may_does_not(delivery: DeliveryState) -> None:
    state = CaseState(case=OPEN, messages=(a_message(OPEN), an_answer(delivery)))
    assert returned_draft(state, PERSON.person_id) is None


def test_nor_does_that_of_a_colleague_or_one_that_was_followed_or_is_done_with() -> None:
    lost = an_answer("held_back")
    later = an_answer("accepted", "later", "somebody", 9)
    assert returned_draft(CaseState(case=OPEN, messages=(lost,)), "somebody") is None
    assert returned_draft(CaseState(case=OPEN, messages=(lost, later)), PERSON.person_id) is None
    solved = a_case("returned", status="solved")
    assert returned_draft(CaseState(case=solved, messages=(lost,)), PERSON.person_id) is None


def test_an_opened_case_has_it_unless_something_newer_was_begun() -> None:
    async def play() -> None:
        desk = Bench()
        await desk.start()
        assert (await desk.case_desk.open(CASE.case_id)).draft is None
        lost = a_message(
            CASE, "lost", kind="outbound", author_id=PERSON.person_id, text="Weg", delivery="held_back"
        )
        desk.give(msgspec.structs.replace(lost, at=NOW))
        returned = (await desk.case_desk.open(CASE.case_id)).draft
        assert returned is not None and returned.text == "Weg"
        await desk.replies.save_draft(dataclasses.replace(returned, text="Neu begonnen"))
        begun = (await desk.case_desk.open(CASE.case_id)).draft
        assert begun is not None and begun.text == "Neu begonnen"

    in_loop(play)
