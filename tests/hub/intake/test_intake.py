"""Received = shown: every mail becomes a message of the right case, once, whatever it holds."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tests.hub.intake.conftest import Desk
from tests.hub.intake.mails import a_bounce, a_mail
from tests.hub.small_firm import ERIKA, ORDER, TEAM, TENANT
from workstation.casework.customer import Customer
from workstation.casework.message import Message
from workstation.casework.projection import CaseState, Given, delivered
from workstation.casework.records import Order
from workstation.hub.channels.mail.parsed import ParseFailure
from workstation.hub.channels.mail.worker import ParseWorker
from workstation.hub.ports import Tx
from workstation.hub.ports_mail import RawMail
from workstation.hub.services import intake
from workstation.hub.services.intake_order import words_like_numbers
from workstation.hub.storage.books import open_books


def answer(desk: Desk, case_id: str, rfc_id: str = "effect-1@shop.test") -> str:
    """Write and deliver an answer of a person on the case; its message id."""
    message = Message(
        message_id=f"answer-{rfc_id}",
        case_id=case_id,
        kind="outbound",
        at=desk.clock.now(),
        author_id="person-1",
        author_name="Anna",
        from_address="service@shop.test",
        to=("erika@kundin.test",),
        text="Wir erstatten.",
        delivery="sending",
    )

    def work(tx: Tx) -> None:
        file = tx.case_file(case_id, lock=True)
        state = CaseState(case=file.case, messages=(*file.messages, message), customer=file.customer)
        after = delivered(state, message.message_id, Given(at=tx.now), rfc_message_id=rfc_id)
        assert after.case is not None
        tx.put(after.case)
        tx.put(after.messages[-1])

    desk.database.run(TENANT, work)
    return message.message_id


def test_a_first_mail_opens_a_numbered_case_of_the_known_customer(desk: Desk) -> None:
    row = desk.take(a_mail())
    assert row.state == "done"
    case, message = desk.case(row.case_id), desk.message(row)
    assert case.number == 1
    assert (case.customer_id, case.customer_name, case.team_id) == (ERIKA, "Erika Beispiel", TEAM)
    assert (case.subject, case.status, case.reply_to) == ("Schale zerbrochen", "open", "erika@kundin.test")
    assert case.waiting_since == message.at == desk.clock.now()
    assert case.due is not None
    assert case.due.kind == "first_response"
    assert case.order_id == ORDER
    assert message.text.startswith("Hallo, eine Schale ist zerbrochen.")
    assert message.language == "de"
    assert message.rfc_message_id == "m1@kundin.test"


def test_an_unknown_sender_becomes_a_customer_with_the_address(desk: Desk) -> None:
    row = desk.take(a_mail(from_='"Max Muster" <Max@Neu.Test>', text="Hello, where is my parcel? Thanks"))
    case = desk.case(row.case_id)
    customer = desk.database.read(TENANT, lambda tx: tx.get(Customer, case.customer_id))
    assert customer is not None
    assert (customer.name, customer.given_name, customer.family_name) == ("Max Muster", "Max", "Muster")
    assert customer.linked("email")[0].normalised == "max@neu.test"
    assert customer.language == "en"
    second = desk.take(a_mail(from_="max@neu.test", message_id="m2@neu.test"))
    assert desk.case(second.case_id).customer_id == customer.customer_id


def test_taking_a_mail_again_changes_nothing(desk: Desk) -> None:
    first = desk.take(a_mail(), uid=5)
    assert desk.take(a_mail(), uid=5) == first
    moved = desk.intake.take(a_raw_mail(desk, a_mail(), uidvalidity=8, uid=1))
    assert (moved.state, moved.case_id, moved.message_id) == ("repeat", first.case_id, first.message_id)
    assert len(desk.file(first.case_id).messages) == 1


def a_raw_mail(desk: Desk, raw: bytes, uidvalidity: int, uid: int) -> RawMail:
    return RawMail("service", uidvalidity, uid, raw, desk.clock.now())


def test_the_same_mail_through_another_mailbox_is_the_same_message(desk: Desk) -> None:
    first = desk.take(a_mail(more="Received: from a by b\n"))
    other = desk.take(a_mail(more="Received: from c by d\n"))
    assert (other.state, other.message_id) == ("repeat", first.message_id)


def test_another_mail_with_a_stolen_message_id_is_shown(desk: Desk) -> None:
    first = desk.take(a_mail())
    other = desk.take(a_mail("Ganz andere Worte", from_="x@fremd.test"))
    assert other.state == "done"
    assert other.case_id != first.case_id
    found = desk.database.read(TENANT, lambda tx: tx.message_by_rfc_id("m1@kundin.test"))
    assert found is not None
    assert found.message_id == first.message_id


def test_an_answer_to_our_mail_joins_by_its_message_id(desk: Desk) -> None:
    row = desk.take(a_mail())
    answer(desk, row.case_id)
    assert desk.case(row.case_id).status == "waiting"
    desk.clock.pass_by(timedelta(hours=1))
    reply = desk.take(
        a_mail(
            "Danke!\n\nAm 20.11.2026 um 10:20 schrieb Service:\n> Wir erstatten.",
            subject="AW: ganz anderer Betreff",
            message_id="m2@kundin.test",
            more="References: <x@y.test>\n <effect-1@shop.test>\n",
        )
    )
    assert reply.case_id == row.case_id
    case, message = desk.case(row.case_id), desk.message(reply)
    assert case.status == "open"
    assert case.waiting_since == desk.clock.now()
    assert message.text.strip() == "Danke!"
    assert "> Wir erstatten." in message.quoted


def test_our_answer_passed_on_joins_with_a_warning(desk: Desk) -> None:
    row = desk.take(a_mail())
    answer(desk, row.case_id)
    reply = desk.take(
        a_mail(
            from_="mann@privat.test", message_id="m9@privat.test", more="In-Reply-To: <effect-1@shop.test>\n"
        )
    )
    assert reply.case_id == row.case_id
    assert "mail.other_sender" in desk.case(row.case_id).hints


def test_a_subject_alone_never_joins(desk: Desk) -> None:
    row = desk.take(a_mail())
    other = desk.take(a_mail(from_="y@fremd.test", message_id="m2@kundin.test", text="Noch etwas"))
    assert other.case_id != row.case_id


def test_a_token_counts_for_the_customer_of_the_case_only(desk: Desk) -> None:
    row = desk.take(a_mail())
    number = desk.case(row.case_id).number
    hers = desk.take(a_mail("Noch was", subject=f"Frage [#{number}]", message_id="m2@kundin.test"))
    assert hers.case_id == row.case_id
    strangers = desk.take(
        a_mail(
            "Her damit", subject=f"Frage [#{number}]", from_="boese@fremd.test", message_id="m3@fremd.test"
        )
    )
    assert strangers.case_id != row.case_id
    assert "mail.token_of_stranger" in desk.case(strangers.case_id).hints


def test_references_of_a_stranger_to_a_customers_mail_do_not_join(desk: Desk) -> None:
    row = desk.take(a_mail())
    other = desk.take(
        a_mail(
            "Ich auch",
            from_="x@fremd.test",
            message_id="m2@fremd.test",
            more="References: <m1@kundin.test>\n",
        )
    )
    assert other.case_id != row.case_id


def test_an_automatic_reply_joins_and_stops_or_opens_nothing(desk: Desk) -> None:
    row = desk.take(a_mail())
    answer(desk, row.case_id)
    before = desk.case(row.case_id)
    reply = desk.take(
        a_mail(
            "Ich bin bis 1.12. nicht im Büro.",
            subject="Abwesenheitsnotiz: Re: Schale",
            message_id="m2@kundin.test",
            more="Auto-Submitted: auto-replied\nIn-Reply-To: <effect-1@shop.test>\n",
        )
    )
    assert reply.case_id == row.case_id
    after = desk.case(row.case_id)
    assert (after.status, after.waiting_since, after.due) == (before.status, before.waiting_since, before.due)
    assert desk.message(reply).is_auto_reply


def test_a_bounce_marks_our_message_and_puts_the_case_on_top(desk: Desk) -> None:
    row = desk.take(a_mail())
    message_id = answer(desk, row.case_id)
    bounce = desk.take(a_bounce("effect-1@shop.test"))
    assert bounce.case_id == row.case_id
    case = desk.case(row.case_id)
    sent = next(one for one in desk.file(row.case_id).messages if one.message_id == message_id)
    assert (sent.delivery, sent.delivery_code) == ("bounced", "mail.bounced")
    assert case.has_undelivered
    assert case.due is not None
    assert case.due.kind == "undelivered"
    assert case.waiting_since is not None
    assert len(desk.cases()) == 1


def test_a_bounce_of_something_unknown_is_shown_without_making_a_customer(desk: Desk) -> None:
    row = desk.take(a_bounce("never-sent@elsewhere.test"))
    assert desk.case(row.case_id).customer_id == ""
    assert desk.message(row).is_bounce


def test_our_own_mail_come_back_opens_no_case(desk: Desk) -> None:
    row = desk.take(a_mail())
    answer(desk, row.case_id)
    back = desk.take(a_mail("Wir erstatten.", from_="service@shop.test", message_id="effect-1@shop.test"))
    assert (back.state, back.case_id) == ("repeat", row.case_id)
    assert len(desk.cases()) == 1


def test_a_mail_of_somebody_else_that_bears_the_id_of_ours_is_shown(desk: Desk) -> None:
    row = desk.take(a_mail())
    answer(desk, row.case_id)
    other = desk.take(a_mail("Anderes Konto bitte", from_="x@fremd.test", message_id="effect-1@shop.test"))
    assert other.state == "done"
    assert desk.message(other).text == "Anderes Konto bitte"
    assert desk.message(other).rfc_message_id == ""


def test_a_form_of_our_own_is_the_persons_in_reply_to(desk: Desk) -> None:
    row = desk.take(a_mail(from_="Shop <service@shop.test>", more="Reply-To: erika@kundin.test\n"))
    case = desk.case(row.case_id)
    assert (case.customer_id, case.reply_to) == (ERIKA, "erika@kundin.test")


def test_a_form_through_another_mailbox_is_the_same_message(desk: Desk) -> None:
    def form(person: str, way: str) -> bytes:
        return a_mail(from_="Shop <service@shop.test>", more=f"Received: from {way}\nReply-To: {person}\n")

    row = desk.take(form("erika@kundin.test", "a by b"))
    other = desk.take(form("erika@kundin.test", "c by d"))
    assert (other.state, other.message_id) == ("repeat", row.message_id)
    assert desk.take(form("anders@kundin.test", "a by b")).state == "done"


def test_a_foreign_reply_to_is_used_and_named(desk: Desk) -> None:
    row = desk.take(a_mail(more="Reply-To: anders@kundin.test\n"))
    case = desk.case(row.case_id)
    assert (case.customer_id, case.reply_to) == (ERIKA, "anders@kundin.test")
    assert "mail.reply_to_differs" in case.hints
    # The window shows what stands at the message.
    assert "mail.reply_to_differs" in desk.message(row).hints
    plain = desk.take(a_mail(message_id="m2@kundin.test", more="Reply-To: ERIKA@kundin.test\n"))
    assert "mail.reply_to_differs" not in desk.message(plain).hints


def test_the_order_named_in_the_text_wins(desk: Desk) -> None:
    def another(tx: Tx) -> None:
        known = tx.get(Order, ORDER)
        assert known is not None
        other = msgspec.structs.replace(known, order_id="order-2", number="B-10099", placed_at=tx.now)
        tx.put(other)
        open_books(tx).keep_order(other)

    desk.database.run(TENANT, another)
    named = desk.take(a_mail("Bestellung b-10099, bitte.", message_id="m2@kundin.test"))
    assert desk.case(named.case_id).order_id == "order-2"


@pytest.mark.parametrize("text", ["Meine Schale ist kaputt.", "B-10099 und B-10023"])
def test_without_one_clear_order_none_is_tied(desk: Desk, text: str) -> None:
    def another(tx: Tx) -> None:
        known = tx.get(Order, ORDER)
        assert known is not None
        other = msgspec.structs.replace(known, order_id="order-2", number="B-10099", placed_at=tx.now)
        tx.put(other)
        open_books(tx).keep_order(other)

    desk.database.run(TENANT, another)
    assert desk.case(desk.take(a_mail(text)).case_id).order_id == ""


def test_an_order_of_somebody_else_is_not_tied(desk: Desk) -> None:
    row = desk.take(a_mail("Bestellung B-10023 bitte erstatten", from_="x@fremd.test"))
    case = desk.case(row.case_id)
    assert case.order_id == ""
    assert "mail.order_of_other_customer" in case.hints
    assert "mail.order_of_other_customer" in desk.message(row).hints


def test_words_that_may_be_numbers() -> None:
    text = "Bestellung B-10023, (4711)! am 3.12. Nr.: 2026/17-a_b; Schale"
    assert words_like_numbers(text) == ("B-10023", "4711", "3.12", "2026/17-a_b")
    assert len(words_like_numbers(" ".join(f"n{index}x" for index in range(5000)))) == 300


def test_attachments_are_blobs_under_a_name_for_display(desk: Desk) -> None:
    raw = (
        b"From: erika@kundin.test\r\nSubject: Bild\r\nMessage-ID: <a@b.test>\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n'
        b"--x\r\nContent-Type: text/plain\r\n\r\nsiehe Bild\r\n"
        b"--x\r\nContent-Type: image/png\r\n"
        b'Content-Disposition: attachment; filename="../../etc/b\xc3\xa4d.png"\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\nAAECAw==\r\n--x--\r\n"
    )
    (file,) = desk.message(desk.take(raw)).attachments
    assert desk.blob(file.sha256) == b"\x00\x01\x02\x03"
    assert file.size == 4
    assert file.content_type == "image/png"


def test_html_is_sanitised_and_remembers_by_which_rules(desk: Desk) -> None:
    raw = a_mail(
        '<p onclick="x()">Hallo <script>evil()</script><img src="http://t.test/1.gif"><b>du</b></p>'
    ).replace(b"text/plain", b"text/html")
    message = desk.message(desk.take(raw))
    assert "<b>du</b>" in message.html
    assert "evil" not in message.html
    assert "onclick" not in message.html
    assert "data-blocked-src" in message.html
    assert message.html_sanitiser >= 1
    assert "Hallo" in message.text


def test_what_cannot_be_read_is_a_case_with_the_raw_mail(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ParseWorker, "parse", lambda self, raw: ParseFailure("timeout"))
    raw = a_mail()
    row = desk.take(raw)
    assert (row.state, row.is_readable) == ("done", False)
    message = desk.message(row)
    assert (message.code, message.params) == ("mail.unreadable", {"why": "timeout"})
    assert desk.blob(message.attachments[0].sha256) == raw
    case = desk.case(row.case_id)
    assert "mail.unreadable" in case.hints
    assert case.waiting_since is not None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00" * 100,
        b"Subject: x",
        b"\r\n\r\n",
        b"From: nobody\r\n\r\nx",
        b"From: a@b@c\r\n\r\n" + b"\xff" * 999,
    ],
)
def test_any_bytes_are_shown(desk: Desk, raw: bytes) -> None:
    row = desk.take(raw)
    assert row.state == "done"
    assert desk.case(row.case_id).number == 1


def test_a_mail_from_the_future_or_the_past_waits_since_it_came(desk: Desk) -> None:
    early = desk.take(a_mail(), received_at=desk.clock.now() - timedelta(hours=3))
    assert desk.case(early.case_id).waiting_since == desk.clock.now() - timedelta(hours=3)
    later = a_mail(from_="x@x.test", message_id="m2@x.test")
    late = desk.take(later, received_at=datetime(2031, 1, 1, tzinfo=UTC))
    assert desk.case(late.case_id).waiting_since == desk.clock.now()


def test_what_a_crash_left_stored_is_settled_later(desk: Desk) -> None:
    row = desk.intake.store(a_raw_mail(desk, a_mail(), 7, 1))
    assert row.state == "stored"
    assert not desk.cases()
    assert desk.intake.resume("service") == 1
    assert desk.intake.resume("service") == 0
    assert len(desk.cases()) == 1


def test_a_failure_of_ours_still_shows_the_mail(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = intake._Taking._tied_to_order

    def broken(self: intake._Taking, state: CaseState, customer: Customer | None) -> CaseState:
        if self.mail.is_readable:
            raise RuntimeError("a bug")
        return taken(self, state, customer)

    monkeypatch.setattr(intake._Taking, "_tied_to_order", broken)
    row = desk.take(a_mail())
    assert (row.state, row.is_readable) == ("done", False)
    assert desk.message(row).params == {"why": "failed"}
