"""One matter, many threads: second mails, merged and split threads, copies, forwards, second addresses."""

from datetime import timedelta
from typing import Literal

import msgspec
import pytest

from tests.hub.intake.conftest import Desk
from tests.hub.intake.mails import a_bounce, a_mail
from tests.hub.intake.test_intake import answer
from tests.hub.small_firm import ERIKA, ORDER, TENANT
from workstation.casework.case import Case
from workstation.casework.case_state import CaseState, Given
from workstation.casework.customer import Customer
from workstation.casework.projection import apply
from workstation.casework.records import Order
from workstation.casework.wire import commands as c
from workstation.hub.channels.mail.forwards import forwarded_from
from workstation.hub.ports import Tx
from workstation.hub.services.case_acts import store
from workstation.hub.services.identity import identity, with_identity
from workstation.hub.storage.books import open_books

NEW = "01890000-0000-7000-8000-00000000aa01"


def act(desk: Desk, body: c.Body, other: str = "") -> None:
    """Carry out a command on a case, with a second case where it has one."""

    def work(tx: Tx) -> None:
        before = tx.case_file(body.case_id, lock=True).state
        if other:
            before = msgspec.structs.replace(before, other=tx.case_file(other).state)
        elif isinstance(body, c.SplitCase):
            before = msgspec.structs.replace(before, other=CaseState())
        store(tx, before, apply(before, body, Given(at=tx.now, person_id="p", command_id=NEW, number=9)))

    desk.database.run(TENANT, work)


def second_order(desk: Desk) -> None:
    def work(tx: Tx) -> None:
        known = tx.get(Order, ORDER)
        assert known is not None
        other = msgspec.structs.replace(known, order_id="order-2", number="B-10099")
        tx.put(other)
        open_books(tx).keep_order(other)

    desk.database.run(TENANT, work)


def test_two_mails_of_one_customer_are_one_case(desk: Desk) -> None:
    first = desk.take(a_mail())
    desk.clock.pass_by(timedelta(hours=3))
    second = desk.take(a_mail("Hört mich jemand?", subject="Hallo?", message_id="m2@kundin.test"))
    assert second.case_id == first.case_id
    assert len(desk.cases()) == 1
    assert "mail.joined_by_customer" in desk.message(second).hints
    assert desk.case(first.case_id).waiting_since == desk.message(first).at


def test_a_mail_about_the_same_order_joins_and_about_another_one_is_linked(desk: Desk) -> None:
    second_order(desk)
    first = desk.take(a_mail("Bestellung B-10023: Schale kaputt"))
    same = desk.take(a_mail("Noch einmal zu B-10023", message_id="m2@kundin.test"))
    assert same.case_id == first.case_id
    other = desk.take(a_mail("Wo bleibt B-10099?", subject="Paket", message_id="m3@kundin.test"))
    assert other.case_id != first.case_id
    assert desk.case(other.case_id).related_case_ids == (first.case_id,)
    assert desk.case(first.case_id).related_case_ids == (other.case_id,)
    unclear = desk.take(a_mail("Und jetzt?", subject="Frage", message_id="m4@kundin.test"))
    linked = set(desk.case(unclear.case_id).related_case_ids)
    assert linked == {first.case_id, other.case_id}


def test_a_solved_matter_is_over(desk: Desk) -> None:
    first = desk.take(a_mail())
    act(desk, c.SolveCase(case_id=first.case_id, without_answer="thanks"))
    second = desk.take(a_mail("Etwas Neues", subject="Gutschein", message_id="m2@kundin.test"))
    assert second.case_id != first.case_id
    assert desk.case(second.case_id).related_case_ids == ()


@pytest.mark.parametrize(("channel", "by"), [("system", "rule:work_orders"), ("mail", "rule:dunning")])
def test_a_case_the_customer_knows_nothing_of_takes_no_mail_of_theirs(
    desk: Desk, channel: Literal["system", "mail"], by: str
) -> None:
    """It closes when our own work is done: a question in it would be closed with it."""
    first = desk.take(a_mail())
    ours = desk.case(first.case_id)

    def work(tx: Tx) -> None:
        tx.put(
            Case(
                case_id=NEW,
                team_id=ours.team_id,
                opened_at=tx.now,
                number=9,
                customer_id=ERIKA,
                channel=channel,
                opened_by=by,
                order_id=ORDER,
            )
        )

    act(desk, c.SolveCase(case_id=first.case_id, without_answer="thanks"))
    desk.database.run(TENANT, work)
    mail = desk.take(a_mail("Bestellung B-10023 ist kaputt", subject="Neu", message_id="m2@kundin.test"))
    assert mail.case_id != NEW
    assert desk.case(mail.case_id).related_case_ids == (NEW,)
    again = desk.take(a_mail("Hört mich jemand?", subject="Hallo?", message_id="m3@kundin.test"))
    assert again.case_id == mail.case_id


def test_machines_join_by_ids_alone(desk: Desk) -> None:
    first = desk.take(a_mail())
    away = desk.take(
        a_mail("Nicht im Büro", message_id="m2@kundin.test", more="Auto-Submitted: auto-replied\n")
    )
    assert away.case_id != first.case_id


def test_mails_to_a_merged_thread_land_where_it_went_and_bounces_where_the_answer_was(desk: Desk) -> None:
    root = desk.take(a_mail())
    second_order(desk)
    member = desk.take(a_mail("Wo ist B-10099?", message_id="m2@kundin.test"))
    answer(desk, member.case_id)
    act(desk, c.MergeCase(case_id=member.case_id, into_case_id=root.case_id), root.case_id)
    reply = desk.take(
        a_mail("Danke", message_id="m3@kundin.test", more="In-Reply-To: <effect-1@shop.test>\n")
    )
    assert reply.case_id == root.case_id
    bounce = desk.take(a_bounce("effect-1@shop.test"))
    assert bounce.case_id == member.case_id
    found = desk.case(root.case_id)
    assert found.due is not None
    assert found.due.kind == "undelivered"


def test_replies_to_split_off_messages_follow_them(desk: Desk) -> None:
    first = desk.take(a_mail())
    second = desk.take(a_mail("Ganz anderes Anliegen", message_id="m2@kundin.test"))
    split = c.SplitCase(
        case_id=first.case_id, new_case_id=NEW, message_ids=(second.message_id,), subject="Anliegen"
    )
    act(desk, split)
    more = desk.take(a_mail("Noch dazu", message_id="m3@kundin.test", more="In-Reply-To: <m2@kundin.test>\n"))
    assert more.case_id == NEW
    old = desk.take(a_mail("Dazu", message_id="m4@kundin.test", more="In-Reply-To: <m1@kundin.test>\n"))
    assert old.case_id == first.case_id


def test_people_in_copy_are_shown_and_are_nobodys_customer(desk: Desk) -> None:
    row = desk.take(a_mail(more="Cc: Otto <otto@kopie.test>, zoe@kopie.test\n"))
    assert desk.message(row).cc == ("otto@kopie.test", "zoe@kopie.test")
    assert desk.case(row.case_id).customer_id == ERIKA
    found = desk.database.read(TENANT, lambda tx: tx.customer_by_identity("email", "otto@kopie.test"))
    assert found is None


@pytest.mark.parametrize("place", ["Cc", "Bcc"])
def test_a_mail_that_reaches_us_as_a_copy_is_a_case(desk: Desk, place: str) -> None:
    raw = a_mail(more=f"{place}: service@shop.test\n").replace(b"To: service@shop.test", b"To: x@shop.test")
    row = desk.take(raw)
    assert row.state == "done"
    assert desk.case(row.case_id).customer_id == ERIKA


FORWARD = (
    "Bitte kümmern.\n\n---------- Forwarded message ---------\nVon: {sender}\n"
    "Date: Mo., 5. Mai 2025\nSubject: Schale\nTo: <kollege@shop.test>\n\nMeine Schale ist kaputt.\n"
)


def test_who_wrote_a_forwarded_mail_is_a_hint_and_no_more(desk: Desk) -> None:
    text = FORWARD.format(sender="Erika Beispiel <erika@kundin.test>")
    row = desk.take(a_mail(text, from_="Kollege <kollege@shop.test>", subject="Fwd: Schale"))
    case, message = desk.case(row.case_id), desk.message(row)
    assert case.customer_id != ERIKA
    assert "mail.forwarded" in message.hints
    assert message.params == {"address": "erika@kundin.test"}
    assert case.kinship is not None
    assert (case.kinship.customer_id, case.kinship.why) == (ERIKA, "forward")


@pytest.mark.parametrize(
    ("subject", "text", "expected"),
    [
        ("Fwd: x", FORWARD.format(sender="E <E@Kundin.test>"), "e@kundin.test"),
        (
            "WG: x",
            "Siehe unten\n\nVon: E [mailto:e@k.test]\nGesendet: heute\nAn: w\nBetreff: x\n\nT",
            "e@k.test",
        ),
        (
            "x",
            "Anfang der weitergeleiteten Nachricht:\n\n> Von: E <e@k.test>\n> Betreff: x\n>\n> T",
            "e@k.test",
        ),
        ("FW: x", "See below\n\n*From:* E <e@k.test>\n*Sent:* today\n*To:* w\n*Subject:* x", "e@k.test"),
        ("AW: x", "Ja.\n\nVon: Shop <s@x.test>\nGesendet: heute\nAn: e@k.test\nBetreff: x\n\nT", ""),
        ("Fwd: x", "Nur ein Bild", ""),
        ("Fwd: x", "From: nobody at all\nVon: <>", ""),
    ],
)
def test_reading_the_forwarded_head(subject: str, text: str, expected: str) -> None:
    assert forwarded_from(subject, text) == expected


def test_a_second_address_that_names_the_order_is_asked_about(desk: Desk) -> None:
    row = desk.take(a_mail("Bestellung B-10023, Schale kaputt", from_="Erika <privat@web.test>"))
    case = desk.case(row.case_id)
    assert case.customer_id != ERIKA
    assert case.order_id == ""
    assert case.kinship is not None
    assert (case.kinship.customer_id, case.kinship.why, case.kinship.detail) == (ERIKA, "order", "B-10023")
    assert "mail.order_of_other_customer" in case.hints


def test_an_answer_to_our_mail_from_an_unknown_address_is_asked_about(desk: Desk) -> None:
    row = desk.take(a_mail())
    answer(desk, row.case_id)
    reply = desk.take(
        a_mail(
            "Ja",
            from_="privat@web.test",
            message_id="m2@web.test",
            more="In-Reply-To: <effect-1@shop.test>\n",
        )
    )
    assert reply.case_id == row.case_id
    kinship = desk.case(row.case_id).kinship
    assert kinship is not None
    assert (kinship.customer_id, kinship.value, kinship.why) == (ERIKA, "privat@web.test", "reply")


def test_the_same_name_with_the_same_telephone_is_asked_about_and_a_name_alone_is_not(desk: Desk) -> None:
    def with_phone(tx: Tx) -> None:
        erika = tx.get(Customer, ERIKA)
        assert erika is not None
        tx.put(with_identity(erika, identity("phone", "0761 123456", at=tx.now, by="rule:import")))

    desk.database.run(TENANT, with_phone)
    signed = "Schale kaputt\n\n-- \nErika Beispiel\nTel. +49 761 / 12 34 56\n"
    row = desk.take(a_mail(signed, from_="Erika Beispiel <privat@web.test>"))
    kinship = desk.case(row.case_id).kinship
    assert kinship is not None
    assert (kinship.customer_id, kinship.why) == (ERIKA, "phone")
    named = desk.take(a_mail("Hallo", from_="Erika Beispiel <zwei@web.test>", message_id="m2@web.test"))
    assert desk.case(named.case_id).kinship is None
    phoned = desk.take(a_mail(signed, from_="Otto Otten <otto@web.test>", message_id="m3@web.test"))
    assert desk.case(phoned.case_id).kinship is None


def test_a_case_number_of_a_stranger_gives_no_sign_of_kinship(desk: Desk) -> None:
    row = desk.take(a_mail())
    number = desk.case(row.case_id).number
    other = desk.take(
        a_mail("Her damit", subject=f"[#{number}]", from_="boese@fremd.test", message_id="m2@fremd.test")
    )
    case = desk.case(other.case_id)
    assert case.kinship is None
    assert case.related_case_ids == ()
    assert "mail.token_of_stranger" in case.hints


def test_after_unlinking_an_address_its_next_mail_is_of_somebody_new(desk: Desk) -> None:
    first = desk.take(a_mail())
    erika = desk.database.read(TENANT, lambda tx: tx.get(Customer, ERIKA))
    assert erika is not None
    act(desk, c.UnlinkIdentity(case_id=first.case_id, customer_id=ERIKA, identity=erika.identities[0]))
    assert desk.case(first.case_id).customer_id == ERIKA
    second = desk.take(a_mail("Noch eine", message_id="m2@kundin.test"))
    assert desk.case(second.case_id).customer_id != ERIKA
