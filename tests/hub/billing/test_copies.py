"""A second copy leaves in any case: with the answer, or by a mail of its own when nobody writes one."""

import pytest

from tests.hub.billing.ground import INVOICE, House, bill
from tests.hub.billing.test_before_the_invoice import Desk, solve
from tests.hub.intake.mails import a_bounce, a_mail
from tests.hub.small_firm import ERIKA, TENANT
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord, ResendInvoice
from workstation.casework.wire.commands import CancelDecision, Decide, SendMessage, TieCase
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import COPY_RULE
from workstation.hub.services.copy_mails import LEAVES_AFTER

ASKED = "Ich finde die Rechnung R-2026-00017 nicht mehr. Können Sie sie noch einmal schicken? Erika"


@pytest.fixture
def asked(house: House) -> House:
    """Erika has lost her invoice."""
    bill(house.database, delivery="not_sent")
    return house


def resend(desk: Desk, case_id: str) -> Decide:
    return Decide(case_id=case_id, customer_id=ERIKA, steps=(ResendInvoice(invoice_id=INVOICE),))


def answer(desk: Desk, case_id: str, waits_for: str) -> SendMessage:
    return SendMessage(
        case_id=case_id,
        message_id=desk.new_id(),
        text="Guten Tag, die Zweitschrift liegt bei. Lisa",
        to=("erika@kundin.test",),
        waits_for=waits_for,
        is_forced=True,
    )


def record_of(house: House, decision_id: str) -> DecisionRecord:
    record = house.database.read(TENANT, lambda tx: tx.get(DecisionRecord, decision_id))
    assert record is not None
    return record


def test_without_an_answer_it_leaves_by_a_mail_of_its_own(asked: House) -> None:
    desk = Desk(asked)
    row = asked.take(a_mail(ASKED))
    decide = desk.envelope(resend(desk, row.case_id))
    desk.send(decide)
    asked.work()
    assert asked.sent() == []  # somebody may be writing the answer
    asked.rest()
    [mail] = asked.sent()
    assert mail["Subject"] == "Zweitschrift der Rechnung R-2026-00017"
    assert mail["To"] == "erika@kundin.test"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "R-2026-00017 vom 1. Oktober 2026" in mail.get_body().get_content()  # type: ignore[union-attr]
    [copy] = list(mail.iter_attachments())
    assert copy.get_filename() == "Rechnung-R-2026-00017-Zweitschrift.pdf"
    invoice = asked.invoice()
    assert (invoice.delivery, invoice.copy_sent_at is not None) == ("sent", True)
    [message] = [one for one in asked.file(row.case_id).messages if one.kind == "outbound"]
    assert (message.author_id, message.delivery) == (COPY_RULE, "accepted")
    assert record_of(asked, decide.cmd_id).steps[0].result["copy_sent_at"]
    case = asked.file(row.case_id).case
    assert case is not None
    assert case.waiting_since is not None  # a person still owes an answer


def test_a_case_that_is_closed_does_not_keep_it_waiting(asked: House) -> None:
    desk = Desk(asked)
    row = asked.take(a_mail(ASKED))
    desk.give(resend(desk, row.case_id))
    solve(desk, row.case_id)
    began = asked.clock.now()
    asked.work()
    assert len(asked.sent()) == 1
    assert asked.clock.now() - began < LEAVES_AFTER


def test_an_answer_takes_it_along_and_it_leaves_once(asked: House) -> None:
    desk = Desk(asked)
    row = asked.take(a_mail(ASKED))
    decide = desk.envelope(resend(desk, row.case_id))
    desk.send(decide)
    asked.work()
    assert record_of(asked, decide.cmd_id).state == "booked"
    desk.give(answer(desk, row.case_id, decide.cmd_id))  # written after the copy was made
    asked.rest()
    [mail] = asked.sent()
    assert "Lisa" in mail.get_body().get_content()  # type: ignore[union-attr]
    assert len(list(mail.iter_attachments())) == 1
    assert asked.invoice().copy_sent_at is not None


def test_an_answer_without_it_does_not_count(asked: House) -> None:
    desk = Desk(asked)
    row = asked.take(a_mail(ASKED))
    desk.give(resend(desk, row.case_id))
    desk.give(answer(desk, row.case_id, ""))
    asked.rest()
    assert sorted(len(list(mail.iter_attachments())) for mail in asked.sent()) == [0, 1]


def test_taken_back_in_time_nothing_leaves(asked: House) -> None:
    desk = Desk(asked)
    row = asked.take(a_mail(ASKED))
    decide = desk.envelope(
        Decide(
            case_id=row.case_id,
            customer_id=ERIKA,
            steps=(ResendInvoice(invoice_id=INVOICE),),
            undo_left_s=30,
        )
    )
    desk.send(decide)
    desk.give(CancelDecision(case_id=row.case_id, decision_id=decide.cmd_id))
    asked.rest()
    assert asked.sent() == []
    assert asked.invoice().delivery == "not_sent"


def test_nobody_to_send_it_to_is_said_in_the_case(asked: House) -> None:
    def forget_the_address(tx: Tx) -> None:
        erika = tx.get(Customer, ERIKA)
        assert erika is not None
        tx.put(Customer(customer_id=ERIKA, name=erika.name, rev=erika.rev))

    desk = Desk(asked)
    case_id = desk.open_case("Erika ruft an: bitte die Rechnung noch einmal.")
    asked.database.run(TENANT, forget_the_address)
    desk.give(resend(desk, case_id))
    solve(desk, case_id)
    asked.rest()
    assert asked.sent() == []
    file = asked.file(case_id)
    assert "copy.no_address" in asked.codes(case_id)
    assert file.case is not None
    assert (file.case.status, file.case.has_undelivered) == ("open", True)
    assert asked.invoice().delivery == "not_sent"


def test_one_that_comes_back_was_not_delivered(asked: House) -> None:
    desk = Desk(asked)
    row = asked.take(a_mail(ASKED))
    desk.give(resend(desk, row.case_id))
    asked.rest()
    [mail] = asked.sent()
    asked.take(a_bounce(str(mail["Message-ID"]).strip("<>")))
    assert asked.invoice().delivery == "failed"


def test_it_goes_only_to_the_customer_whose_invoice_it_is(asked: House) -> None:
    desk = Desk(asked)
    row = asked.take(a_mail("Rechnung R-2026-00017 bitte an mich.", from_="Jemand <jemand@anders.test>"))
    desk.give(TieCase(case_id=row.case_id, customer_id=ERIKA, invoice_id=INVOICE))
    desk.give(resend(desk, row.case_id))
    asked.rest()
    [mail] = asked.sent()
    assert mail["To"] == "erika@kundin.test"
