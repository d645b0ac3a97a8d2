"""The answer a decision brings, beside a draft begun before it, and what is said once one settles a case."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from PySide6.QtWidgets import QApplication

from tests.desk.materials import NOW, PERSON, a_message
from tests.desk.services.bench import CASE
from tests.desk.services.test_offers import LIMITS, ORDER, PAYMENT, WRONG
from tests.desk.ui.test_writing import OTHER, Room, play
from workstation.casework.decision import Refund
from workstation.ui.shared.decision_button import DecisionState


def test_an_answer_that_settles_the_case_tells_when_the_customer_is_asked_back(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        model, said, solved = room.model, list[str](), list[tuple[object, ...]]()
        model.toast.connect(said.append)
        model.solved.connect(lambda *what: solved.append(what))
        model.save_text("Guten Tag")
        model.send(solves=True)
        await room.settle()
        case = (await room.desk.writer.state(CASE.case_id)).the_case
        assert case.status == "solved" and case.follow_up_at is not None
        assert said == []
        assert solved == [(CASE.case_id, "Kunde 1", case.follow_up_at, "Antwort gesendet")]
        await room.show(OTHER.case_id)
        model.save_text("Guten Tag")
        model.send(solves=False)
        await room.settle()
        assert said == ["Antwort gesendet"] and len(solved) == 1

    play(acts)


def test_a_draft_older_than_the_decision_stays_and_its_answer_is_offered(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        model = room.model
        lost = a_message(
            CASE, "lost", kind="outbound", author_id=PERSON.person_id, text="Ihr Ersatz ist unterwegs.",
            delivery="bounced",
        )  # fmt: skip
        room.desk.give(msgspec.structs.replace(lost, at=NOW), ORDER, PAYMENT, LIMITS[0], WRONG)
        await room.show(OTHER.case_id)
        await room.show(CASE.case_id)
        assert model.text == "Ihr Ersatz ist unterwegs." and model.notice is None
        model.choose(next(n for n, one in enumerate(room.offers) if isinstance(one.steps[0], Refund)))
        await room.settle()
        assert model.text == "Ihr Ersatz ist unterwegs." and model.hold is not None
        assert model.notice is not None and "älter" in model.notice.title
        assert [key for key, _words in model.notice.buttons] == ["take", "keep"]
        model.press_notice(0)
        await room.settle()
        letter = model.text
        assert "Ersatz ist unterwegs" not in letter and "⟨" in letter
        assert model.composer().send_word == "after_booking"
        assert await room.draft(CASE.case_id) != "Ihr Ersatz ist unterwegs."
        model.press_notice(0)
        await room.settle()
        assert model.text == await room.draft(CASE.case_id) == "Ihr Ersatz ist unterwegs."
        model.press_notice(0)
        model.save_text(f"{letter}\nIhre Anna")
        model.undo()
        await room.settle()
        assert model.notice is None and model.text == f"{letter}\nIhre Anna"

    async def kept(room: Room) -> None:
        model = room.model
        model.save_text("Eigene Worte")
        model.promise("call_back", NOW + timedelta(hours=2), "")
        await room.settle()
        assert model.notice is not None and model.text == "Eigene Worte"
        model.press_notice(1)
        assert model.notice is None and model.text == "Eigene Worte"
        model.undo()
        await room.settle()
        model.promise("call_back", NOW + timedelta(hours=2), "")
        await room.settle()
        assert model.notice is not None
        model.send(solves=False)
        await room.settle()
        assert model.notice is None and model.text == ""

    play(acts)
    play(kept)


def test_a_look_at_an_earlier_decision_leaves_what_is_being_written_alone(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        model = room.model
        room.desk.give(ORDER, PAYMENT, LIMITS[0], WRONG)
        await room.show(OTHER.case_id)
        await room.show(CASE.case_id)
        model.choose(next(n for n, one in enumerate(room.offers) if isinstance(one.steps[0], Refund)))
        await room.settle()
        model.book_now()
        await room.settle()
        model.send(solves=False)
        await room.settle()
        await room.show(OTHER.case_id)
        await room.show(CASE.case_id)
        assert model.text == "" and model.hold is None
        assert model.faces()[0].state is DecisionState.RUNNING
        model.save_text("Eigene Worte")
        model.choose(0)  # its result, before what is offered
        await room.settle()
        assert model.text == "Eigene Worte" and model.notice is not None
        assert "älter" not in model.notice.title
        assert model.composer().send_word == "send" and model.composer().facts == ()
        model.press_notice(0)
        await room.settle()
        assert model.text.startswith("Guten Tag") and model.composer().send_word == "after_booking"
        assert model.composer().facts
        model.press_notice(0)
        await room.settle()
        assert model.text == await room.draft(CASE.case_id) == "Eigene Worte"
        assert model.composer().send_word == "send" and model.composer().facts == ()

    play(acts)


def test_chips_say_in_which_language_the_letter_has_them(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        model = room.model
        room.desk.give(ORDER, PAYMENT, LIMITS[0], WRONG)
        await room.show(OTHER.case_id)
        await room.show(CASE.case_id)
        refund = next(n for n, one in enumerate(room.offers) if isinstance(one.steps[0], Refund))
        model.set_language("en")
        model.choose(refund)
        await room.settle()
        known = [fact.words for fact in model.composer().facts if fact.state == "known"]
        assert known and all(", auf Englisch: " in words for words in known)
        assert any("€" in words and words.rsplit(": ", 1)[1] in model.text for words in known)

    play(acts)
