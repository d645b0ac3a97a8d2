"""Who writes in a case and whom we answer: copies, colleagues, forwards, lists, shared addresses."""

from __future__ import annotations

import pytest

from tests.hub.intake.conftest import Desk
from tests.hub.intake.mails import a_mail
from tests.hub.intake.test_intake import answer
from tests.hub.intake.test_one_matter import NEW, act, second_order
from tests.hub.small_firm import ERIKA, TENANT
from workstation.casework.customer import Customer
from workstation.casework.message import Message
from workstation.casework.wire import commands as c
from workstation.hub.ports import Tx
from workstation.hub.ports_intake import IntakeRow
from workstation.hub.services.identity import identity, with_identity

OURS = "In-Reply-To: <effect-1@shop.test>\n"
CC = "Cc: Otto Otten <otto@kopie.test>\n"


def said(desk: Desk, case_id: str) -> list[Message]:
    return [one for one in desk.file(case_id).messages if one.kind == "inbound"]


def answered(desk: Desk, raw: bytes) -> IntakeRow:
    """Erika writes, we answer."""
    row = desk.take(raw)
    answer(desk, row.case_id)
    return row


def test_a_colleague_in_copy_answers_in_the_case_and_does_not_take_it_over(desk: Desk) -> None:
    row = answered(desk, a_mail(more=CC))
    reply = desk.take(
        a_mail("Von mir auch", from_="Otto Otten <otto@kopie.test>", message_id="o1", more=OURS)
    )
    assert reply.case_id == row.case_id
    case = desk.case(row.case_id)
    assert (case.customer_id, case.reply_to) == (ERIKA, "erika@kundin.test")
    assert case.waits_since is not None
    assert [one.author_name for one in said(desk, row.case_id)] == ["Erika Beispiel", "Otto Otten"]
    again = desk.take(a_mail("Und ich", message_id="m9@kundin.test", more="In-Reply-To: <o1>\n"))
    assert again.case_id == row.case_id
    assert desk.case(row.case_id).reply_to == "erika@kundin.test"


def test_the_colleague_answers_the_customers_own_mail(desk: Desk) -> None:
    row = desk.take(a_mail(more=CC))
    reply = desk.take(
        a_mail("Stimmt", from_="otto@kopie.test", message_id="o1", more="In-Reply-To: <m1@kundin.test>\n")
    )
    assert reply.case_id == row.case_id


def test_who_overheard_a_mail_has_a_case_beside_it(desk: Desk) -> None:
    """Somebody in blind copy, or one of ours who got it from the customer directly: no part of the case."""
    row = desk.take(a_mail())
    other = desk.take(
        a_mail(
            "Ich weiß etwas",
            from_="kollege@shop.test",
            message_id="k1",
            more="References: <m1@kundin.test>\n",
        )
    )
    assert other.case_id != row.case_id
    assert desk.case(other.case_id).related_case_ids == (row.case_id,)
    assert desk.case(row.case_id).related_case_ids == (other.case_id,)
    assert desk.case(row.case_id).reply_to == "erika@kundin.test"


def test_an_answer_of_a_stranger_never_changes_where_our_answers_go(desk: Desk) -> None:
    row = answered(desk, a_mail())
    reply = desk.take(a_mail("Ja", from_="fremd@web.test", message_id="f1", more=OURS))
    assert reply.case_id == row.case_id
    assert "mail.other_sender" in desk.message(reply).hints
    assert desk.case(row.case_id).reply_to == "erika@kundin.test"


def test_the_customers_other_address_is_answered_where_they_wrote_from(desk: Desk) -> None:
    def second(tx: Tx) -> None:
        erika = tx.get(Customer, ERIKA)
        assert erika is not None
        tx.put(with_identity(erika, identity("email", "privat@web.test", at=tx.now, by="p")))

    desk.database.run(TENANT, second)
    row = answered(desk, a_mail())
    reply = desk.take(a_mail("Ja", from_="privat@web.test", message_id="p1", more=OURS))
    assert reply.case_id == row.case_id
    assert desk.case(row.case_id).reply_to == "privat@web.test"


@pytest.mark.parametrize("more", [OURS, "References: <m1@kundin.test> <effect-1@shop.test>\n"])
def test_our_mail_passed_on_from_another_address_is_the_same_matter_and_asked_about(
    desk: Desk, more: str
) -> None:
    row = answered(desk, a_mail())
    text = (
        "Hier noch einmal.\n\n---------- Forwarded message ---------\nVon: Shop <service@shop.test>\n"
        "Date: heute\nSubject: Re: Schale\nTo: <erika@kundin.test>\n\nWir erstatten.\n"
    )
    mail = desk.take(
        a_mail(text, from_="privat@web.test", subject="Fwd: Re: Schale", message_id="p1", more=more)
    )
    assert mail.case_id == row.case_id
    kinship = desk.case(row.case_id).kinship
    assert kinship is not None
    assert (kinship.customer_id, kinship.value) == (ERIKA, "privat@web.test")


def test_another_subject_changes_nothing(desk: Desk) -> None:
    row = answered(desk, a_mail())
    act(desk, c.SolveCase(case_id=row.case_id))
    reply = desk.take(a_mail("Ganz anders", subject="Lob und Tadel", message_id="m2@kundin.test", more=OURS))
    assert reply.case_id == row.case_id
    assert desk.case(row.case_id).status == "open"


def test_replies_to_a_merged_thread_go_home_again_after_the_merge_is_taken_back(desk: Desk) -> None:
    second_order(desk)
    root = desk.take(a_mail("Bestellung B-10023"))
    member = desk.take(a_mail("Wo ist B-10099?", message_id="m2@kundin.test"))
    answer(desk, member.case_id)
    act(desk, c.MergeCase(case_id=member.case_id, into_case_id=root.case_id), root.case_id)
    number = desk.case(member.case_id).number
    by_id = desk.take(a_mail("Danke", message_id="m3@kundin.test", more=OURS))
    by_number = desk.take(a_mail("Noch etwas", subject=f"Re: [#{number}]", message_id="m4@kundin.test"))
    assert {by_id.case_id, by_number.case_id} == {root.case_id}
    act(desk, c.UnmergeCase(case_id=member.case_id), root.case_id)
    later = desk.take(a_mail("Und?", message_id="m5@kundin.test", more=OURS))
    assert later.case_id == member.case_id
    # What came in meanwhile was said in the common conversation and stays there.
    assert {one.message_id for one in said(desk, root.case_id)} >= {by_id.message_id, by_number.message_id}


def test_who_is_in_copy_in_one_case_of_a_matter_takes_part_in_all_of_it(desk: Desk) -> None:
    second_order(desk)
    root = desk.take(a_mail("Bestellung B-10023", more=CC))
    member = desk.take(a_mail("Wo ist B-10099?", message_id="m2@kundin.test"))
    act(desk, c.MergeCase(case_id=member.case_id, into_case_id=root.case_id), root.case_id)
    reply = desk.take(
        a_mail("Ich auch", from_="otto@kopie.test", message_id="o1", more="In-Reply-To: <m2@kundin.test>\n")
    )
    assert reply.case_id == root.case_id


def test_a_split_thread_goes_on_in_both_halves(desk: Desk) -> None:
    first = desk.take(a_mail())
    second = desk.take(a_mail("Ganz anderes Anliegen", message_id="m2@kundin.test"))
    answer(desk, first.case_id)
    body = c.SplitCase(case_id=first.case_id, new_case_id=NEW, message_ids=(second.message_id,), subject="")
    act(desk, body)
    both = desk.take(
        a_mail(
            "Zu beidem",
            message_id="m3@kundin.test",
            more="In-Reply-To: <m2@kundin.test>\nReferences: <m1@kundin.test> <m2@kundin.test>\n",
        )
    )
    assert both.case_id == NEW, "the nearest one says where"
    ours = desk.take(a_mail("Dazu", message_id="m4@kundin.test", more=OURS))
    assert ours.case_id == first.case_id


@pytest.mark.parametrize("to", ["x@shop.test", "undisclosed-recipients:;"])
def test_a_blind_copy_to_us_is_a_case_of_its_sender(desk: Desk, to: str) -> None:
    raw = a_mail(more="Delivered-To: service@shop.test\n").replace(
        b"To: service@shop.test", f"To: {to}".encode()
    )
    row = desk.take(raw)
    assert row.state == "done"
    assert desk.case(row.case_id).customer_id == ERIKA


LIST = "List-Id: <kunden.liste.test>\nList-Post: <mailto:kunden@liste.test>\n"


def test_members_of_a_mailing_list_are_cases_of_their_own(desk: Desk) -> None:
    first = desk.take(a_mail("Wer kennt das?", from_="Anna A <anna@liste.test>", message_id="l1", more=LIST))
    reply = desk.take(
        a_mail("Ich", from_="Bert B <bert@liste.test>", message_id="l2", more=f"{LIST}In-Reply-To: <l1>\n")
    )
    assert reply.case_id != first.case_id
    assert desk.case(reply.case_id).customer_id != desk.case(first.case_id).customer_id
    assert desk.case(first.case_id).reply_to == "anna@liste.test"


def test_a_group_address_of_ours_that_rewrites_the_sender_shows_who_wrote(desk: Desk) -> None:
    """A list as our own mailbox: it sends in its own name, the customer stands in Reply-To."""
    row = desk.take(
        a_mail(
            from_="'Erika Beispiel' via Service <service@shop.test>",
            more=f"{LIST}Reply-To: Erika Beispiel <erika@kundin.test>\n",
        )
    )
    assert desk.case(row.case_id).customer_id == ERIKA
    assert desk.case(row.case_id).reply_to == "erika@kundin.test"


def test_two_people_behind_one_address_are_not_one_matter(desk: Desk) -> None:
    box = "info@firma.test"
    anna = desk.take(a_mail("Tisch wackelt", from_=f"Anna Alt <{box}>", message_id="a1"))
    bert = desk.take(a_mail("Rechnung fehlt", from_=f"Bert Blau <{box}>", message_id="b1"))
    assert bert.case_id != anna.case_id
    assert desk.case(bert.case_id).related_case_ids == (anna.case_id,)
    assert desk.case(bert.case_id).customer_id == desk.case(anna.case_id).customer_id
    assert [one.author_name for one in said(desk, bert.case_id)] == ["Bert Blau"]
    # Each goes on with their own, and the address without a name is not guessed about.
    more = desk.take(a_mail("Noch etwas", from_=f'"Blau, Bert" <{box}>', message_id="b2"))
    assert more.case_id == bert.case_id
    answer(desk, anna.case_id)
    reply = desk.take(a_mail("Danke", from_=f"Bert Blau <{box}>", message_id="b3", more=OURS))
    assert reply.case_id == anna.case_id, "an answer to our mail is about that, whoever writes it"
    bare = desk.take(a_mail("Hallo", from_=box, message_id="c1"))
    assert set(desk.case(bare.case_id).related_case_ids) == {anna.case_id, bert.case_id}


@pytest.mark.parametrize(
    "name",
    ["Erika Beispiel", "Beispiel, Erika", "E. Beispiel", "Erika B.", "erika", "", "ERIKA BEISPIEL (privat)"],
)
def test_one_person_by_many_spellings_is_one_matter(desk: Desk, name: str) -> None:
    first = desk.take(a_mail())
    from_ = f'"{name}" <erika@kundin.test>' if name else "erika@kundin.test"
    second = desk.take(a_mail("Hört mich jemand?", from_=from_, message_id="m2@kundin.test"))
    assert second.case_id == first.case_id


def test_a_signature_of_somebody_else_makes_nobody_of_them(desk: Desk) -> None:
    text = "Passt so.\n\n-- \nOtto Otten\nBahnhofstr. 1\nTel. +49 761 / 999 888\notto@kopie.test\n"
    row = desk.take(a_mail(text))
    case = desk.case(row.case_id)
    assert (case.customer_id, case.kinship) == (ERIKA, None)
    found = desk.database.read(TENANT, lambda tx: tx.customer_by_identity("email", "otto@kopie.test"))
    assert found is None
    assert case.reply_to == "erika@kundin.test"
