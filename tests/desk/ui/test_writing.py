"""What is written on a case stays with that case, whatever happens while it is written."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QApplication

from tests.desk.materials import NOW, PERSON, a_case, a_message
from tests.desk.services.bench import CASE, SHELF, Bench
from tests.desk.services.test_offers import LIMITS, ORDER, PAYMENT, WRONG
from tests.fakes.running import in_loop, quiet
from workstation.casework.decision import Refund
from workstation.casework.errors import RuleViolation
from workstation.casework.message import AttachmentMeta
from workstation.casework.proposal import Proposal
from workstation.ports import Changes, HubUnavailable, SignInRequired
from workstation.services.views import CaseFile, HeldDecision
from workstation.ui.case_desk.offers import OfferWriter
from workstation.ui.case_desk.view_model import CaseDeskViewModel
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats

OTHER = a_case("other")
META = AttachmentMeta(sha256="a" * 64, name="bild.png", size=3, content_type="image/png")
FORMATS = Formats("de")


class Uploads:
    """Attachments whose upload ends when it is told to, or fails as told."""

    def __init__(self) -> None:
        self.may_end = asyncio.Event()
        self.error: Exception | None = None

    async def put(self, path: Path) -> AttachmentMeta:
        await self.may_end.wait()
        if self.error is not None:
            raise self.error
        return META


class Room:
    """The view model of the room on a desk of fakes."""

    def __init__(self) -> None:
        self.desk = Bench()
        self.desk.give(OTHER, a_message(OTHER))
        self.uploads = Uploads()
        services = SimpleNamespace(
            case_desk=self.desk.case_desk,
            decisions=self.desk.decisions,
            replies=self.desk.replies,
            attachments=self.uploads,
            pictures=None,
            work=self.desk.work,
        )
        errors = ErrorText("de", FORMATS)
        self.model = CaseDeskViewModel(
            services,
            self.desk.tasks,
            self.desk.clock,
            FORMATS,
            errors,
            OfferWriter(FORMATS, errors, SHELF.texts),
            lambda: PERSON.person_id,
        )

    async def settle(self) -> None:
        """Let everything end but the holds, which wait for their time."""
        await quiet()

    @property
    def offers(self) -> tuple[Proposal, ...]:
        """What is offered on the case shown; the button of the first is number 0."""
        return self.model.file.offers if self.model.file else ()

    async def show(self, case_id: str) -> None:
        """Open a case and wait for it."""
        self.model.open(case_id)
        await self.settle()

    async def draft(self, case_id: str) -> str:
        """Return the reply kept for a case."""
        kept = (await self.desk.case_desk.open(case_id)).draft
        return kept.text if kept is not None else ""

    def sent(self, kind: str) -> int:
        """Return how many acts of a kind were written."""
        return sum(1 for item in self.desk.outbox.items(limit=50) if item.type == kind)


def play(acts: Callable[[Room], Awaitable[None]]) -> None:
    """Play on a new room."""

    async def run() -> None:
        room = Room()
        await room.desk.start()
        await room.show(CASE.case_id)
        await acts(room)
        await room.desk.tasks.close()

    in_loop(run)


def test_nothing_can_be_done_to_a_case_while_the_next_one_is_on_its_way(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        room.model.save_text("Guten Tag")
        await room.settle()
        room.model.open(OTHER.case_id)
        room.model.promise("call_back", NOW + timedelta(hours=2), "")
        room.model.send(solves=False)
        room.model.choose(0)
        await room.settle()
        assert (room.sent("decision.make"), room.sent("message.send")) == (0, 0)
        assert room.model.file is not None and room.model.file.case.case_id == OTHER.case_id
        assert await room.draft(CASE.case_id) == "Guten Tag"

    play(acts)


def test_a_decision_does_not_take_the_place_of_what_was_typed_last(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        room.model.text_wanted.connect(lambda: room.model.save_text("Eigene Worte"))
        room.model.promise("call_back", NOW + timedelta(hours=2), "")
        await room.settle()
        assert room.model.text == "Eigene Worte"

    play(acts)


def test_undo_takes_its_own_letter_and_leaves_own_words(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        model = room.model
        model.promise("call_back", NOW + timedelta(hours=2), "")
        await room.settle()
        assert model.text and model.hold is not None
        model.undo()
        await room.settle()
        assert (model.text, await room.draft(CASE.case_id)) == ("", "")
        model.save_text("Eigene Worte")
        model.promise("call_back", NOW + timedelta(hours=2), "")
        await room.settle()
        model.undo()
        await room.settle()
        assert (model.text, await room.draft(CASE.case_id)) == ("Eigene Worte", "Eigene Worte")
        assert model.composer().send_word == "send"

    play(acts)


def test_a_letter_that_was_changed_stays_when_its_decision_is_undone(qapp: QApplication) -> None:
    """Its places for what the booking would have told are marked; a new decision fills them."""

    async def acts(room: Room) -> None:
        model = room.model
        room.desk.give(ORDER, PAYMENT, LIMITS[0], WRONG)
        await room.show(OTHER.case_id)
        await room.show(CASE.case_id)
        refund = next(n for n, one in enumerate(room.offers) if isinstance(one.steps[0], Refund))
        model.choose(refund)
        await room.settle()
        late = {fact.slot for fact in model.composer().facts if fact.state == "late"}
        assert model.hold is not None and late and "⟨" in model.text
        mine = f"{model.text}\nUnd danke für Ihre Geduld."
        model.text_wanted.connect(lambda: model.save_text(mine))  # typed last, not yet reported
        model.undo()
        await room.settle()
        assert model.text == mine and model.hold is None
        state = model.composer()
        assert state.send_word == "send"
        assert {fact.slot for fact in state.facts} == late | {"booked_on"}
        assert {fact.state for fact in state.facts} == {"deviating"}
        model.send(solves=False)
        await room.settle()
        assert room.sent("message.send") == 0 and model.notice is not None and model.text == mine
        model.choose(refund)
        await room.settle()
        assert model.text == mine and model.composer().send_word == "after_booking"
        assert {fact.slot for fact in model.composer().facts if fact.state == "late"} == late

    play(acts)


def test_a_slow_look_does_not_bring_back_what_was_undone(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        model, may_go = room.model, asyncio.Event()
        model.choose(0)
        await room.settle()
        real, looks = room.desk.case_desk.open, 0

        async def slow(case_id: str) -> CaseFile:
            nonlocal looks
            looks += 1
            is_first = looks == 1
            file = await real(case_id)
            if is_first:
                await may_go.wait()
            return file

        room.desk.case_desk.open = slow  # type: ignore[method-assign]
        model.on_changes(Changes(cases=frozenset({CASE.case_id})))
        await room.settle()
        model.undo()
        await room.settle()
        assert looks == 2 and model.file is not None and model.file.decisions == ()
        may_go.set()
        await room.settle()
        assert model.file.decisions == ()

    play(acts)


def test_a_changed_letter_is_still_known_as_changed_after_its_case_was_left(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        model = room.model
        model.choose(0)
        await room.settle()
        letter, held = model.text, model.hold
        assert held is not None
        model.save_text(f"{letter}\nMit eigenem Schluss.")
        await room.settle()
        await room.show(OTHER.case_id)
        await room.show(CASE.case_id)
        assert model.hold is not None and model.text.endswith("Schluss.")
        model.undo()
        await room.settle()
        assert model.text == f"{letter}\nMit eigenem Schluss."
        assert (await room.draft(CASE.case_id)).endswith("Schluss.")

    async def unchanged(room: Room) -> None:
        room.model.choose(0)
        await room.settle()
        await room.show(OTHER.case_id)
        await room.show(CASE.case_id)
        room.model.undo()
        await room.settle()
        assert (room.model.text, await room.draft(CASE.case_id)) == ("", "")

    play(acts)
    play(unchanged)


@pytest.mark.parametrize("own", ["", "\nMit eigenem Schluss."])
def test_a_reply_to_be_sent_after_the_booking_comes_back_with_the_undo(qapp: QApplication, own: str) -> None:
    async def acts(room: Room) -> None:
        model = room.model
        model.choose(0)
        await room.settle()
        written = f"{model.text}{own}"
        model.save_text(written)
        model.send(solves=False)
        await room.settle()
        assert model.text == "" and model.hold is not None
        model.undo()
        await room.settle()
        # A letter nobody changed goes with its decision, as it does from the composer.
        assert model.text == (written if own else "")
        assert bool(await room.draft(CASE.case_id)) is bool(own)

    play(acts)


def test_a_reply_whose_decision_was_undone_elsewhere_says_so_and_can_then_be_sent(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        room.model.save_text("Wir rufen an.")
        room.model.promise("call_back", NOW + timedelta(hours=2), "")
        await room.settle()
        assert room.model.hold is not None
        await room.desk.decisions.undo(room.model.hold.cmd_id)
        room.model.send(solves=False)
        await room.settle()
        assert room.model.notice is not None and room.sent("message.send") == 0
        assert room.model.text == "Wir rufen an."
        room.model.send(solves=False)
        await room.settle()
        assert room.sent("message.send") == 1
        assert await room.draft(CASE.case_id) == ""

    play(acts)


def test_a_decision_made_beside_a_note_is_kept_with_the_reply(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        room.model.save_text("Eigene Worte")
        room.model.set_mode("note")
        room.model.promise("call_back", NOW + timedelta(hours=2), "")
        await room.settle()
        kept = (await room.desk.case_desk.open(CASE.case_id)).draft
        assert kept is not None and room.model.hold is not None
        assert (kept.text, kept.waits_for) == ("Eigene Worte", room.model.hold.cmd_id)

    play(acts)


def test_a_note_saved_twice_is_one_note(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        room.model.set_mode("note")
        room.model.save_text("Nur intern")
        room.model.save_note()
        room.model.save_note()
        await room.settle()
        assert room.sent("note.add") == 1

    play(acts)


def test_a_file_on_its_way_holds_the_reply_and_joins_the_case_it_was_meant_for(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        room.model.save_text("Mit Bild")
        room.model.attach((Path("bild.png"),))
        await room.settle()
        room.model.send(solves=False)
        await room.settle()
        assert room.sent("message.send") == 0
        await room.show(OTHER.case_id)
        room.uploads.may_end.set()
        await room.settle()
        kept = (await room.desk.case_desk.open(CASE.case_id)).draft
        assert kept is not None and (kept.text, kept.attachments) == ("Mit Bild", (META,))
        assert room.model.composer().attachments == ()

    play(acts)


@pytest.mark.parametrize("there", ["", "Worte dort"])
def test_a_file_that_arrives_while_its_case_is_opened_again_joins_it(there: str, qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        if there:
            await room.show(OTHER.case_id)
            room.model.save_text(there)
            await room.show(CASE.case_id)
        room.model.save_text("Mit Bild")
        room.model.attach((Path("bild.png"),))
        await room.settle()
        await room.show(OTHER.case_id)
        room.uploads.may_end.set()
        room.model.open(CASE.case_id)
        await room.settle()
        kept = (await room.desk.case_desk.open(CASE.case_id)).draft
        assert kept is not None and (kept.text, kept.attachments) == ("Mit Bild", (META,))
        other = (await room.desk.case_desk.open(OTHER.case_id)).draft
        assert (other.text if other else "", other.attachments if other else ()) == (there, ())
        assert (room.model.text, room.model.composer().attachments) == ("Mit Bild", (META,))
        room.model.save_text("Mit Bild und Gruß")
        await room.settle()
        kept = (await room.desk.case_desk.open(CASE.case_id)).draft
        assert kept is not None and kept.attachments == (META,)

    play(acts)


@pytest.mark.parametrize(
    "error",
    [
        SignInRequired("session.expired"),
        HubUnavailable("net.timeout"),
        RuleViolation("attachment.unreadable"),
    ],
)
def test_what_goes_wrong_every_day_is_said_in_the_case_and_is_no_fault(
    error: Exception, qapp: QApplication
) -> None:
    async def acts(room: Room) -> None:
        faults: list[str] = []
        room.desk.tasks.on_error = lambda name, _error: faults.append(name)
        room.uploads.error = error
        room.uploads.may_end.set()
        room.model.attach((Path("bild.png"),))
        await room.settle()
        assert room.model.notice is not None and room.model.notice.text
        assert faults == []
        room.model.save_text("Ohne Bild")
        room.model.send(solves=False)
        await room.settle()
        assert room.sent("message.send") == 1

    play(acts)


def test_after_an_undo_the_case_is_read_again_before_a_key_decides(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        model, told = room.model, list[str]()
        model.choose(0)
        await room.settle()
        assert room.model.hold is not None
        model.file_changed.connect(lambda is_new: told.append("read"))
        model.hold_changed.connect(lambda: told.append("buttons"))
        model.undo()
        model.choose(0)  # what the buttons offer still reckons with what was held
        await room.settle()
        assert model.hold is None
        assert (told[0], told[-1]) == ("read", "buttons")
        assert room.sent("decision.make") == 1, "the one taken back"
        model.choose(0)
        await room.settle()
        assert room.model.hold is not None

    play(acts)


def test_an_undo_that_comes_too_late_says_so(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        room.model.promise("call_back", NOW + timedelta(hours=2), "")
        await room.settle()
        assert room.model.hold is not None
        await room.desk.decisions.release(room.model.hold.cmd_id)
        room.desk.outbox.mark_sent((room.model.hold.cmd_id,), NOW)
        room.model.undo()
        await room.settle()
        assert room.model.notice is not None and "nicht mehr" in room.model.notice.text

    play(acts)


def test_a_double_click_decides_once(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        for _click in range(2):
            room.model.promise("call_back", NOW + timedelta(hours=2), "")
        await room.settle()
        assert room.sent("decision.make") == 1

    play(acts)


def test_what_is_held_on_a_case_left_at_once_can_still_be_undone(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        held: list[HeldDecision] = []
        room.model.held_elsewhere.connect(held.append)
        room.model.promise("call_back", NOW + timedelta(hours=2), "")
        room.model.open(OTHER.case_id)
        await room.settle()
        assert [item.case_id for item in held] == [CASE.case_id]
        assert room.model.hold is None and room.model.hold_words(held[0])[0]

    play(acts)


def test_a_promise_entered_during_a_hold_is_not_dropped_in_silence(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        room.model.promise("call_back", NOW + timedelta(hours=2), "")
        await room.settle()
        room.model.promise("answer", NOW + timedelta(hours=3), "")
        await room.settle()
        assert room.sent("decision.make") == 1
        assert room.model.notice is not None and room.model.notice.tone == "ask"

    play(acts)


def test_an_answer_that_reached_nobody_comes_back_while_its_case_is_open(qapp: QApplication) -> None:
    lost = a_message(
        CASE, "lost", kind="outbound", author_id=PERSON.person_id, text="Antwort", delivery="failed"
    )

    async def acts(room: Room) -> None:
        room.desk.give(lost)
        room.model.on_changes(Changes(cases=frozenset({CASE.case_id})))
        await room.settle()
        assert room.model.text == "Antwort"

    async def typed(room: Room) -> None:
        room.model.text_wanted.connect(lambda: room.model.save_text("Eigene Worte"))
        room.desk.give(lost)
        room.model.on_changes(Changes(cases=frozenset({CASE.case_id})))
        await room.settle()
        assert room.model.text == "Eigene Worte"

    play(acts)
    play(typed)


async def _hold_and_leave(room: Room) -> HeldDecision:
    """Refund on the first case, wait for its letter, go on to the other case."""
    room.model.choose(0)
    await room.settle()
    held = room.model.hold
    assert held is not None
    assert await room.draft(CASE.case_id)
    await room.show(OTHER.case_id)
    return held


def test_the_key_takes_back_what_is_held_on_a_case_already_left(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        toasts: list[str] = []
        room.model.toast.connect(toasts.append)
        ended: list[str] = []
        room.model.hold_ended.connect(ended.append)
        held = await _hold_and_leave(room)
        room.model.undo()
        await room.settle()
        assert await room.desk.decisions.held() == ()
        assert await room.draft(CASE.case_id) == "", "its letter must not tell of money that never comes"
        assert room.model.file is not None and room.model.file.case.case_id == OTHER.case_id
        assert len(toasts) == 1 and toasts[0].startswith("Zurückgenommen: ")
        assert ended == [held.cmd_id]
        room.model.undo()
        await room.settle()
        assert len(toasts) == 1, "nothing is held any more"

    play(acts)


def test_that_a_watched_hold_was_let_go_by_itself_is_told(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        ended: list[str] = []
        room.model.hold_ended.connect(ended.append)
        held = await _hold_and_leave(room)
        room.model.watch_hold(held.cmd_id)
        room.model.on_changes(Changes(outbox=True))
        await room.settle()
        assert ended == [], "it is still held"
        await room.desk.decisions.release(held.cmd_id)
        for _more in range(2):
            room.model.on_changes(Changes(cases=frozenset({CASE.case_id})))
            await room.settle()
        assert ended == [held.cmd_id]

    play(acts)


def test_another_window_begins_with_what_was_being_written_once_all_files_are_there(
    qapp: QApplication,
) -> None:
    async def acts(room: Room) -> None:
        room.model.attach((Path("bild.png"),))
        arrived = asyncio.ensure_future(room.model.files_arrived())
        await room.settle()
        assert not arrived.done()
        room.uploads.may_end.set()
        await room.settle()
        assert arrived.done()
        room.model.first_mode = "note"
        await room.show(OTHER.case_id)
        modes = [room.model.mode]
        await room.show(CASE.case_id)
        assert [*modes, room.model.mode] == ["note", "reply"], "once"

    play(acts)


def test_words_of_ones_own_stay_when_a_hold_elsewhere_is_taken_back(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        room.model.save_text("Das muss noch gesagt werden.")
        await room.settle()
        held = await _hold_and_leave(room)
        room.model.take_back(held)
        await room.settle()
        kept = (await room.desk.case_desk.open(CASE.case_id)).draft
        assert kept is not None and kept.text == "Das muss noch gesagt werden."
        assert (kept.waits_for, kept.facts) == ("", ())
        room.model.take_back(held)
        await room.settle()
        assert room.model.notice is not None, "the second time it is said that nothing is held"

    play(acts)


def test_what_was_being_written_goes_on_in_the_case_the_matter_went_into(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        replies = room.desk.replies
        room.model.save_text("Ich frage gleich nach.")
        await room.settle()
        assert await replies.carry_draft(CASE.case_id, OTHER.case_id)
        assert (await room.draft(CASE.case_id), await room.draft(OTHER.case_id)) == (
            "",
            "Ich frage gleich nach.",
        )
        await room.show(OTHER.case_id)
        assert room.model.text == "Ich frage gleich nach."
        room.model.save_text("Etwas anderes.")
        await room.settle()
        await replies.save_draft(replace(await replies.empty_draft(CASE.case_id), text="Noch eins."))
        assert not await replies.carry_draft(CASE.case_id, OTHER.case_id)
        assert (await room.draft(CASE.case_id), await room.draft(OTHER.case_id)) == (
            "Noch eins.",
            "Etwas anderes.",
        )

    play(acts)
