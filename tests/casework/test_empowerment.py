"""Limits: never over, monotone in the amount, macros by their sum, windows, conditions, budget rows."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from tests.casework.builders import (
    AGENT,
    CASE_ID,
    CUSTOMER,
    LEAD,
    LEAD_LIMIT,
    LIMIT,
    NOW,
    ORDER,
    PAYMENT,
    SHIPMENT,
    TENANT,
    bowl_refund,
    new_id,
    record,
)
from workstation.casework.budget import Budget
from workstation.casework.decision import (
    AuthoriseReturn,
    Decision,
    DecisionRecord,
    GoodwillVoucher,
    MakePromise,
    Refund,
    RefundShipping,
    Replacement,
    total_cost,
)
from workstation.casework.doubts import IN_DOUBT
from workstation.casework.empowerment import (
    Allowed,
    Conditions,
    CustomerWindow,
    JudgeContext,
    Judgement,
    Limit,
    NeedsApproval,
    Refused,
    Usage,
    budgets_for,
    judge,
    limit_for,
    may_ask_for_proof,
)
from workstation.casework.money import Money
from workstation.casework.people import Person
from workstation.casework.records import LineQuantity
from workstation.casework.remaining import refundable
from workstation.casework.usage import usage_seen

EVERYTHING = frozenset(
    {"refund", "refund_shipping", "replacement", "return_authorisation", "goodwill_voucher", "promise"}
)
RANK = {Allowed: 0, NeedsApproval: 1, Refused: 2}


def context(person: Person = AGENT, **more: object) -> JudgeContext:
    values: dict[str, object] = {
        "person": person,
        "now": NOW,
        "customer_id": "c1",
        "orders": (ORDER,),
        "payments": (PAYMENT,),
        "shipments": (SHIPMENT,),
        "executable_kinds": EVERYTHING,
        **more,
    }
    return JudgeContext(**values)  # type: ignore[arg-type]


def plain(units: int) -> Refund:
    return Refund(order_id="o1", payment_id="pay1", amount=Money(units))


def ask(steps: tuple[Decision, ...], *limits: Limit, usage: Usage | None = None, **more: object) -> Judgement:
    return judge(steps, limits or (LIMIT, LEAD_LIMIT), usage or Usage(), context(**more))  # type: ignore[arg-type]


def code(judgement: Judgement) -> str:
    return "" if isinstance(judgement, Allowed) else judgement.code


AMOUNTS = st.integers(1, ORDER.total.minor_units)
MAYBE = st.none() | st.integers(0, 20000)
SPENT = st.dictionaries(st.sampled_from(["money_back", "goods_again"]), st.integers(0, 20000))


@st.composite
def limits(draw: st.DrawFn) -> Limit:
    window = draw(MAYBE)
    return Limit(
        limit_id=draw(st.sampled_from(["a", "b", "c"])),
        name="x",
        role=draw(st.sampled_from(["", "agent", "lead"])),
        kinds=tuple(
            draw(st.lists(st.sampled_from(["refund", "money_back", "*", "goodwill"]), min_size=1, max_size=2))
        ),
        per_decision=draw(MAYBE),
        percent_of_order_bp=draw(st.none() | st.integers(0, 10000)),
        per_customer=None if window is None else CustomerWindow(window, draw(st.sampled_from([30, 90]))),
        per_person_day=draw(MAYBE),
        per_team_month=draw(MAYBE),
    )


USAGES = st.builds(
    Usage, case_spent=SPENT, customer_spent=SPENT, day_spent=SPENT, month_spent=SPENT, customer_count=SPENT
)


@example(st.lists(limits(), max_size=4), USAGES, AMOUNTS, AMOUNTS)
def test_more_money_never_gets_a_kinder_answer(found: list[Limit], usage: Usage, one: int, two: int) -> None:
    small, large = sorted((one, two))
    first = judge((plain(small),), found, usage, context())
    second = judge((plain(large),), found, usage, context())
    assert RANK[type(first)] <= RANK[type(second)]
    if isinstance(first, NeedsApproval) and isinstance(second, NeedsApproval):
        assert first.over <= second.over or first.code != second.code


@example(st.lists(limits(), max_size=4), USAGES, AMOUNTS)
def test_what_is_allowed_is_within_every_amount_of_its_limit(
    found: list[Limit], usage: Usage, units: int
) -> None:
    answer = judge((plain(units),), found, usage, context())
    if not isinstance(answer, Allowed):
        return
    limit = limit_for("refund", "money_back", found, AGENT, NOW)
    assert limit is not None
    for most, spent in (
        (limit.per_decision, usage.case_spent),
        (limit.per_customer.amount if limit.per_customer else None, usage.customer_spent),
        (limit.per_person_day, usage.day_spent),
        (limit.per_team_month, usage.month_spent),
    ):
        assert most is None or spent.get("money_back", 0) + units <= most
    if answer.rest_case is not None:
        assert answer.rest_case.minor_units >= 0
    needs = budgets_for((plain(units),), AGENT, "c1", CASE_ID, "team1", found, NOW)
    assert all(need.amount == units and need.amount <= need.limit_amt for need in needs)


@example(st.lists(AMOUNTS, min_size=1, max_size=4), st.integers(1, 9000))
def test_a_macro_is_judged_by_its_sum(parts: list[int], most: int) -> None:
    limit = msgspec.structs.replace(LIMIT, per_decision=most, per_customer=None)
    steps = tuple(plain(part) for part in parts)
    whole = judge((plain(sum(parts)),), (limit,), Usage(), context())
    assert type(judge(steps, (limit,), Usage(), context())) is type(whole)
    assert total_cost(steps) == Money(sum(parts))


def test_case_sums_count_what_the_person_gave_before() -> None:
    usage = Usage(case_spent={"money_back": 3000})
    answer = ask((plain(2001),), usage=usage)
    assert isinstance(answer, NeedsApproval)
    assert (answer.code, answer.over, answer.who_may) == ("limit.per_decision", Money(1), "lead")
    assert answer.params == {"amount": "20.01 EUR", "limit": "50.00 EUR", "sum": "50.01 EUR"}
    allowed = ask((plain(2000),), usage=usage)
    assert allowed == Allowed(rest_case=Money(0), rule_name="Erstattung, Stufe Agent")


def test_groups_are_counted_apart() -> None:
    goods = Limit(limit_id="g", name="Ersatz", role="agent", kinds=("goods_again",), per_decision=3000)
    again = Replacement(order_id="o1", lines=(LineQuantity("l-glass", 1),), value=Money(1450))
    both = (plain(4000), again)
    assert isinstance(ask(both, LIMIT, goods), Allowed)
    assert code(
        ask((plain(4000), again, again), LIMIT, msgspec.structs.replace(goods, per_decision=2000))
    ) == ("limit.per_decision")


def test_a_second_payment_for_one_piece_needs_a_lead() -> None:
    goods = Limit(limit_id="g", name="Ersatz", role="agent", kinds=("goods_again",))
    again = Replacement(order_id="o1", lines=(LineQuantity("l-bowl", 2),), value=Money(4980))
    answer = ask((bowl_refund(), again), LIMIT, goods)
    assert isinstance(answer, NeedsApproval) and answer.code == "decision.duplicate"
    assert answer.params == {"line": "Schale Meteor Grey"}
    earlier = record(bowl_refund(4980, 2), state="scheduled", step_state="pending")
    assert code(ask((bowl_refund(),), decisions=(earlier,))) == "decision.duplicate"
    undone = record(bowl_refund(4980, 2), state="cancelled", step_state="cancelled")
    assert isinstance(ask((bowl_refund(),), decisions=(undone,)), Allowed)


def test_money_under_way_counts_against_the_payment() -> None:
    running = record(plain(8000), state="booking", step_state="unknown")
    assert code(ask((plain(1000),), decisions=(running,))) == "decision.over_refundable"
    stopped = record(plain(8000), state="failed", step_state="failed")
    assert isinstance(ask((plain(1000),), decisions=(stopped,)), Allowed)


def doubtful(*steps: Refund, state: str = "booking") -> DecisionRecord:
    made = record(*steps, state=state, step_state="unknown")
    asked = tuple(msgspec.structs.replace(step, failure=IN_DOUBT) for step in made.steps)
    return msgspec.structs.replace(made, steps=asked)


def test_while_a_booking_is_in_doubt_more_for_the_order_needs_a_second_person() -> None:
    asked = doubtful(bowl_refund())
    goods = Limit(limit_id="g", name="Ersatz", role="agent", kinds=("goods_again",))
    again = Replacement(order_id="o1", lines=(LineQuantity("l-bowl", 1),), value=Money(2490))
    for steps in ((bowl_refund(),), (plain(100),), (again,)):
        answer = ask(steps, LIMIT, goods, decisions=(asked,))
        assert isinstance(answer, NeedsApproval) and answer.code == "decision.in_doubt"
        assert answer.params == {"amount": "24.90 EUR"}
    assert isinstance(ask((BACK,), decisions=(asked,)), Allowed), "what costs nothing goes on"
    searching = record(bowl_refund(), state="booking", step_state="unknown")
    assert isinstance(ask((bowl_refund(),), decisions=(searching,)), Allowed), "that is found out in a moment"
    for outcome in ("booked", "failed"):
        told = record(bowl_refund(), state=outcome, step_state=outcome)
        assert isinstance(ask((bowl_refund(),), decisions=(told,)), Allowed)


def test_what_is_in_doubt_is_taken_from_the_payment_whatever_became_of_the_steps_beside_it() -> None:
    for state in ("booking", "failed"):
        left = refundable(PAYMENT, (doubtful(bowl_refund(), state=state),))
        assert left == PAYMENT.captured - Money(2490), state


BACK = AuthoriseReturn(order_id="o1", lines=(LineQuantity("l-bowl", 1),), deadline=date(2026, 12, 7))


@pytest.mark.parametrize(
    ("steps", "more", "wanted"),
    [
        ((), {}, "decision.empty"),
        ((plain(0),), {}, "decision.amount_not_positive"),
        ((plain(-5),), {}, "decision.amount_not_positive"),
        ((plain(8371),), {}, "decision.over_refundable"),
        ((plain(5000), plain(3371)), {}, "decision.over_refundable"),
        ((Refund(order_id="o1", payment_id="nope", amount=Money(1)),), {}, "decision.payment_unknown"),
        ((Refund(order_id="nope", payment_id="pay1", amount=Money(1)),), {}, "decision.order_unknown"),
        ((Refund(order_id="o1", payment_id="pay1", amount=Money(1, "CHF")),), {}, "money.currency_mismatch"),
        ((bowl_refund(2491),), {}, "decision.amount_over_lines"),
        ((bowl_refund(100, 3),), {}, "decision.quantity_impossible"),
        ((bowl_refund(100, 0),), {}, "decision.quantity_impossible"),
        ((plain(100),), {"customer_id": "someone"}, "decision.other_customer"),
        ((plain(100),), {"executable_kinds": frozenset({"promise"})}, "decision.not_executable"),
        ((plain(100),), {"person": msgspec.structs.replace(AGENT, is_active=False)}, "person.not_active"),
        ((BACK,), {"now": NOW + timedelta(days=20)}, "decision.deadline_past"),
        ((BACK, BACK, BACK), {}, "decision.already_returned"),
        ((msgspec.structs.replace(BACK, lines=()),), {}, "decision.no_lines"),
        ((msgspec.structs.replace(BACK, lines=(LineQuantity("x", 1),)),), {}, "decision.line_unknown"),
        ((MakePromise(what="answer", due_at=NOW, promise_id="p"),), {}, "promise.in_past"),
        ((plain(100),) * 21, {}, "decision.too_many_steps"),
    ],
)
def test_what_the_records_contradict_is_refused(
    steps: tuple[Decision, ...], more: dict[str, object], wanted: str
) -> None:
    answer = ask(steps, **more)  # type: ignore[arg-type]
    assert isinstance(answer, Refused) and answer.code == wanted


def test_the_payment_of_another_order_is_refused() -> None:
    other = msgspec.structs.replace(ORDER, order_id="o2")
    answer = ask((Refund(order_id="o2", payment_id="pay1", amount=Money(1)),), orders=(ORDER, other))
    assert code(answer) == "decision.payment_of_other_order"


def test_free_kinds_need_no_limit_unless_one_names_them() -> None:
    promise = MakePromise(what="answer", due_at=NOW + timedelta(hours=1), promise_id="p")
    assert judge((BACK, promise), (), Usage(), context()) == Allowed()
    within = Limit(
        limit_id="r",
        name="Rücksendung",
        role="agent",
        kinds=("return_authorisation",),
        conditions=Conditions(max_days_since_delivery=14),
    )
    assert isinstance(ask((BACK,), within), Allowed)
    assert code(ask((BACK,), within, now=NOW + timedelta(days=14))) == "limit.days_since_delivery"


def test_without_a_limit_a_lead_or_the_owner_decides() -> None:
    answer = judge((plain(100),), (LEAD_LIMIT,), Usage(), context())
    assert isinstance(answer, NeedsApproval)
    assert (answer.code, answer.who_may, answer.over) == ("limit.none", "lead", Money(100))
    assert isinstance(ask((plain(100),), LEAD_LIMIT, person=LEAD), Allowed)
    over = ask((plain(6000),), msgspec.structs.replace(LEAD_LIMIT, per_decision=5000), person=LEAD)
    assert isinstance(over, NeedsApproval) and over.who_may == "owner"
    owner = msgspec.structs.replace(LEAD, role="owner")
    assert judge((plain(8000),), (), Usage(), context(owner)) == Allowed()


@pytest.mark.parametrize(
    ("change", "usage", "more", "wanted"),
    [
        (
            {"per_customer": CustomerWindow(9000, 30)},
            Usage(customer_spent={"money_back": 8000}),
            {},
            "limit.per_customer",
        ),
        ({"per_person_day": 3000}, Usage(day_spent={"money_back": 2000}), {}, "limit.per_person_day"),
        ({"per_team_month": 3000}, Usage(month_spent={"money_back": 2000}), {}, "limit.per_team_month"),
        ({"percent_of_order_bp": 1000}, Usage(), {}, "limit.percent_of_order"),
        ({"conditions": Conditions(channels=("chat",))}, Usage(), {}, "limit.channel"),
        ({"conditions": Conditions(skus=("BR-",))}, Usage(), {}, "limit.goods"),
        ({"conditions": Conditions(max_days_since_delivery=0)}, Usage(), {}, "limit.days_since_delivery"),
        ({"currency": "CHF"}, Usage(), {}, "money.currency_mismatch"),
    ],
)
def test_each_limit_can_say_no(
    change: dict[str, object], usage: Usage, more: dict[str, object], wanted: str
) -> None:
    limit = msgspec.structs.replace(LIMIT, **change)
    assert code(ask((bowl_refund(),), limit, usage=usage, **more)) == wanted


def test_the_most_particular_limit_rules() -> None:
    role = LIMIT
    own = msgspec.structs.replace(
        LIMIT, limit_id="own", role="", person_id=AGENT.person_id, per_decision=9000
    )
    newer = msgspec.structs.replace(
        own, limit_id="new", valid_from=NOW - timedelta(days=1), per_decision=8000
    )
    future = msgspec.structs.replace(own, limit_id="soon", valid_from=NOW + timedelta(days=1))
    kind = msgspec.structs.replace(role, limit_id="kind", kinds=("refund",))
    for found, wanted in (
        ((role, kind), "kind"),
        ((role, kind, own), "own"),
        ((own, newer, future), "new"),
        ((LEAD_LIMIT,), None),
    ):
        limit = limit_for("refund", "money_back", found, AGENT, NOW)
        assert (limit.limit_id if limit else None) == wanted


def test_budget_rows_of_the_broken_bowl() -> None:
    limit = msgspec.structs.replace(LIMIT, per_person_day=30000, per_team_month=500000)
    needs = budgets_for((bowl_refund(), BACK), AGENT, "c1", CASE_ID, "team1", (limit,), NOW)
    rows = [
        (need.level, need.subject_id, need.period, need.limit_amt, need.amount, need.window_days)
        for need in needs
    ]
    assert rows == [
        ("case_person", f"{CASE_ID}/p-lisa", "", 5000, 2490, 0),
        ("customer_window", "c1", "90d", 15000, 2490, 90),
        ("person_day", "p-lisa", "2026-11-23", 30000, 2490, 0),
        ("team_month", "team1", "2026-11", 500000, 2490, 0),
    ]
    late = NOW.replace(day=30, hour=23, minute=30)  # already December in Berlin
    periods = {
        need.period for need in budgets_for((bowl_refund(),), AGENT, "c1", CASE_ID, "team1", (limit,), late)
    }
    assert {"2026-12-01", "2026-12"} <= periods
    assert budgets_for((BACK,), AGENT, "c1", CASE_ID, "team1", (limit,), NOW) == ()
    assert (
        budgets_for(
            (GoodwillVoucher(customer_id="c1", amount=Money(5)),), AGENT, "c1", CASE_ID, "t", (limit,), NOW
        )
        == ()
    )


def test_usage_takes_the_larger_reading_of_rows_and_decisions() -> None:
    made = (
        record(bowl_refund(), name=1),
        record(bowl_refund(), name=2, case_id=new_id("other"), person=LEAD),
        record(bowl_refund(), name=3, state="failed", step_state="failed"),
        record(bowl_refund(), name=4, at=NOW - timedelta(days=1)),
        record(bowl_refund(), name=5, state="needs_approval", step_state="pending"),
    )
    window = Budget(
        budget_id="b",
        level="customer_window",
        subject_id="c1",
        group="money_back",
        period="90d",
        limit_amt=15000,
        spent=9000,
        reserved=500,
        leased=100,
    )
    yesterday = msgspec.structs.replace(
        window, level="person_day", subject_id="p-lisa", period="2026-11-22", spent=14000
    )
    rows = (window, yesterday)
    usage = usage_seen(
        person=AGENT,
        case_ids=(CASE_ID,),
        customer_id=CUSTOMER.customer_id,
        now=NOW,
        decisions=made,
        budgets=rows,
    )
    assert usage.case_spent == {"money_back": 4980}
    assert usage.customer_spent == {"money_back": 9600}
    assert usage.customer_count == {"money_back": 3}
    assert usage.day_spent == {"money_back": 2490}
    assert usage.month_spent == {}


def test_shipping_and_goods_of_one_payment_are_one_sum() -> None:
    shipping = RefundShipping(order_id="o1", payment_id="pay1", amount=Money(490))
    steps = (bowl_refund(4980, 2), shipping)
    assert code(ask(steps)) == "limit.per_decision"
    nearly = msgspec.structs.replace(PAYMENT, refunded=Money(ORDER.total.minor_units - 5000))
    assert code(ask(steps, payments=(nearly,))) == "decision.over_refundable"


@pytest.mark.parametrize(
    ("units", "threshold", "may"), [(9999, None, False), (10000, None, True), (2490, 2000, True)]
)
def test_proof_is_never_asked_for_below_the_threshold(units: int, threshold: int | None, may: bool) -> None:
    limit = msgspec.structs.replace(LIMIT, proof_threshold=threshold)
    assert may_ask_for_proof(Money(units), TENANT, limit) is may
    assert may_ask_for_proof(Money(units), TENANT) is (units >= 10000)
