"""Acts on a case: saved, shown at once, refused by the rules with nothing stored."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk.materials import NOW, PERSON, TEAM, a_case, a_message, an_id
from tests.desk.services.bench import CASE, Bench, a_refund
from tests.fakes.running import in_loop, quiet
from workstation.casework.card import CustomCard
from workstation.casework.decision import (
    BlockDunning,
    DecisionRecord,
    PriceAdjustment,
    ResendInvoice,
    Step,
)
from workstation.casework.errors import RuleViolation
from workstation.casework.message import Fact
from workstation.casework.money import Money
from workstation.casework.wire.commands import Applied, SendMessage, SolveCase
from workstation.ports import Changes, Draft, InboxFilter


async def bench() -> Bench:
    made = Bench()
    await made.start()
    return made


async def settled(desk: Bench) -> None:
    """Wait until the overlay has been written."""
    await quiet()
    assert desk.tasks.running == ()


def test_an_act_is_saved_told_and_shown() -> None:
    async def play() -> None:
        desk = await bench()
        item = await desk.case_desk.assign(CASE.case_id, PERSON.person_id)
        assert desk.outbox.item(item.cmd_id) == item
        assert desk.queued == 1
        await settled(desk)
        (row,) = (await desk.inbox.page(InboxFilter(tab="mine"))).rows
        assert (row.assignee_name, row.pending, row.section) == ("Lisa Sommer", 1, "next_30_minutes")
        assert any(CASE.case_id in change.cases for change in desk.seen)
        assert any(change.outbox for change in desk.seen)

    in_loop(play)


def test_rules_say_no_before_anything_is_stored() -> None:
    async def play() -> None:
        desk = await bench()
        for work, code in (
            (desk.case_desk.snooze(CASE.case_id, NOW - timedelta(hours=1)), "case.snooze_in_past"),
            (desk.case_desk.solve(CASE.case_id), "case.unanswered"),
            (desk.case_desk.is_case(CASE.case_id), "case.illegal_move"),
            (desk.case_desk.add_note(CASE.case_id, "  "), "note.empty"),
            (desk.case_desk.keep_promise(CASE.case_id, an_id("x")), "promise.unknown"),
            (desk.case_desk.tie(CASE.case_id), "case.tie_nothing"),
            (desk.case_desk.promise(CASE.case_id, "call_back", NOW), "promise.in_past"),
            (desk.case_desk.assign(an_id("case", "none"), PERSON.person_id), "case.unknown"),
        ):
            with pytest.raises(RuleViolation) as caught:
                await work
            assert caught.value.code == code
        assert desk.outbox.items() == ()
        assert desk.queued == 0

    in_loop(play)


def test_no_case_and_back_again() -> None:
    async def play() -> None:
        desk = await bench()
        await desk.case_desk.no_case(CASE.case_id, "newsletter")
        await settled(desk)
        assert (await desk.inbox.page()).rows == ()
        await desk.case_desk.is_case(CASE.case_id)
        await settled(desk)
        assert [row.case_id for row in (await desk.inbox.page()).rows] == [CASE.case_id]

    in_loop(play)


def test_reading_marks_once_and_only_what_was_seen() -> None:
    async def play() -> None:
        desk = await bench()
        (row,) = (await desk.inbox.page()).rows
        assert row.is_unread
        assert await desk.case_desk.mark_read(CASE.case_id, an_id("message", "older")) is None
        assert await desk.case_desk.mark_read(CASE.case_id, CASE.last_inbound_id) is not None
        assert await desk.case_desk.mark_read(CASE.case_id) is None
        await settled(desk)
        (row,) = (await desk.inbox.page()).rows
        assert not row.is_unread

    in_loop(play)


def test_a_case_begun_here_can_be_worked_on_before_the_hub_knows_it() -> None:
    async def play() -> None:
        desk = await bench()
        case_id = await desk.case_desk.open_case(
            channel="mail", subject="Neu", address="neu@example.org", customer_name="Neue Kundin"
        )
        await desk.case_desk.log_call(case_id, "Rückfrage geklärt", "out", 60)
        await settled(desk)
        file = await desk.case_desk.open(case_id)
        assert (file.case.number, len(file.code), file.case.team_id) == (None, 4, TEAM)
        assert [item.kind for item in file.messages] == ["call"]
        assert case_id in {row.case_id for row in (await desk.inbox.page()).rows}
        assert [envelope.type for envelope in desk.outbox.to_send(max_rows=9)] == ["case.open", "call.log"]

    in_loop(play)


def test_a_reply_waits_for_its_decision_and_goes_with_it() -> None:
    async def play() -> None:
        desk = await bench()
        held = await desk.decisions.hold(CASE.case_id, a_refund())
        draft = Draft(
            case_id=CASE.case_id,
            person_id=PERSON.person_id,
            text="Gutschrift {credit_note_no}",
            facts=(Fact(slot="credit_note_no"),),
            waits_for=held.cmd_id,
            seen_inbound_id=CASE.last_inbound_id,
            saved_at=NOW,
        )
        await desk.replies.save_draft(draft)
        item = await desk.replies.send(draft)
        assert item.depends_on == (held.cmd_id,)
        assert isinstance(item.body, SendMessage)
        assert (item.body.waits_for, item.body.to) == (held.cmd_id, (CASE.reply_to,))
        assert desk.outbox.draft(CASE.case_id, PERSON.person_id, "reply") is None
        assert desk.outbox.to_send(max_rows=9) == ()
        file = await desk.case_desk.open(CASE.case_id)
        assert file.messages[-1].delivery == "waiting_booking"
        await desk.decisions.undo(held.cmd_id)
        back = (await desk.case_desk.open(CASE.case_id)).draft
        assert back is not None and back.text == draft.text
        await desk.tasks.close()

    in_loop(play)


@pytest.mark.parametrize(("decision", "names_it"), [("copy", True), ("block", False)])
def test_a_reply_written_after_the_copy_was_made_still_takes_it_along(decision: str, names_it: bool) -> None:
    step: ResendInvoice | BlockDunning = ResendInvoice(invoice_id=an_id("invoice"))
    if decision == "block":
        step = BlockDunning(invoice_id=an_id("invoice"))
    record = DecisionRecord(
        decision_id=an_id("decision"),
        case_id=CASE.case_id,
        customer_id=CASE.customer_id,
        person_id=PERSON.person_id,
        decided_at=NOW,
        steps=(Step(decision=step, state="booked"),),
        state="booked",
        rev=1,
    )

    async def play() -> None:
        desk = await bench()
        desk.give(record)
        draft = Draft(
            case_id=CASE.case_id,
            person_id=PERSON.person_id,
            text="Die Zweitschrift liegt bei.",
            waits_for=record.decision_id,
            seen_inbound_id=CASE.last_inbound_id,
            saved_at=NOW,
        )
        item = await desk.replies.send(draft)
        assert isinstance(item.body, SendMessage)
        assert item.body.waits_for == (record.decision_id if names_it else "")
        await desk.tasks.close()

    in_loop(play)


@pytest.mark.parametrize(("paid_out", "words"), [(0, "abgezogen"), (1000, "Haben Sie Geduld")])
def test_a_card_of_the_firm_that_names_an_account_gives_way_when_nothing_is_paid_out(
    paid_out: int, words: str
) -> None:
    own = CustomCard(
        card_id=an_id("card"),
        key="price_adjustment",
        de="{greeting}, {amount} gehen auf {account}. Haben Sie Geduld.",
    )
    step = PriceAdjustment(
        order_id=an_id("order"), payment_id="", amount=Money(paid_out), credited=Money(1000 - paid_out)
    )
    record = DecisionRecord(
        decision_id=an_id("decision"),
        case_id=CASE.case_id,
        customer_id=CASE.customer_id,
        person_id=PERSON.person_id,
        decided_at=NOW,
        steps=(Step(decision=step),),
        rev=1,
    )

    async def play() -> None:
        desk = Bench()
        desk.replica.apply_page(desk.feed.page(own, scope="reference"))
        desk.give(record)
        await desk.start()
        draft = await desk.replies.draft_for(CASE.case_id, record.decision_id, language="de")
        assert words in draft.text
        await desk.tasks.close()

    in_loop(play)


def test_a_reply_to_an_older_state_is_stopped_and_can_be_forced() -> None:
    async def play() -> None:
        desk = await bench()
        draft = await desk.replies.empty_draft(CASE.case_id)
        newer = a_message(CASE, 2, text="Noch etwas", at=NOW, author_name="Anna")
        desk.give(newer, a_case("1", rev=2, due_in=20, last_inbound_id=newer.message_id))
        written = Draft(
            case_id=draft.case_id,
            person_id=draft.person_id,
            text="Antwort",
            seen_inbound_id=draft.seen_inbound_id,
            saved_at=draft.saved_at,
        )
        with pytest.raises(RuleViolation) as caught:
            await desk.replies.send(written)
        assert caught.value.code == "reply.stale"
        assert desk.outbox.items() == ()
        sent = await desk.replies.send(written, is_forced=True, solves=True)
        assert isinstance(sent.body, SendMessage) and sent.body.is_forced and sent.body.solves
        await settled(desk)

    in_loop(play)


def test_the_overlay_equals_the_base_once_all_is_seen() -> None:
    async def play() -> None:
        desk = await bench()
        item = await desk.case_desk.add_note(CASE.case_id, "gesehen")
        await settled(desk)
        desk.outbox.settle([Applied(cmd_id=item.cmd_id, seqs={"team:team-1": 3})], NOW)
        assert desk.outbox.mark_seen({"team:team-1": 3}) == {CASE.case_id}
        await desk.overlay.refresh([CASE.case_id])
        assert desk.replica.over == {}
        assert (
            desk.replica.case(CASE.case_id).messages() == desk.replica.base_of_case(CASE.case_id).messages()
        )

    in_loop(play)


def test_an_act_the_hub_has_overtaken_is_left_out_of_the_picture() -> None:
    async def play() -> None:
        desk = await bench()
        await desk.case_desk.solve(CASE.case_id, without_answer="duplicate")
        await settled(desk)
        desk.give(a_case("1", rev=2, status="no_case"))
        await desk.overlay.rebase(Changes(cases=frozenset({CASE.case_id})))
        file = await desk.case_desk.open(CASE.case_id)
        assert file.case.status == "no_case"
        assert isinstance(file.pending[0].body, SolveCase)

    in_loop(play)


def test_nobody_signed_in_writes_nothing() -> None:
    async def play() -> None:
        desk = await bench()
        desk.me.now = None
        with pytest.raises(RuleViolation) as caught:
            await desk.case_desk.reopen(CASE.case_id)
        assert caught.value.code == "session.nobody"

    in_loop(play)
