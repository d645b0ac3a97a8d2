"""The room of a case: what its buttons, lines, composer and fields say and give."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.casework import builders
from tests.desk.ui.case_files import case_file
from workstation.casework.decision import AuthoriseReturn, DecisionRecord, Refund, Step
from workstation.casework.message import AttachmentMeta, Fact
from workstation.casework.money import Money
from workstation.casework.wire.commands import SendMessage
from workstation.ports import OutboxItem
from workstation.ui.case_desk.conversation import ConversationWriter
from workstation.ui.case_desk.dialogs import is_mail_address, later_times
from workstation.ui.case_desk.models import ComposerState, ConversationLine, FactShown
from workstation.ui.case_desk.offers import OfferWriter
from workstation.ui.case_desk.slots import shown, stored
from workstation.ui.case_desk.view_composer import Composer
from workstation.ui.case_desk.view_decisions import DecisionPanel
from workstation.ui.case_desk.view_mail_body import MailBody
from workstation.ui.case_desk.view_messages import Bubble, Conversation
from workstation.ui.shared.decision_button import DecisionState
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.theme import Theme

NOW = builders.NOW + timedelta(minutes=2)
FORMATS = Formats("de")
LABELS = {"credit_note_no": "Gutschrift-Nr. folgt", "return_no": "Rücksende-Nr. folgt"}


@pytest.fixture
def offers() -> OfferWriter:
    from workstation.system.texts import load_texts

    return OfferWriter(FORMATS, ErrorText("de", FORMATS), load_texts())


def decided(state: str, **more: object) -> DecisionRecord:
    steps = (
        Step(
            decision=Refund(order_id="o1", payment_id="pay1", amount=Money(2490)),
            state="booked" if state == "booked" else "failed",
            result={"credit_note_no": "G-2291"} if state == "booked" else {},
            failure="" if state == "booked" else "decision.over_refundable",
            failure_params={} if state == "booked" else {"rest": "0.00 EUR"},
        ),
    )
    record = DecisionRecord(
        decision_id=builders.new_id("decision"),
        case_id=builders.CASE_ID,
        customer_id="c1",
        person_id="p-lisa",
        decided_at=NOW,
        steps=steps,
        booked_at=NOW if state == "booked" else None,
    )
    return msgspec.structs.replace(record, state=state, **more)


# -- decisions


def test_the_broken_bowl_offers_refund_and_return_first(offers: OfferWriter) -> None:
    first = offers.faces(case_file(), is_online=True, now=NOW)[0]
    assert first.state is DecisionState.NOW
    assert first.title == "24,90\N{NO-BREAK SPACE}€ erstatten + Rücksendung"
    assert "4242" in first.reason
    assert first.key == "Alt+1"


def test_nothing_asks_for_a_proof(offers: OfferWriter) -> None:
    words = " ".join(
        f"{face.title} {face.reason}" for face in offers.faces(case_file(), is_online=True, now=NOW)
    )
    assert not [
        word for word in ("Foto", "Nachweis", "Beweis", "Beleg") if word.casefold() in words.casefold()
    ]


def test_without_a_line_green_turns_to_put_down_for_later(offers: OfferWriter) -> None:
    first = offers.faces(case_file(), is_online=False, now=NOW)[0]
    assert first.state is DecisionState.OFFLINE
    assert first.reason == "bucht, sobald du online bist"


@pytest.mark.parametrize(
    ("state", "word", "reason"),
    [
        ("queued", "Vorgemerkt", "bucht, sobald du online bist"),
        ("booking", "Beim Hub", "Ergebnis, sobald du online bist"),
    ],
)
def test_what_was_decided_without_a_line_looks_like_no_offer(
    offers: OfferWriter, state: str, word: str, reason: str
) -> None:
    face, *_rest = offers.faces(case_file(decisions=(decided(state),)), is_online=False, now=NOW)
    assert (face.state, face.word, face.reason) == (DecisionState.OFFLINE, word, reason)


def test_over_the_limit_is_amber_with_both_amounts(offers: OfferWriter) -> None:
    small = msgspec.structs.replace(builders.LIMIT, per_decision=2000)
    facts = msgspec.structs.replace(builders.facts(), limits=(small, builders.LEAD_LIMIT))
    first = offers.faces(case_file(facts), is_online=True, now=NOW)[0]
    assert first.state is DecisionState.APPROVAL
    assert "24,90" in first.reason
    assert "20" in first.reason


def test_a_booking_stands_first_and_is_no_button_to_book_again(offers: OfferWriter) -> None:
    file = case_file(decisions=(decided("booked"),))
    first = offers.faces(file, is_online=True, now=NOW)[0]
    assert first.state is DecisionState.DONE
    assert first.reason == "Gutschrift G-2291"
    assert offers.offer_at(file, 0) is None
    assert offers.offer_at(file, 1) is file.offers[0]


def test_a_failure_says_that_no_money_moved(offers: OfferWriter) -> None:
    notice = offers.failure(case_file(decisions=(decided("failed"),)))
    assert notice is not None
    assert notice.tone == "danger"
    assert "Es ist kein Geld geflossen" in notice.text
    assert "decision.over_refundable" in notice.details


def test_a_booked_decision_is_no_failure(offers: OfferWriter) -> None:
    assert offers.failure(case_file(decisions=(decided("booked"),))) is None


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("12", 1200),
        ("12,5", 1250),
        ("12.50", 1250),
        (" 12,50 € ", 1250),
        ("0,01", 1),
        ("0", None),
        ("", None),
        ("-5", None),
        ("1,234", None),
        ("1.000,00", None),
        ("zwölf", None),
        ("12,", 1200),
        ("99999999", None),
        ("٣", 300),
    ],
)
def test_amounts_as_people_type_them(text: str, units: int | None) -> None:
    amount = OfferWriter.amount_of(text, "EUR")
    assert (amount.minor_units if amount else None) == units


def test_facts_become_chips_known_or_late(offers: OfferWriter) -> None:
    known = offers.fact(Fact(slot="amount", value="24,90 €"), None)
    late = offers.fact(Fact(slot="credit_note_no"), None)
    assert known == FactShown("amount", "Erstattung 24,90 €")
    assert late == FactShown("credit_note_no", "Gutschrift-Nr. folgt", "late")
    assert offers.fact(Fact(slot="greeting", value="Guten Tag"), None) is None


def test_the_panel_asks_for_a_line_with_one_key(theme: Theme, qtbot: QtBot) -> None:
    panel = DecisionPanel(theme)
    qtbot.addWidget(panel)
    panel.resize(640, 300)
    panel.show()
    file = case_file(builders.facts(text="Leider ist etwas kaputt angekommen."))
    asking = next(offer for offer in file.offers if offer.needs_line_choice)
    panel.show_line_choice("Um welche Position geht es?", asking.needs_line_choice)
    with qtbot.waitSignal(panel.lines_chosen) as chosen:
        panel.press(1)
        qtbot.keyClick(panel.lines, Qt.Key.Key_Return)
    line = asking.needs_line_choice[0].line_id
    assert chosen.args == [{line: 1}]


# -- late slots


@given(st.text(alphabet="ab {}⟨⟩_credit_note_no\n", max_size=80))
def test_no_text_changes_on_its_way_to_the_screen_and_back(text: str) -> None:
    if "⟨" not in text:
        assert stored(shown(text, LABELS), LABELS) == text


def test_a_late_slot_is_shown_in_words() -> None:
    assert shown("Nr. {credit_note_no}, {other}", LABELS) == "Nr. ⟨Gutschrift-Nr. folgt⟩, {other}"
    assert stored("Nr. ⟨Gutschrift-Nr. folgt⟩ ⟨etwas⟩", LABELS) == "Nr. {credit_note_no} ⟨etwas⟩"


# -- conversation


def test_messages_and_parcels_stand_in_time(theme: Theme) -> None:
    file = case_file()
    order = builders.ORDER
    tied = msgspec.structs.replace(file.case, order_id=order.order_id)
    lines = ConversationWriter(FORMATS, ErrorText("de", FORMATS)).lines(case_file(case=tied), NOW)
    assert [line.kind for line in lines] == ["system", "inbound"]
    assert lines[0].text.startswith("Geliefert gestern")
    assert lines[1].author == "Anna Bergmann"


@pytest.mark.parametrize(
    ("state", "word"),
    [
        ("waiting_booking", "Wartet auf die Buchung"),
        ("held_back", "Nicht gesendet"),
        ("accepted", "Zugestellt"),
        ("bounced", "unzustellbar"),
        ("failed", "Nicht zugestellt"),
        ("unknown", "unklar"),
    ],
)
def test_every_answer_says_how_it_fared(state: str, word: str) -> None:
    message = msgspec.structs.replace(
        builders.inbound(),
        kind="outbound",
        author_id="p-lisa",
        delivery=state,
        message_id=builders.new_id(state),
    )
    file = case_file(messages=(message,))
    line = ConversationWriter(FORMATS, ErrorText("de", FORMATS)).lines(file, NOW)[0]
    assert word in line.state
    assert line.is_own


@pytest.mark.parametrize(("state", "word"), [("queued", "Liegt im Ausgang"), ("sent", "Wird zugestellt")])
def test_nobody_delivers_what_has_not_left_this_computer(state: Any, word: str) -> None:
    message = msgspec.structs.replace(
        builders.inbound(), kind="outbound", author_id="p-lisa", delivery="queued"
    )
    body = SendMessage(case_id=message.case_id, message_id=message.message_id, text="Hallo", to=("a@x.de",))
    item = OutboxItem(
        cmd_id="1",
        device_seq=1,
        case_id=message.case_id,
        type="message.send",
        body=body,
        state=state,
        wall=NOW,
        person_id="p-lisa",
    )
    file = case_file(messages=(message,), pending=(item,))
    assert ConversationWriter(FORMATS, ErrorText("de", FORMATS)).lines(file, NOW)[0].state == word


def line_of(**more: object) -> ConversationLine:
    values: dict[str, object] = {
        "key": "1",
        "kind": "inbound",
        "author": "Anna",
        "when": "heute",
        "text": "Hallo",
        "spoken": "Anna, heute",
        **more,
    }
    return ConversationLine(**values)  # type: ignore[arg-type]


def test_quoted_text_is_folded_and_never_gone(theme: Theme, qtbot: QtBot) -> None:
    bubble = Bubble(theme, line_of(quoted="> früher"))
    qtbot.addWidget(bubble)
    bubble.show()
    quote = next(label for label in bubble.findChildren(QLabel) if label.text() == "> früher")
    assert not quote.isVisible()
    bubble._quote_button.click()
    assert quote.isVisible()


def test_text_of_a_customer_is_never_markup(theme: Theme, qtbot: QtBot) -> None:
    bubble = Bubble(theme, line_of(text="<b>fett</b> <img src=x>", author="<i>Anna</i>"))
    qtbot.addWidget(bubble)
    assert all(
        label.textFormat() == Qt.TextFormat.PlainText for label in bubble.findChildren(QLabel) if label.text()
    )


def test_html_is_cleaned_and_fetches_nothing(theme: Theme, qtbot: QtBot) -> None:
    body = MailBody()
    qtbot.addWidget(body)
    body.show_html(
        '<p>Hallo</p><script>x</script><img src="https://spy.example/p.gif"><a href="javascript:x">k</a>'
    )
    html = body.toHtml()
    assert "Hallo" in body.toPlainText()
    assert "script" not in body.toPlainText()
    assert "spy.example" not in html
    answer = body.loadResource(2, "file:///etc/passwd")
    assert isinstance(answer, QImage)
    assert answer.width() == 1


def test_thirty_newest_first_and_older_on_demand(theme: Theme, qtbot: QtBot) -> None:
    view = Conversation(theme)
    qtbot.addWidget(view)
    lines = tuple(line_of(key=str(number), text=f"Nr. {number}") for number in range(70))
    view.show_lines(lines, is_new_case=True)
    assert len(view._widgets) == 30
    view._older.click()
    assert len(view._widgets) == 60


def test_an_update_keeps_the_widgets_of_unchanged_lines(theme: Theme, qtbot: QtBot) -> None:
    view = Conversation(theme)
    qtbot.addWidget(view)
    lines = (line_of(key="a"), line_of(key="b", text="zwei"))
    view.show_lines(lines, is_new_case=True)
    kept = view._widgets["a"][1]
    view.show_lines((lines[0], line_of(key="b", text="anders"), line_of(key="c")), is_new_case=False)
    assert view._widgets["a"][1] is kept
    assert set(view._widgets) == {"a", "b", "c"}


# -- composer


def test_the_send_button_names_the_receiver_and_changes_only_its_words(theme: Theme, qtbot: QtBot) -> None:
    composer = Composer(theme)
    qtbot.addWidget(composer)
    names = []
    for word in ("send", "after_booking", "to_outbox"):
        composer.show_state(ComposerState(recipients=("anna@posteo.example",), send_word=word))
        names.append((composer._send.text(), composer._send.accessibleName()))
    assert [text for text, _name in names] == ["Senden", "Senden nach Buchung", "In Ausgang legen"]
    assert all("anna@posteo.example" in name for _text, name in names)


def test_note_and_reply_look_different_and_send_differently(theme: Theme, qtbot: QtBot) -> None:
    composer = Composer(theme)
    qtbot.addWidget(composer)
    composer.show_state(ComposerState(mode="note"))
    assert composer._field.property("kind") == "note-field"
    assert composer._send.text() == "Notiz speichern"
    assert composer._to.isHidden()
    with qtbot.waitSignal(composer.note_requested), qtbot.assertNotEmitted(composer.send_requested):
        composer._send.click()


def test_typing_is_reported_after_a_pause_and_at_once_when_asked(theme: Theme, qtbot: QtBot) -> None:
    composer = Composer(theme)
    qtbot.addWidget(composer)
    composer.show_state(ComposerState())
    composer.set_text("vorher")
    with qtbot.assertNotEmitted(composer.text_edited, wait=50):
        composer.flush()
    composer.insert("!")
    with qtbot.waitSignal(composer.text_edited) as edited:
        composer.flush()
    assert "!" in edited.args[0]


def test_attachments_of_a_reply_can_be_taken_off(theme: Theme, qtbot: QtBot) -> None:
    composer = Composer(theme)
    qtbot.addWidget(composer)
    meta = AttachmentMeta(sha256="a" * 64, name="Rücksendung.pdf", size=10)
    composer.show_state(ComposerState(attachments=(meta,)))
    with qtbot.waitSignal(composer.attachment_removed) as removed:
        composer._files[0].click()
    assert removed.args == ["a" * 64]


# -- sheets and names


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("anna@posteo.de", True),
        (" anna@posteo.de ", True),
        ("anna.b+x@mail.firma.example", True),
        ("anna", False),
        ("anna@localhost", False),
        ("anna@posteo.", False),
        ("a b@posteo.de", False),
        ("anna@posteo.de\nBcc: x@y.de", False),
        ("<anna@posteo.de>", False),
        ("a@b@c.de", True),
    ],
)
def test_addresses(text: str, is_one: bool) -> None:
    assert is_mail_address(text) is is_one


def test_times_to_come_back_are_all_ahead() -> None:
    for hour in range(24):
        now = builders.NOW.replace(hour=hour)
        assert all(at > now for _word, at in later_times(now, FORMATS))


def test_the_steps_of_the_bowl_are_refund_then_return() -> None:
    steps = case_file().offers[0].steps
    assert [type(step) for step in steps] == [Refund, AuthoriseReturn]
