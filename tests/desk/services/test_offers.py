"""What a desk offers from its own copy: stock, vouchers, slips and opening hours reach the rules."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from tests.casework.builders import OFFICE
from tests.desk.materials import NOW, PEOPLE, PERSON, a_message, an_id
from tests.desk.services.bench import CASE, Bench
from tests.fakes.running import in_loop
from workstation.casework.decision import DecisionRecord, GoodwillVoucher, MakePromise, Step, TillOrder
from workstation.casework.limit import Allowed, Limit, Refused
from workstation.casework.money import Money
from workstation.casework.people import Team
from workstation.casework.proposal import Proposal
from workstation.casework.records import Order, OrderLine, Payment, StockLevel, Voucher, WorkOrder

LIMITS = (
    Limit(limit_id=an_id("limit", 1), name="Alles", kinds=("*",), role="agent", rev=1),
    Limit(limit_id=an_id("limit", 2), name="Zurückholen", kinds=("reversal",), role="agent", rev=1),
)
ORDER = Order(
    order_id=an_id("order"),
    number="B-1",
    customer_id=CASE.customer_id,
    placed_at=NOW - timedelta(days=5),
    lines=(OrderLine(line_id="l1", name="Kopfhörer Aria", quantity=1, unit_price=Money(39900), sku="ARIA"),),
    shipping=Money(490),
    status="delivered",
    rev=1,
)
PAYMENT = Payment(
    payment_id=an_id("payment"),
    order_id=ORDER.order_id,
    customer_id=CASE.customer_id,
    method="card",
    captured=ORDER.total,
    refunded=Money(0),
    rev=1,
)
WRONG = a_message(CASE, 2, text="Sie haben mir ein Kochbuch geschickt, das habe ich nicht bestellt.", at=NOW)


def stock(available: int, rev: int = 1) -> StockLevel:
    return StockLevel(
        stock_id=an_id("stock"), sku="ARIA", available=available, expected_on=date(2026, 12, 4), rev=rev
    )


async def offers(desk: Bench) -> dict[str, Proposal]:
    file = await desk.case_desk.open(CASE.case_id)
    return {item.key: item for item in file.offers}


def test_the_stock_the_hub_knows_decides_the_colour() -> None:
    async def play() -> None:
        desk = Bench()
        desk.give(ORDER, PAYMENT, WRONG)
        desk.replica.apply_page(desk.feed.page(*LIMITS, stock(3), scope="reference"))
        await desk.start()
        macro = (await offers(desk))["wrong_item"]
        assert isinstance(macro.judgement, Allowed)
        desk.replica.apply_page(desk.feed.page(stock(0, rev=2), scope="reference"))
        await desk.reference.load()
        macro = (await offers(desk))["wrong_item"]
        assert isinstance(macro.judgement, Refused)
        assert macro.judgement.code == "decision.out_of_stock_until"
        assert desk.reference.data.stock_of((ORDER,)) == (stock(0, rev=2),)
        assert desk.reference.data.stock_of(()) == ()
        await desk.tasks.close()

    in_loop(play)


def test_vouchers_and_slips_say_whether_they_can_be_taken_back() -> None:
    async def play() -> None:
        desk = Bench()
        voucher = GoodwillVoucher(customer_id=CASE.customer_id, amount=Money(1000))
        till = TillOrder(amount=Money(560))
        record = DecisionRecord(
            decision_id=an_id("decision"),
            case_id=CASE.case_id,
            customer_id=CASE.customer_id,
            person_id=PERSON.person_id,
            decided_at=NOW - timedelta(minutes=5),
            state="booked",
            steps=(
                Step(decision=voucher, effect_id="e-voucher", state="booked"),
                Step(decision=till, effect_id="e-till", state="booked"),
            ),
            rev=1,
        )
        code = Voucher(
            voucher_id=an_id("voucher"),
            code="DANKE",
            customer_id=CASE.customer_id,
            amount=Money(1000),
            created_at=NOW,
            reference="e-voucher",
            rev=1,
        )
        slip = WorkOrder(
            work_order_id=an_id("slip"),
            kind="till",
            created_at=NOW,
            customer_id=CASE.customer_id,
            amount=Money(560),
            decision_id=record.decision_id,
            rev=1,
        )
        desk.give(record, code, slip)
        desk.replica.apply_page(desk.feed.page(*LIMITS, scope="reference"))
        await desk.start()
        both = {f"reversal.{record.decision_id}.0", f"reversal.{record.decision_id}.1"}
        assert both <= set(await offers(desk))
        desk.give(
            msgspec.structs.replace(code, status="redeemed", rev=2),
            msgspec.structs.replace(slip, status="done", rev=2),
        )
        assert not both & set(await offers(desk))
        await desk.tasks.close()

    in_loop(play)


def test_a_promise_is_for_a_time_the_team_is_there() -> None:
    async def play() -> None:
        desk = Bench()
        team = next(item for item in PEOPLE if isinstance(item, Team))
        hours = msgspec.structs.replace(OFFICE, rev=1)
        desk.replica.apply_page(
            desk.feed.page(
                msgspec.structs.replace(team, calendar_id=hours.calendar_id, rev=2), hours, scope="reference"
            )
        )
        await desk.start()
        desk.clock.go(hours=7.75)  # Monday 17:45 in Berlin, a quarter of an hour before closing
        step = (await offers(desk))["promise_call_back"].steps[0]
        assert isinstance(step, MakePromise)
        # a quarter of an hour on Monday, the rest from eight on Tuesday: 9:45 in Berlin
        assert step.due_at.isoformat() == "2026-11-24T08:45:00+00:00"
        await desk.tasks.close()

    in_loop(play)
