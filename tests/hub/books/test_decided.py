"""Every decision of the shop from the click to the books and back: judged, booked, in the ledger, undone."""

from collections.abc import Iterator
from datetime import date

import pytest

from tests.contract.shop_backend.world import HouseWorld
from tests.hub.service_desk import TANJA, ServiceDesk
from tests.hub.small_firm import BOWLS, ERIKA, GLASSES, ORDER, PAYMENT, TENANT, SetClock, found_firm
from workstation.casework.decision import (
    AuthoriseReturn,
    CancelOrder,
    Decision,
    DecisionRecord,
    GoodwillVoucher,
    PriceAdjustment,
    Refund,
    RefundShipping,
    Replacement,
    Reverse,
    Step,
    TillOrder,
    cost_of,
    kind_of,
)
from workstation.casework.limit import Limit
from workstation.casework.money import Money
from workstation.casework.records import Booking, LineQuantity, Payment
from workstation.casework.wire.commands import Decide, Scheduled
from workstation.hub.backends.executors import ShopExecutor, TillExecutor
from workstation.hub.backends.house_books import HouseBooks
from workstation.hub.backends.house_books.till import HouseTill
from workstation.hub.ports import Executor
from workstation.hub.services.case_acts import EffectRoute
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.effects import EffectWorker
from workstation.hub.services.receive_commands import CommandReceiver
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase

BOWL = (LineQuantity(BOWLS, 1),)
STEPS: dict[str, tuple[Decision, set[str]]] = {
    "refund": (
        Refund(order_id=ORDER, payment_id=PAYMENT, amount=Money(2490), lines=BOWL),
        {"credit_note_no", "booked_at", "amount"},
    ),
    "refund_shipping": (
        RefundShipping(order_id=ORDER, payment_id=PAYMENT, amount=Money(490)),
        {"credit_note_no", "booked_at", "amount"},
    ),
    "price_adjustment": (
        PriceAdjustment(order_id=ORDER, payment_id=PAYMENT, amount=Money(1000)),
        {"credit_note_no", "booked_at", "amount"},
    ),
    "return_authorisation": (
        AuthoriseReturn(order_id=ORDER, lines=BOWL, deadline=date(2026, 12, 4)),
        {"return_no", "return_label", "deadline"},
    ),
    "cancel_order": (
        CancelOrder(order_id=ORDER, payment_id=PAYMENT, amount=Money(8370)),
        {"credit_note_no", "booked_at", "amount"},
    ),
    "replacement": (
        Replacement(order_id=ORDER, lines=BOWL, value=Money(2490)),
        {"replacement_no", "booked_at"},
    ),
    "goodwill_voucher": (
        GoodwillVoucher(customer_id=ERIKA, amount=Money(1500), expires_on=date(2029, 12, 31)),
        {"voucher_code", "voucher_expires_on", "amount"},
    ),
    "till_order": (
        TillOrder(order_id=ORDER, payment_id=PAYMENT, amount=Money(2490), lines=BOWL),
        {"slip_no", "slip_sha256", "credit_note_no"},
    ),
}
ANYTHING = Limit(limit_id="01890000-0000-7000-8000-0000000000b9", name="Leitung", kinds=("*",), role="lead")


class Office:
    """A lead who decides, and a worker that carries out."""

    def __init__(self, database: SqlDatabase, clock: SetClock) -> None:
        self.database = database
        self.world = HouseWorld(database)
        self.desk = ServiceDesk(database, clock, TANJA)
        database.run(TENANT, lambda tx: tx.put(ANYTHING))
        executors: list[Executor] = [
            ShopExecutor(HouseBooks(database, open_books)),
            TillExecutor(HouseTill(database, open_books)),
        ]
        routes = {kind: EffectRoute("house_books", "A") for executor in executors for kind in executor.kinds}
        self.desk.receiver = CommandReceiver(database, TENANT, routes, None)  # type: ignore[arg-type]
        self.worker = EffectWorker(database, executors, CaseProjector(), clock, "worker", TENANT)
        self.case_id = self.desk.open_case()

    def decide(self, step: Decision) -> tuple[str, Step]:
        """Decide one step and have it carried out; returns the decision's id and the step as it became."""
        envelope = self.desk.envelope(Decide(case_id=self.case_id, customer_id=ERIKA, steps=(step,)))
        [verdict] = self.desk.send(envelope)
        assert isinstance(verdict, Scheduled), verdict
        while self.worker.step():
            pass
        return envelope.cmd_id, self.step(envelope.cmd_id)

    def step(self, decision_id: str) -> Step:
        """The one step of a decision."""
        record = self.database.read(TENANT, lambda tx: tx.get(DecisionRecord, decision_id))
        assert record is not None
        return record.steps[0]

    def ledger(self) -> dict[str, int]:
        """Account -> sum."""
        rows = self.database.look(
            lambda session: session.rows(
                "SELECT account, sum(amount) FROM ledger WHERE tenant_id = :tenant_id GROUP BY account",
                tenant_id=TENANT,
            )
        )
        return {str(row[0]): int(row[1]) for row in rows}

    def standing(self) -> int:
        """What stands of all bookings: those that were taken back count nothing."""
        bookings = self.database.read(TENANT, lambda tx: tx.records_of(ERIKA, Booking))
        return sum(
            one.amount.minor_units for one in bookings if one.status != "withdrawn" and not one.reverses
        )


@pytest.fixture
def office(database: SqlDatabase, clock: SetClock) -> Iterator[Office]:
    found_firm(database)
    yield Office(database, clock)
    assert database.check_invariants(TENANT) == {}


@pytest.mark.parametrize("kind", sorted(STEPS))
def test_a_decision_is_booked_counted_and_taken_back(office: Office, kind: str) -> None:
    step, slots = STEPS[kind]
    if kind == "replacement":
        office.world.send_order(ORDER)
    decision_id, booked = office.decide(step)
    assert booked.state == "booked", booked
    assert slots <= booked.result.keys()
    cost = cost_of(step).minor_units
    assert sum(office.ledger().values()) == 0
    assert office.ledger().get("payout/house_books", 0) == -cost
    assert office.database.check_invariants(TENANT) == {}
    _, undone = office.decide(Reverse(decision_id=decision_id, step=0, undoes=kind))
    assert undone.state == "booked", undone
    assert not any(office.ledger().values())
    payment = office.database.read(TENANT, lambda tx: tx.get(Payment, PAYMENT))
    assert payment is not None
    assert payment.refunded == Money(0)
    assert office.standing() == 0


def test_the_ledger_says_what_stands_of_the_bookings(office: Office) -> None:
    money = ("refund", "refund_shipping", "price_adjustment")
    made = {kind: office.decide(STEPS[kind][0])[0] for kind in money}
    office.decide(Reverse(decision_id=made["refund"], step=0, undoes="refund"))
    assert office.standing() == 1490
    assert office.ledger() == {"cost/money_back": 1490, "payout/house_books": -1490}


def test_a_refused_booking_leaves_no_cost(office: Office) -> None:
    envelope = office.desk.envelope(
        Decide(case_id=office.case_id, customer_id=ERIKA, steps=(STEPS["cancel_order"][0],))
    )
    office.desk.send(envelope)
    office.world.send_order(ORDER)
    while office.worker.step():
        pass
    step = office.step(envelope.cmd_id)
    assert (step.state, step.failure) == ("failed", "order.already_shipped")
    assert office.ledger() == {}
    assert office.standing() == 0


def test_pieces_that_are_gone_when_it_comes_to_booking_are_said(office: Office) -> None:
    office.world.has_stock("GLAS-1", 1)
    office.world.send_order(ORDER)
    step = Replacement(order_id=ORDER, lines=(LineQuantity(GLASSES, 1),), value=Money(1450))
    envelope = office.desk.envelope(Decide(case_id=office.case_id, customer_id=ERIKA, steps=(step,)))
    office.desk.send(envelope)
    office.world.has_stock("GLAS-1", 0)
    while office.worker.step():
        pass
    became = office.step(envelope.cmd_id)
    assert (became.state, became.failure) == ("failed", "stock.not_enough")
    assert became.failure_params["available"] == "0"
    assert kind_of(became.decision) == "replacement"
