"""Taking back: what can be, until when, by whom; and that it gives back what it should and nothing more."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from tests.casework.builders import (
    AGENT,
    CASE_ID,
    LEAD,
    NOW,
    ORDER,
    PAYMENT,
    SHIPMENT,
    bowl_refund,
    facts,
    given,
    new_case,
    new_id,
    record,
)
from workstation.casework.case_state import CaseState
from workstation.casework.decision import (
    EXECUTABLE_KINDS,
    AuthoriseReturn,
    BlockDunning,
    CancelOrder,
    Decision,
    DecisionRecord,
    GoodwillVoucher,
    MakePromise,
    Replacement,
    Reverse,
    TillOrder,
    UnblockDunning,
    WaiveDunningFee,
    cost_of,
    group_of,
    kind_of,
)
from workstation.casework.empowerment import judge
from workstation.casework.errors import RuleViolation
from workstation.casework.limit import Allowed, JudgeContext, Judgement, Limit, NeedsApproval, Refused, Usage
from workstation.casework.money import Money
from workstation.casework.people import Person
from workstation.casework.projection import apply, step_changed
from workstation.casework.proposals import propose
from workstation.casework.records import (
    Booking,
    LineQuantity,
    ParcelEvent,
    ReturnAuthorisation,
    Voucher,
    WorkOrder,
)
from workstation.casework.remaining import compensated, refundable
from workstation.casework.reversal import CATALOGUE, rule_of
from workstation.casework.usage import usage_seen
from workstation.casework.wire.commands import Decide
from workstation.system.texts import load_texts

MAY = Limit(limit_id="r", name="Zurückholen", kinds=("reversal",), role="agent")
TILL = TillOrder(amount=Money(560))
VOUCHER = GoodwillVoucher(customer_id="c1", amount=Money(1000), expires_on=date(2029, 12, 31))
AGAIN = Replacement(order_id="o1", lines=(LineQuantity("l-bowl", 1),), value=Money(2490))
BACK = AuthoriseReturn(order_id="o1", lines=(LineQuantity("l-bowl", 1),), deadline=date(2026, 12, 7))


def booking_of(done: DecisionRecord, **more: object) -> Booking:
    values: dict[str, object] = {
        "booking_id": "b1",
        "credit_note_number": "G-1",
        "order_id": "o1",
        "payment_id": "pay1",
        "customer_id": "c1",
        "amount": Money(2490),
        "booked_at": NOW,
        "reference": done.steps[0].effect_id,
        **more,
    }
    return Booking(**values)  # type: ignore[arg-type]


def undo(done: DecisionRecord, step: int = 0, undoes: str = "") -> Reverse:
    kind = undoes or kind_of(done.steps[step].decision)
    return Reverse(decision_id=done.decision_id, step=step, undoes=kind)


def ask(
    done: DecisionRecord,
    *steps: Decision,
    person: Person = AGENT,
    limits: tuple[Limit, ...] = (MAY,),
    others: tuple[DecisionRecord, ...] = (),
    **more: object,
) -> Judgement:
    values: dict[str, object] = {
        "person": person,
        "now": NOW,
        "customer_id": "c1",
        "orders": (ORDER,),
        "payments": (PAYMENT,),
        "shipments": (SHIPMENT,),
        "bookings": (booking_of(done),),
        "decisions": (done, *others),
        **more,
    }
    context = JudgeContext(**values)  # type: ignore[arg-type]
    return judge(steps or (undo(done),), limits, Usage(), context)


def code(judgement: Judgement) -> str:
    return "" if isinstance(judgement, Allowed) else judgement.code


# -- until when
def test_money_is_taken_back_until_it_is_paid_out() -> None:
    done = record(bowl_refund())
    assert code(ask(done)) == ""
    assert code(ask(done, bookings=(booking_of(done, status="paid"),))) == "reversal.already_paid"
    assert code(ask(done, bookings=(booking_of(done, status="withdrawn"),))) == "reversal.already"
    assert code(ask(done, bookings=())) == "reversal.no_record"
    counter = booking_of(done, booking_id="b2", reference="e2", reverses="b1")
    assert code(ask(done, bookings=(booking_of(done), counter))) == "reversal.already"


def test_only_what_is_booked_and_named_rightly() -> None:
    done = record(bowl_refund())
    for state, step in (("scheduled", "pending"), ("failed", "failed"), ("cancelled", "cancelled")):
        assert code(ask(record(bowl_refund(), state=state, step_state=step))) == "reversal.not_booked"
    assert code(ask(record(bowl_refund(), step_state="reversed"))) == "reversal.already"
    assert code(ask(done, undo(done, undoes="replacement"))) == "reversal.other_kind"
    assert code(ask(done, Reverse(decision_id=done.decision_id, step=9, undoes="refund"))) == (
        "reversal.unknown"
    )
    assert code(ask(done, Reverse(decision_id=new_id("x"), step=0, undoes="refund"))) == "reversal.unknown"
    assert code(ask(done, undo(done), undo(done))) == "reversal.under_way"
    pending = record(undo(done), name="back", state="scheduled", step_state="pending")
    assert code(ask(done, others=(pending,))) == "reversal.under_way"
    failed = record(undo(done), name="back", state="failed", step_state="failed")
    assert code(ask(done, others=(failed,))) == ""


def test_goods_are_taken_back_until_they_leave() -> None:
    done = record(AGAIN)
    new = msgspec.structs.replace(
        ORDER, order_id="o2", number="E-1", status="placed", replaces_order_id="o1",
        reference=done.steps[0].effect_id,
    )  # fmt: skip
    assert code(ask(done, orders=(ORDER, new))) == ""
    assert code(ask(done)) == "reversal.no_record"
    sent = msgspec.structs.replace(new, status="shipped")
    gone = ask(done, orders=(ORDER, sent))
    assert isinstance(gone, Refused) and (gone.code, gone.alternative) == (
        "reversal.already_shipped",
        "return",
    )
    moving = msgspec.structs.replace(
        SHIPMENT, order_id="o2", events=(ParcelEvent(at=NOW, code="in_transit"),)
    )
    assert code(ask(done, orders=(ORDER, new), shipments=(moving,))) == "reversal.already_shipped"


@pytest.mark.parametrize(
    ("status", "expected"),
    [("authorised", ""), ("received", "reversal.already_received"), ("cancelled", "reversal.already")],
)
def test_a_return_is_taken_back_until_it_is_there(status: str, expected: str) -> None:
    done = record(BACK)
    entry = ReturnAuthorisation(
        return_id="r1", number="R-1", order_id="o1", customer_id="c1", lines=BACK.lines, created_at=NOW,
        deadline=BACK.deadline, decision_id=done.decision_id, status=status,  # type: ignore[arg-type]
    )  # fmt: skip
    assert code(ask(done, returns=(entry,))) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [("open", ""), ("redeemed", "reversal.voucher_redeemed"), ("withdrawn", "reversal.already")],
)
def test_a_voucher_is_taken_back_until_it_is_used(status: str, expected: str) -> None:
    done = record(VOUCHER)
    entry = Voucher(
        voucher_id="v1", code="DANKE", customer_id="c1", amount=VOUCHER.amount, created_at=NOW,
        reference=done.steps[0].effect_id, status=status,  # type: ignore[arg-type]
    )  # fmt: skip
    assert code(ask(done, vouchers=(entry,))) == expected


@pytest.mark.parametrize(
    ("status", "expected"), [("open", ""), ("done", "reversal.till_paid"), ("withdrawn", "reversal.already")]
)
def test_the_till_is_called_back_until_it_has_paid(status: str, expected: str) -> None:
    done = record(TILL)
    slip = WorkOrder(
        work_order_id="w1", kind="till", created_at=NOW, amount=TILL.amount, number="K-1",
        decision_id=done.decision_id, status=status,  # type: ignore[arg-type]
    )  # fmt: skip
    assert code(ask(done, work_orders=(slip,))) == expected
    assert code(ask(done)) == "reversal.no_record"


def test_a_cancellation_is_taken_back_while_goods_and_money_are_here() -> None:
    done = record(CancelOrder(order_id="o1", payment_id="pay1", amount=Money(8370)))
    stop = WorkOrder(work_order_id="w", kind="stop_goods", created_at=NOW, decision_id=done.decision_id)
    assert code(ask(done, work_orders=(stop,))) == ""
    stopped = msgspec.structs.replace(stop, status="done")
    assert code(ask(done, work_orders=(stopped,))) == "reversal.goods_stopped"
    assert code(ask(done, bookings=(booking_of(done, status="paid"),))) == "reversal.already_paid"
    unpaid = record(CancelOrder(order_id="o1"))
    assert code(ask(unpaid, bookings=())) == ""


def test_what_cannot_be_taken_back_says_why_and_what_can_be_done() -> None:
    for step, expected, instead in (
        (
            BlockDunning(invoice_id="i1", until=date(2026, 12, 1)),
            "reversal.lift_the_block",
            "dunning_unblock",
        ),
        (UnblockDunning(invoice_id="i1"), "reversal.block_again", "dunning_block"),
        (WaiveDunningFee(invoice_id="i1", amount=Money(500)), "reversal.fee_was_waived", ""),
        (MakePromise(what="answer", due_at=NOW, promise_id="p"), "reversal.promise_given", ""),
    ):
        told = ask(record(step))
        assert isinstance(told, Refused) and (told.code, told.alternative) == (expected, instead)
    assert set(CATALOGUE) == EXECUTABLE_KINDS
    assert all(rule.is_reversible != bool(rule.code) for rule in CATALOGUE.values())
    assert not rule_of("redeliver").is_reversible


# -- who
def test_taking_back_has_rights_of_its_own() -> None:
    done = record(bowl_refund())
    everything = Limit(limit_id="all", name="Alles", kinds=("*", "money_back"), role="agent")
    without = ask(done, limits=(everything,))
    assert isinstance(without, NeedsApproval) and without.code == "reversal.no_right"
    assert without.who_may in ("lead", "owner") and without.over == Money(0)
    by_other = record(bowl_refund(), person=LEAD)
    assert code(ask(by_other)) == "reversal.other_person"
    assert code(ask(by_other, person=LEAD, limits=())) == code(ask(done, person=LEAD, limits=())) == ""
    owner = msgspec.structs.replace(LEAD, role="owner", person_id="p-o")
    assert code(ask(done, person=owner, limits=())) == ""
    by_mail = msgspec.structs.replace(
        MAY, conditions=msgspec.structs.replace(MAY.conditions, channels=("phone",))
    )
    assert code(ask(done, limits=(by_mail,))) == "limit.channel"


# -- what it gives back
def booked(state: CaseState, name: str, *steps: Decision) -> tuple[CaseState, DecisionRecord]:
    decision_id = new_id("reversal", name)
    at = given(NOW + timedelta(minutes=3), command_id=decision_id)
    state = apply(state, Decide(case_id=CASE_ID, customer_id="c1", steps=steps), at)
    for index in range(len(steps)):
        state = step_changed(state, decision_id, index, "booked", at)
    found = state.decision(decision_id)
    assert found is not None and found.state == "booked"
    return state, found


def test_a_booked_reversal_marks_the_step_and_frees_what_it_took() -> None:
    state, done = booked(new_case(), "first", bowl_refund(), BACK)
    assert refundable(PAYMENT, state.decisions) == PAYMENT.captured - Money(2490)
    state, _ = booked(state, "back", undo(done))
    after = state.decision(done.decision_id)
    assert after is not None and [step.state for step in after.steps] == ["reversed", "booked"]
    assert after.state == "booked", "what happened has happened; the step says what it is worth now"
    assert refundable(PAYMENT, state.decisions) == PAYMENT.captured
    assert compensated("o1", ORDER.lines[1], state.decisions) == 0
    assert any(message.code == "decision.reversed" for message in state.messages)
    echo = step_changed(state, done.decision_id, 0, "booked", given(NOW + timedelta(hours=1)))
    assert echo == state, "a late echo of the booking does not bring it back"


def test_a_failed_reversal_changes_nothing() -> None:
    state, done = booked(new_case(), "first", bowl_refund())
    command = new_id("reversal", "failing")
    at = given(NOW + timedelta(minutes=4), command_id=command)
    state = apply(state, Decide(case_id=CASE_ID, customer_id="c1", steps=(undo(done),)), at)
    state = step_changed(state, command, 0, "failed", at, failure="reversal.already_paid")
    after = state.decision(done.decision_id)
    assert after == done
    assert refundable(PAYMENT, state.decisions) == PAYMENT.captured - Money(2490)


def test_both_decisions_belong_to_one_case() -> None:
    step = Reverse(decision_id=new_id("elsewhere"), step=0, undoes="refund")
    with pytest.raises(RuleViolation, match=r"reversal\.other_case"):
        apply(
            new_case(),
            Decide(case_id=CASE_ID, customer_id="c1", steps=(step,)),
            given(NOW, command_id=new_id("c")),
        )


def test_the_customers_window_is_free_again_and_the_persons_day_is_not() -> None:
    def seen(*decisions: DecisionRecord) -> Usage:
        return usage_seen(person=AGENT, case_ids=(CASE_ID,), customer_id="c1", now=NOW, decisions=decisions)

    before, after = seen(record(bowl_refund())), seen(record(bowl_refund(), step_state="reversed"))
    assert before.customer_spent == {"money_back": 2490} and after.customer_spent == {}
    assert after.customer_count == {}
    assert after.day_spent == before.day_spent == after.case_spent == {"money_back": 2490}


STEPS: tuple[Decision, ...] = (bowl_refund(), BACK, AGAIN, VOUCHER, TILL)


@example(st.lists(st.sampled_from(STEPS), min_size=1, max_size=4), st.data())
def test_all_taken_back_is_as_if_nothing_had_been(steps: list[Decision], data: st.DataObject) -> None:
    empty = new_case()
    state, done = booked(empty, "first", *steps)
    order = data.draw(st.permutations(range(len(steps))))
    for index in order:
        state, _ = booked(state, f"back{index}", undo(done, index))
    assert refundable(PAYMENT, state.decisions) == PAYMENT.captured
    assert all(compensated("o1", line, state.decisions) == 0 for line in ORDER.lines)
    after = state.decision(done.decision_id)
    assert after is not None and all(step.state == "reversed" for step in after.steps)
    usage = usage_seen(
        person=AGENT, case_ids=(CASE_ID,), customer_id="c1", now=NOW, decisions=state.decisions
    )
    assert usage.customer_spent == {}
    sums: dict[str, int] = {}
    for step in steps:
        if cost_of(step):
            sums[group_of(step)] = sums.get(group_of(step), 0) + cost_of(step).minor_units
    assert usage.case_spent == sums


# -- offered
def test_it_is_offered_while_it_works_and_never_first() -> None:
    done = record(bowl_refund())
    known = facts(
        decisions=(done,),
        bookings=(booking_of(done),),
        limits=(MAY, Limit(limit_id="all", name="A", kinds=("*",), role="agent")),
    )
    offers = propose(known, load_texts().topics)
    back = [item for item in offers if item.key.startswith("reversal.")]
    assert len(back) == 1 and isinstance(back[0].judgement, Allowed) and back[0] is not offers[0]
    assert back[0].steps == (
        Reverse(decision_id=done.decision_id, step=0, undoes="refund", reason="mistake"),
    )
    paid = msgspec.structs.replace(known, bookings=(booking_of(done, status="paid"),))
    assert not [x for x in propose(paid, load_texts().topics) if x.key.startswith("reversal.")]
    elsewhere = msgspec.structs.replace(known, decisions=(msgspec.structs.replace(done, case_id="other"),))
    assert not [x for x in propose(elsewhere, load_texts().topics) if x.key.startswith("reversal.")]
