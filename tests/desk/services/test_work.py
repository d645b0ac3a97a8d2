"""Work for people at the desk: doubts settled and work orders confirmed, seen at once, refused truthfully."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from tests.desk.materials import NOW, PERSON, TEAM, a_message, an_id
from tests.desk.services.bench import CASE, Bench
from tests.fakes.running import in_loop
from workstation.casework.decision import AuthoriseReturn, Decision, DecisionRecord, Refund, Step
from workstation.casework.errors import RuleViolation
from workstation.casework.message import Fact, Message
from workstation.casework.money import Money
from workstation.casework.people import Person
from workstation.casework.records import LineQuantity, WorkOrder
from workstation.casework.wire.commands import ConfirmWork, SendMessage, SettleEffect
from workstation.services.identity import Worker

TANJA = Person(
    person_id=an_id("person", "tanja"), name="Tanja Weiß", login="tanja", role="lead", team_id=TEAM, rev=1
)
REFUND = Refund(order_id=an_id("order"), payment_id=an_id("payment"), amount=Money(2490))
RETURN = AuthoriseReturn(
    order_id=an_id("order"), lines=(LineQuantity(an_id("line"), 1),), deadline=(NOW + timedelta(14)).date()
)
EVIDENCE = {"target": "medusa", "looks": "2", "sent_at": (NOW - timedelta(minutes=9)).isoformat()}
TRANSFER = WorkOrder(
    work_order_id=an_id("work", "transfer"),
    kind="transfer",
    created_at=NOW - timedelta(hours=1),
    customer_id=CASE.customer_id,
    order_id=an_id("order"),
    amount=Money(2490),
    rev=1,
)


def doubtful(decision: Decision = REFUND) -> DecisionRecord:
    step = Step(
        decision=decision,
        effect_id=an_id("effect"),
        state="unknown",
        failure="effect.outcome_unknown",
        failure_params=EVIDENCE,
    )
    return DecisionRecord(
        decision_id=an_id("decision"),
        case_id=CASE.case_id,
        customer_id=CASE.customer_id,
        person_id=PERSON.person_id,
        decided_at=NOW,
        steps=(step,),
        state="booking",
        rev=1,
    )


def a_reply(**more: object) -> Message:
    fields: dict[str, object] = {
        "kind": "outbound",
        "author_id": PERSON.person_id,
        "to": ("kunde-1@example.org",),
        "text": "Gutschrift {credit_note_no}",
        "facts": (Fact(slot="credit_note_no"),),
        "waits_for": an_id("decision"),
        "at": NOW,
        **more,
    }
    return a_message(CASE, "reply", **fields)


async def bench(*entities: object, person: Person = TANJA) -> Bench:
    desk = Bench()
    desk.replica.apply_page(desk.feed.page(TANJA, scope="reference"))
    desk.give(*entities)  # type: ignore[arg-type]
    desk.me.now = Worker(person.person_id, person.name, person.login, person.role, TEAM)
    await desk.start()
    return desk


def test_what_is_settled_shows_at_once_and_waits_for_the_hub() -> None:
    async def play() -> None:
        desk = await bench(doubtful(), a_reply(delivery="held_back"))
        item = await desk.work.settle(CASE.case_id, an_id("effect"), "done", " GS-77 ", "im Portal")
        assert isinstance(item.body, SettleEffect) and desk.queued == 1
        file = await desk.case_desk.open(CASE.case_id)
        (record,) = file.decisions
        assert (record.state, record.steps[0].result["credit_note_no"]) == ("booked", "GS-77")
        assert [one.params for one in file.messages if one.code == "effect.settled_step_done"] == [
            {"name": TANJA.name, "reference": "GS-77"}
        ]
        assert [one.text for one in file.messages if one.kind == "note"] == ["im Portal"]
        with pytest.raises(RuleViolation, match="not_in_doubt"):
            await desk.work.settle(CASE.case_id, an_id("effect"), "not_done")
        await desk.tasks.close()

    in_loop(play)


def test_a_right_that_is_missing_is_said_before_anything_is_stored() -> None:
    async def play() -> None:
        desk = await bench(doubtful(), person=PERSON)
        with pytest.raises(RuleViolation, match="settle_needs_lead"):
            await desk.work.settle(CASE.case_id, an_id("effect"), "not_done")
        assert desk.queued == 0
        free = await bench(doubtful(RETURN), person=PERSON)
        await free.work.settle(CASE.case_id, an_id("effect"), "not_done")
        assert (await free.case_desk.open(CASE.case_id)).decisions[0].state == "failed"
        own = await bench(msgspec.structs.replace(doubtful(), person_id=TANJA.person_id))
        with pytest.raises(RuleViolation, match="settle_own"):
            await own.work.settle(CASE.case_id, an_id("effect"), "not_done")
        for one in (desk, free, own):
            await one.tasks.close()

    in_loop(play)


def test_without_the_number_it_was_found_under_it_is_not_booked() -> None:
    async def play() -> None:
        desk = await bench(doubtful())
        for reference, code in (("  ", "reference_missing"), ("9" * 201, "words_too_long")):
            with pytest.raises(RuleViolation, match=code):
                await desk.work.settle(CASE.case_id, an_id("effect"), "done", reference)
        assert desk.queued == 0
        await desk.tasks.close()

    in_loop(play)


def test_a_mail_that_did_not_arrive_is_its_authors_draft_again() -> None:
    async def play() -> None:
        lost = a_reply(
            delivery="unknown",
            delivery_code="effect.outcome_unknown",
            delivery_params=EVIDENCE,
            effect_id=an_id("effect"),
            waits_for="",
            text="Kommt heute.",
            facts=(),
        )
        desk = await bench(lost, person=PERSON)
        assert (await desk.case_desk.open(CASE.case_id)).draft is None
        await desk.work.settle(CASE.case_id, an_id("effect"), "not_done")
        file = await desk.case_desk.open(CASE.case_id)
        assert file.draft is not None and file.draft.text == "Kommt heute."
        await desk.tasks.close()

    in_loop(play)


def test_the_draft_of_a_doubtful_booking_still_gets_its_number_from_the_hub() -> None:
    async def play() -> None:
        desk = await bench(doubtful(), a_reply(delivery="held_back"), person=PERSON)
        draft = (await desk.case_desk.open(CASE.case_id)).draft
        assert draft is not None and draft.waits_for == an_id("decision")
        with pytest.raises(RuleViolation, match="decision_in_doubt"):
            await desk.replies.send(draft)
        desk.give(
            msgspec.structs.replace(
                doubtful(),
                state="booked",
                rev=2,
                steps=(Step(decision=REFUND, effect_id=an_id("effect"), state="booked"),),
            )
        )
        item = await desk.replies.send(draft)
        assert isinstance(item.body, SendMessage) and item.body.waits_for == an_id("decision")
        await desk.tasks.close()

    in_loop(play)


def test_a_confirmed_work_order_is_done_at_once_and_only_once() -> None:
    async def play() -> None:
        desk = await bench(TRANSFER)
        assert [work.status for work in (await desk.case_desk.open(CASE.case_id)).work_orders] == ["open"]
        held = await desk.work.confirm(CASE.case_id, TRANSFER.work_order_id)
        assert not held.is_decision and held.left_s > 0
        item = desk.outbox.item(held.cmd_id)
        assert item is not None and isinstance(item.body, ConfirmWork) and item.state == "held"
        (work,) = (await desk.case_desk.open(CASE.case_id)).work_orders
        assert (work.status, work.done_by, work.done_at) == ("done", TANJA.person_id, NOW)
        with pytest.raises(RuleViolation, match="not_open"):
            await desk.work.confirm(CASE.case_id, TRANSFER.work_order_id)
        with pytest.raises(RuleViolation, match=r"work_order\.unknown"):
            await desk.work.confirm(CASE.case_id, an_id("work", "none"))
        assert len([one for one in desk.outbox.items(limit=9) if one.type == "work.confirm"]) == 1
        await desk.tasks.close()

    in_loop(play)


def test_a_confirmation_can_be_taken_back_while_it_is_held_and_leaves_after_it() -> None:
    async def play() -> None:
        desk = await bench(TRANSFER)
        held = await desk.work.confirm(CASE.case_id, TRANSFER.work_order_id)
        assert await desk.decisions.undo(held.cmd_id)
        (work,) = (await desk.case_desk.open(CASE.case_id)).work_orders
        assert work.status == "open"
        again = await desk.work.confirm(CASE.case_id, TRANSFER.work_order_id)
        assert await desk.decisions.release(again.cmd_id)
        item = desk.outbox.item(again.cmd_id)
        assert item is not None and item.state == "queued"
        assert not await desk.decisions.undo(held.cmd_id), "once"
        await desk.tasks.close()

    in_loop(play)


def test_all_open_work_is_listed_with_its_case_and_when_it_is_overdue() -> None:
    async def play() -> None:
        record = msgspec.structs.replace(doubtful(), steps=(), state="booked")
        late = msgspec.structs.replace(
            TRANSFER, created_at=NOW - timedelta(days=6), decision_id=record.decision_id, number="GS-7"
        )
        parcel = WorkOrder(
            work_order_id=an_id("work", "parcel"),
            kind="expect_parcel",
            created_at=NOW - timedelta(days=9),
            customer_id=an_id("customer", "nobody"),
            rev=1,
        )
        over = msgspec.structs.replace(TRANSFER, work_order_id=an_id("work", "over"), status="done")
        desk = await bench(late, parcel, over, record)
        first, second = await desk.work.open_orders()
        assert first.work == parcel and (first.case_id, first.due_at) == ("", None)
        assert (second.case_id, second.reference) == (CASE.case_id, "GS-7")
        assert second.due_at is not None and second.due_at < NOW
        await desk.work.confirm(second.case_id, late.work_order_id)
        assert [one.work.status for one in await desk.work.open_orders()] == ["open", "done"]
        await desk.tasks.close()

    in_loop(play)


def test_many_old_parcels_do_not_hide_money() -> None:
    async def play() -> None:
        parcels = [
            WorkOrder(
                work_order_id=an_id("work", f"parcel {number}"),
                kind="expect_parcel",
                created_at=NOW - timedelta(days=20),
            )
            for number in range(3)
        ]
        late = msgspec.structs.replace(TRANSFER, created_at=NOW - timedelta(days=6))
        desk = await bench(*parcels, late)
        kinds = [one.work.kind for one in await desk.work.open_orders(limit=2)]
        assert kinds == ["expect_parcel", "transfer"], "the cut leaves money, the list goes by age"
        await desk.tasks.close()

    in_loop(play)


@pytest.mark.parametrize("status", ["done", "withdrawn"])
def test_what_is_over_is_not_confirmed(status: str) -> None:
    async def play() -> None:
        desk = await bench(msgspec.structs.replace(TRANSFER, status=status))
        with pytest.raises(RuleViolation, match="not_open"):
            await desk.work.confirm(CASE.case_id, TRANSFER.work_order_id)
        await desk.tasks.close()

    in_loop(play)
