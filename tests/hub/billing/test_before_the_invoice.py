"""Dunning before the invoice, told by real mails: from the angry one to the run a week after closing."""

from datetime import date, timedelta
from typing import Any, Literal

import pytest

from tests.hub.billing.ground import INVOICE, OWNER, House, after, bill, dun
from tests.hub.intake.mails import a_bounce, a_mail
from tests.hub.service_desk import LIMITS, LISA, TANJA, ServiceDesk
from tests.hub.small_firm import ERIKA, TENANT, SetClock
from workstation.casework.decision import (
    BlockDunning,
    DecisionRecord,
    ResendInvoice,
    UnblockDunning,
    WaiveDunningFee,
)
from workstation.casework.limit import Limit
from workstation.casework.money import Money
from workstation.casework.people import Person
from workstation.casework.wire.commands import (
    Applied,
    Decide,
    ReopenCase,
    Scheduled,
    SendMessage,
    SettleEffect,
    SolveCase,
    TieCase,
)
from workstation.hub.backends.billing_executor import BillingExecutor
from workstation.hub.backends.executors import ShopExecutor, TillExecutor
from workstation.hub.backends.house_books.case_stops import HouseCaseStops
from workstation.hub.ports_mail import MailUnknown
from workstation.hub.services.case_acts import EffectRoute
from workstation.hub.services.receive_commands import CommandReceiver
from workstation.hub.storage.billing import open_billing

ANGRY = "Ich habe eine Mahnung bekommen, aber nie eine Rechnung. Was soll das? Erika Beispiel"
NAMED = "Guten Tag, zur Rechnung R-2026-00017 habe ich nie etwas erhalten. Erika"


class Desk(ServiceDesk):
    """A desk whose commands reach the billing system, and whose ties are guarded."""

    def __init__(self, house: House, person: Person = LISA) -> None:
        super().__init__(house.database, house.clock, person)
        routes = {
            "mail": EffectRoute("mail", "B"),
            **{
                kind: EffectRoute("house_books", "A")
                for kind in BillingExecutor.kinds | ShopExecutor.kinds | TillExecutor.kinds
            },
        }
        self.receiver = CommandReceiver(
            house.database,
            TENANT,
            routes,
            lambda tx, work, person: pytest.fail(),
            open_billing,
            HouseCaseStops(open_billing),
        )
        everything = Limit(
            limit_id=LIMITS[0].limit_id, name="Service", kinds=("*",), role="agent", per_decision=5000
        )
        house.database.run(TENANT, lambda tx: tx.put(everything))


@pytest.fixture
def dunned(house: House) -> House:
    """Erika has got a reminder with a fee of five euros, but never the invoice."""
    bill(house.database, delivery="not_sent")
    dun(house.database, level=1, fee=500, on=date(2026, 11, 1))
    return house


@pytest.fixture
def desk(dunned: House) -> Desk:
    return Desk(dunned)


def solve(desk: Desk, case_id: str) -> Any:
    return desk.give(SolveCase(case_id=case_id, without_answer="answered_elsewhere"))


@pytest.mark.parametrize("text", [ANGRY, NAMED, "Order B-10023: I got a reminder but no invoice. Erika"])
def test_the_mail_is_tied_to_the_invoice_and_dunning_stops_at_once(dunned: House, text: str) -> None:
    row = dunned.take(a_mail(text, subject="Mahnung?"))
    case = dunned.file(row.case_id).case
    assert case is not None
    assert case.invoice_id == INVOICE
    invoice = dunned.invoice()
    assert invoice.is_dunning_blocked
    assert invoice.dunning_blocked_by == f"rule:{OWNER.person_id}"
    [line] = [one for one in dunned.file(row.case_id).messages if one.kind == "system"]
    assert (line.code, line.author_id) == ("dunning.block_set", f"rule:{OWNER.person_id}")
    assert line.params == {"invoice": "R-2026-00017"}


def test_the_block_is_in_the_feed_of_the_team_that_has_the_case(dunned: House) -> None:
    row = dunned.take(a_mail(ANGRY))
    case = dunned.file(row.case_id).case
    assert case is not None
    scope = f"team:{case.team_id}"
    page = dunned.database.pull(TENANT, (scope,), {scope: 0}, 500, 1 << 20)
    bodies = [bytes(row.body or b"") for row in page.rows if row.entity == "invoice"]
    assert len(bodies) == 1
    assert b'"is_dunning_blocked":true' in bodies[0]


@pytest.mark.parametrize(
    ("text", "from_"),
    [
        ("Wann kommt mein Paket?", "Erika Beispiel <erika@kundin.test>"),
        (ANGRY, "Jemand <jemand@anders.test>"),
        (NAMED, "Jemand <jemand@anders.test>"),
    ],
)
def test_other_mails_stop_nothing(dunned: House, text: str, from_: str) -> None:
    row = dunned.take(a_mail(text, subject="Frage", from_=from_))
    case = dunned.file(row.case_id).case
    assert case is not None
    assert case.invoice_id == ""
    assert not dunned.invoice().is_dunning_blocked


def test_an_invoice_that_was_never_dunned_is_tied_and_not_stopped(house: House) -> None:
    row = house.take(a_mail(NAMED))
    case = house.file(row.case_id).case
    assert case is not None
    assert case.invoice_id == INVOICE
    assert not house.invoice().is_dunning_blocked
    assert house.codes(row.case_id) == []


def test_a_case_tied_by_hand_is_guarded_too_and_takes_no_limit(dunned: House, desk: Desk) -> None:
    case_id = desk.open_case("Hallo, bitte rufen Sie mich an.")
    assert isinstance(desk.give(TieCase(case_id=case_id, customer_id=ERIKA, invoice_id=INVOICE)), Applied)
    assert dunned.invoice().is_dunning_blocked
    assert "dunning.block_set" in dunned.codes(case_id)
    assert dunned.file(case_id).decisions == ()


def test_a_refused_block_is_said_in_the_case(dunned: House) -> None:
    def lose_the_row(tx: Any) -> None:
        tx.session.do("DELETE FROM billing_invoice WHERE tenant_id = :tenant", tenant=TENANT)

    dunned.database.run(TENANT, lose_the_row)
    row = dunned.take(a_mail(ANGRY))
    [line] = [one for one in dunned.file(row.case_id).messages if one.kind == "system"]
    assert (line.code, line.params["code"]) == ("dunning.block_refused", "invoice.unknown")
    assert not dunned.invoice().is_dunning_blocked


def the_macro(desk: Desk, case_id: str, until: date) -> Decide:
    return Decide(
        case_id=case_id,
        customer_id=ERIKA,
        steps=(
            BlockDunning(invoice_id=INVOICE, until=until, reason="invoice_not_received"),
            ResendInvoice(invoice_id=INVOICE),
            WaiveDunningFee(invoice_id=INVOICE, amount=Money(500)),
        ),
        macro="dunning_before_invoice",
    )


def test_one_click_sends_the_copy_and_drops_the_fee(dunned: House, desk: Desk) -> None:
    row = dunned.take(a_mail(ANGRY))
    decide = desk.envelope(the_macro(desk, row.case_id, date(2026, 12, 18)))
    answer = SendMessage(
        case_id=row.case_id,
        message_id=desk.new_id(),
        text="Guten Tag Erika Beispiel, die Zweitschrift liegt bei. Lisa",
        to=("erika@kundin.test",),
        waits_for=decide.cmd_id,
        seen_inbound_id=row.message_id,
    )
    verdicts = desk.send(decide, desk.envelope(answer))
    assert isinstance(verdicts[0], Scheduled), verdicts
    assert isinstance(verdicts[1], Scheduled | Applied), verdicts
    dunned.work()
    [mail] = dunned.sent()
    [copy] = list(mail.iter_attachments())
    assert copy.get_content_type() == "application/pdf"
    assert copy.get_filename() == "Rechnung-R-2026-00017-Zweitschrift.pdf"
    invoice = dunned.invoice()
    assert invoice.fee_open == Money(0)
    assert (invoice.delivery, invoice.mail_id) == ("sent", answer.message_id)
    assert invoice.copy_sent_at is not None
    assert invoice.copy_sent_at == invoice.sent_at
    assert [notice.is_fee_waived for notice in dunned.notices()] == [True]
    record = dunned.database.read(TENANT, lambda tx: tx.get(DecisionRecord, decide.cmd_id))
    assert record is not None
    assert record.state == "booked"
    block, resend, waive = (step.result for step in record.steps)
    assert block["invoice_no"] == resend["invoice_no"] == "R-2026-00017"
    assert resend["copy_sent_at"] == invoice.copy_sent_at.isoformat()
    assert waive["fee_amount"] == "5.00 EUR"
    message = next(one for one in dunned.file(row.case_id).messages if one.kind == "outbound")
    assert [one.name for one in message.attachments] == [copy.get_filename()]


def test_a_copy_that_cannot_be_made_keeps_the_answer_here(dunned: House, desk: Desk) -> None:
    def forget_the_seller(tx: Any) -> None:
        tx.session.do("DELETE FROM billing_setting WHERE tenant_id = :tenant", tenant=TENANT)

    dunned.database.run(TENANT, forget_the_seller)
    row = dunned.take(a_mail(ANGRY))
    decide = desk.envelope(the_macro(desk, row.case_id, date(2026, 12, 18)))
    answer = SendMessage(
        case_id=row.case_id,
        message_id=desk.new_id(),
        text="Guten Tag Erika Beispiel, die Zweitschrift liegt bei. Lisa",
        to=("erika@kundin.test",),
        waits_for=decide.cmd_id,
        seen_inbound_id=row.message_id,
    )
    desk.send(decide, desk.envelope(answer))
    dunned.work()
    assert dunned.sent() == []
    file = dunned.file(row.case_id)
    record = next(one for one in file.decisions if one.decision_id == decide.cmd_id)
    assert (record.state, record.code) == ("failed", "billing.seller_missing")
    assert [step.state for step in record.steps] == ["booked", "failed", "stopped"]
    held = next(one for one in file.messages if one.kind == "outbound")
    assert held.delivery == "held_back"
    assert dunned.invoice().fee_open == Money(500)


def test_a_copy_that_came_back_was_not_delivered(dunned: House, desk: Desk) -> None:
    test_one_click_sends_the_copy_and_drops_the_fee(dunned, desk)
    [mail] = dunned.sent()
    dunned.take(a_bounce(str(mail["Message-ID"]).strip("<>")))
    assert dunned.invoice().delivery == "failed"
    assert dunned.invoice().failed_at is not None


def test_while_the_case_is_open_no_run_sends_a_letter(dunned: House, desk: Desk) -> None:
    bill(dunned.database, delivery="sent", dunning_level=1)
    row = dunned.take(a_mail(ANGRY))
    for days in (1, 10, 30):
        dunned.clock.at = after(days)
        report = dunned.run()
        dunned.work()
        assert [(one.outcome, one.code) for one in report.items] == [("blocked", "dunning_blocked")]
    assert dunned.sent() == []
    withheld = [one for one in dunned.notices() if one.level == 2]
    assert [(one.status, one.code) for one in withheld] == [("withheld", "dunning_blocked")]
    assert dunned.file(row.case_id).case is not None


def test_closing_lifts_the_block_seven_days_later_at_the_earliest(dunned: House, desk: Desk) -> None:
    bill(dunned.database, delivery="sent", dunning_level=1)
    row = dunned.take(a_mail(ANGRY))
    assert isinstance(solve(desk, row.case_id), Applied)
    dunned.look()
    assert dunned.invoice().dunning_blocked_until == after(7).date()
    dunned.clock.at = after(7, -0.1)
    assert dunned.look() == 0
    assert [one.outcome for one in dunned.run().items] == ["blocked"]
    dunned.clock.at = after(7, 0.1)
    assert dunned.look() == 1
    assert not dunned.invoice().is_dunning_blocked
    assert dunned.codes(row.case_id)[-1] == "dunning.block_lifted"
    dunned.clock.at = after(8)
    assert [one.outcome for one in dunned.run().items] == ["reminded"]
    dunned.work()
    assert len(dunned.reminders()) == 1


def test_a_reopened_case_keeps_its_block(dunned: House, desk: Desk) -> None:
    row = dunned.take(a_mail(ANGRY))
    solve(desk, row.case_id)
    dunned.clock.at = after(5)
    dunned.look()
    assert isinstance(desk.give(ReopenCase(case_id=row.case_id)), Applied)
    dunned.clock.at = after(20)
    assert dunned.look() == 0
    assert dunned.invoice().is_dunning_blocked
    assert dunned.invoice().dunning_blocked_until is None
    solve(desk, row.case_id)
    dunned.clock.at = after(26)
    assert dunned.look() == 0
    dunned.clock.at = after(28)
    assert dunned.look() == 1


def test_a_block_with_an_end_holds_up_to_its_last_day(dunned: House, desk: Desk) -> None:
    bill(dunned.database, delivery="sent", dunning_level=1)
    case_id = desk.open_case()
    last = after(3).date()
    step = BlockDunning(invoice_id=INVOICE, until=last)
    assert isinstance(desk.give(Decide(case_id=case_id, customer_id=ERIKA, steps=(step,))), Scheduled)
    dunned.work()
    dunned.clock.at = after(3)
    dunned.look()
    assert [one.outcome for one in dunned.run().items] == ["blocked"]
    dunned.clock.at = after(4)
    assert [one.outcome for one in dunned.run().items] == ["reminded"]
    assert dunned.look() == 1
    assert not dunned.invoice().is_dunning_blocked


def test_a_person_may_let_reminders_go_on(dunned: House, desk: Desk) -> None:
    row = dunned.take(a_mail(ANGRY))
    step = UnblockDunning(invoice_id=INVOICE)
    assert isinstance(desk.give(Decide(case_id=row.case_id, customer_id=ERIKA, steps=(step,))), Scheduled)
    dunned.work()
    assert not dunned.invoice().is_dunning_blocked


def test_an_answer_to_a_reminder_stops_the_next_one(house: House, clock: SetClock) -> None:
    house.run()
    house.work()
    [mail] = house.reminders()
    clock.pass_by(timedelta(days=1))
    answer = a_mail("Ich zahle nicht, die Ware war kaputt.", more=f"In-Reply-To: {mail['Message-ID']}\n")
    row = house.take(answer)
    case = house.file(row.case_id).case
    assert case is not None
    assert (case.status, case.invoice_id) == ("open", INVOICE)
    assert house.invoice().is_dunning_blocked
    clock.at = after(30)
    assert [one.outcome for one in house.run().items] == ["blocked"]
    house.work()
    assert len(house.reminders()) == 1


@pytest.mark.parametrize(("outcome", "status", "level"), [("done", "sent", 1), ("not_done", "withheld", 0)])
def test_a_reminder_in_doubt_is_settled_by_a_person(
    house: House, outcome: Literal["done", "not_done"], status: str, level: int
) -> None:
    class Broken:
        has_archive = False
        visibility_lag_s = 0.0

        def send(self, *arguments: object, **more: object) -> Any:
            raise MailUnknown("cut")

        def is_archived(self, message_id: str) -> bool:
            return False

    desk = Desk(house, TANJA)
    house.run()
    worker = house.worker(Broken())
    for _ in range(8):
        worker.step()
        house.clock.pass_by(timedelta(minutes=5))
    [row] = house.database.read(TENANT, lambda tx: open_billing(tx).reminders_of(INVOICE))
    effect = house.database.read(TENANT, lambda tx: tx.effect(row.effect_id))
    assert effect is not None
    assert effect.state == "manual"
    settled = SettleEffect(case_id=row.case_id, effect_id=row.effect_id, outcome=outcome, reference="x")
    assert isinstance(desk.give(settled), Applied)
    assert [one.status for one in house.notices()] == [status]
    assert (house.invoice().dunning_level, house.invoice().delivery) == (level, "sent")
