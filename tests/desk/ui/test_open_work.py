"""What only a person can settle or confirm: its words, its buttons, its sheet, and the acts behind them."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from tests.casework import builders
from tests.desk.ui.case_files import case_file
from workstation.casework.decision import DecisionRecord, Refund, Replacement, Step
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.people import Person
from workstation.casework.records import Booking, LineQuantity, WorkOrder
from workstation.services.views import CaseFile
from workstation.system.texts import load_texts
from workstation.ui.case_desk.models import OpenWorkShown
from workstation.ui.case_desk.offers import OfferWriter
from workstation.ui.case_desk.open_work import OpenWorkWriter
from workstation.ui.case_desk.view_settle import SettleSheet
from workstation.ui.case_desk.view_work import WorkStrip
from workstation.ui.shared.decision_button import DecisionState
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import Words

NOW = builders.NOW + timedelta(minutes=30)
FORMATS = Formats("de")
WRITER = OpenWorkWriter(FORMATS, ErrorText("de", FORMATS))
EFFECT = builders.new_id("effect")
EVIDENCE = {"target": "medusa", "looks": "2", "sent_at": builders.NOW.isoformat()}
OWNER = Person(person_id="p-ola", name="Ola Lind", login="ola", role="owner", team_id="team1")
PEOPLE = {person.person_id: person for person in (builders.AGENT, builders.LEAD, OWNER)}
REFUND = Refund(order_id="o1", payment_id="pay1", amount=Money(2490))
BOOKING = Booking(
    booking_id="b1",
    credit_note_number="GS-7",
    order_id="o1",
    payment_id="pay1",
    customer_id="c1",
    amount=Money(2490),
    booked_at=builders.NOW,
    reference="e",
    decision_id="d1",
)
TRANSFER = WorkOrder(
    work_order_id="w1",
    kind="transfer",
    created_at=builders.NOW,
    customer_id="c1",
    order_id="o1",
    booking_id="b1",
    amount=Money(2490),
    to_account="card 4242",
)


def record(decision: Refund | Replacement = REFUND, **more: object) -> DecisionRecord:
    step = Step(
        decision=decision,
        effect_id=EFFECT,
        state="unknown",
        failure="effect.outcome_unknown",
        failure_params=EVIDENCE,
    )
    made = DecisionRecord(
        decision_id="d1",
        case_id=builders.CASE_ID,
        customer_id="c1",
        person_id=builders.AGENT.person_id,
        decided_at=builders.NOW,
        steps=(step,),
        state="booking",
    )
    return msgspec.structs.replace(made, **more)


def lost_mail() -> Message:
    return Message(
        message_id="m9",
        case_id=builders.CASE_ID,
        kind="outbound",
        at=builders.NOW,
        author_id=builders.AGENT.person_id,
        to=("anna.bergmann@posteo.example",),
        subject="Re: Schale",
        text="Kommt.",
        delivery="unknown",
        delivery_code="effect.outcome_unknown",
        delivery_params=EVIDENCE,
        effect_id=EFFECT,
    )


def shown(person: Person = builders.LEAD, **more: object) -> OpenWorkShown:
    file = case_file(**{"people": PEOPLE, **more})  # type: ignore[arg-type]
    return WRITER.shown(file, person.person_id, NOW)


# -- words


def test_money_in_doubt_says_what_is_at_stake_what_is_known_and_what_now() -> None:
    (doubt,) = shown(decisions=(record(),)).doubts
    assert doubt.tone == "danger" and doubt.effect_id == EFFECT
    assert doubt.title == "Ungeklärt, ob 24,90\N{NO-BREAK SPACE}€ gebucht sind"
    sent = FORMATS.moment(builders.NOW, NOW)
    for part in (
        "Vielleicht ist Geld geflossen.",
        f"Gesendet {sent} an medusa, 2-mal gesucht und nicht gefunden.",
        "Bis dahin wird nichts wiederholt.",
    ):
        assert part in doubt.text
    assert EFFECT in doubt.details
    assert (doubt.done_word, doubt.not_done_word) == ("Ist gebucht …", "Ist nicht gebucht …")
    assert doubt.ask


def test_whoever_has_not_the_right_reads_who_has() -> None:
    (doubt,) = shown(builders.AGENT, decisions=(record(),)).doubts
    assert (doubt.done_word, doubt.not_done_word) == ("", "")
    assert f"Klären kann es: Ola Lind, {builders.LEAD.name}." in doubt.text
    own = record(person_id=builders.LEAD.person_id)
    (doubt,) = shown(builders.LEAD, decisions=(own,)).doubts
    assert doubt.done_word == "" and "Klären kann es: Ola Lind." in doubt.text
    assert shown(OWNER, decisions=(own,)).doubts[0].done_word


def test_goods_in_doubt_speak_of_no_money() -> None:
    again = Replacement(order_id="o1", lines=(LineQuantity("l1", 1),), value=Money(2490))
    (doubt,) = shown(decisions=(record(again),)).doubts
    assert "Vielleicht ist es ausgeführt." in doubt.text and "Geld" not in doubt.text


def test_a_mail_in_doubt_is_settled_by_everybody_and_asks_nothing_more() -> None:
    (doubt,) = shown(builders.AGENT, messages=(lost_mail(),)).doubts
    assert (doubt.tone, doubt.ask) == ("ask", "")
    assert "Re: Schale" in doubt.text and "anna.bergmann@posteo.example" in doubt.text
    assert (doubt.done_word, doubt.not_done_word) == (
        "Ist angekommen",
        "Ist nicht angekommen: Entwurf zurück",
    )


def test_what_is_still_being_looked_up_asks_nobody() -> None:
    searching = record()
    step = msgspec.structs.replace(searching.steps[0], failure="")
    assert shown(decisions=(msgspec.structs.replace(searching, steps=(step,)),)) == OpenWorkShown()
    mail = msgspec.structs.replace(lost_mail(), delivery_code="")
    assert shown(messages=(mail,)) == OpenWorkShown()


def file_with(*work: WorkOrder, **more: object) -> CaseFile:
    booked = record(state="booked", steps=(Step(decision=REFUND, state="booked"),))
    values: dict[str, object] = {
        "people": PEOPLE,
        "decisions": (booked,),
        "bookings": (BOOKING,),
        "work_orders": work,
        **more,
    }
    return case_file(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "title", "act"),
    [
        ("transfer", "Überweisung 24,90\N{NO-BREAK SPACE}€ an Karte 4242", "Überweisung ausgeführt"),
        ("till", "Auszahlung an der Kasse: 24,90\N{NO-BREAK SPACE}€", "Bar ausgezahlt"),
        ("expect_parcel", "Paket vom Kunden erwartet", "Paket eingegangen"),
        ("ship_goods", "Ware verschicken", "Ware verschickt"),
        ("stop_goods", "Versand anhalten", "Versand angehalten"),
    ],
)
def test_each_kind_of_work_says_what_to_do_and_what_its_button_means(kind: str, title: str, act: str) -> None:
    work = msgspec.structs.replace(TRANSFER, kind=kind)
    (row,) = WRITER.shown(file_with(work), "p-lisa", NOW).work
    assert (row.title, row.act, row.state) == (title, act, "")
    assert "Gutschrift GS-7" in row.sub and "seit" in row.sub


def test_what_was_confirmed_says_when_and_by_whom_for_a_day() -> None:
    done = msgspec.structs.replace(TRANSFER, status="done", done_at=NOW, done_by="p-tanja")
    (row,) = WRITER.shown(file_with(done), "p-lisa", NOW).work
    assert (row.act, row.state) == ("", f"bestätigt {FORMATS.time(NOW)}, {builders.LEAD.name}")
    assert WRITER.shown(file_with(done), "p-lisa", NOW + timedelta(hours=25)).work == ()
    stranger = msgspec.structs.replace(done, done_by="weg")
    (row,) = WRITER.shown(file_with(stranger), "p-lisa", NOW).work
    assert row.state == f"bestätigt {FORMATS.time(NOW)}"
    back = msgspec.structs.replace(TRANSFER, status="withdrawn")
    (row,) = WRITER.shown(file_with(back), "p-lisa", NOW).work
    assert (row.act, row.state) == ("", "zurückgenommen")


def test_a_case_that_asks_for_one_work_order_offers_exactly_that() -> None:
    other = msgspec.structs.replace(TRANSFER, work_order_id="w2")
    line = Message(
        message_id="line",
        case_id=builders.CASE_ID,
        kind="system",
        at=builders.NOW,
        code="work_order.overdue",
        params={"work_order_id": "w2"},
    )
    rows = WRITER.shown(file_with(TRANSFER, other, messages=(line,)), "p-tanja", NOW).work
    assert [row.work_order_id for row in rows] == ["w2"]


def test_work_of_other_orders_is_not_mixed_in_and_many_are_counted() -> None:
    foreign = msgspec.structs.replace(TRANSFER, order_id="o9", booking_id="b9")
    assert WRITER.shown(file_with(foreign), "p-lisa", NOW).work == ()
    many = [msgspec.structs.replace(TRANSFER, work_order_id=f"w{n}") for n in range(6)]
    seen = WRITER.shown(file_with(*many), "p-lisa", NOW)
    assert (len(seen.work), seen.more) == (4, 2)


def test_english(words: Words) -> None:
    words.use("en")
    formats = Formats("en")
    writer = OpenWorkWriter(formats, ErrorText("en", formats))
    file = file_with(TRANSFER, decisions=(record(),))
    seen = writer.shown(file, "p-tanja", NOW)
    assert seen.doubts[0].done_word == "Is booked …" and "Money may have moved." in seen.doubts[0].text
    assert seen.work == () or seen.work[0].act == "Transfer made"


# -- widgets


def strip_of(theme: Theme, qtbot: QtBot, seen: OpenWorkShown) -> WorkStrip:
    strip = WorkStrip(theme)
    qtbot.addWidget(strip)
    strip.resize(720, 400)
    strip.show_work(seen)
    return strip


def both() -> OpenWorkShown:
    return OpenWorkShown(
        shown(decisions=(record(),)).doubts, WRITER.shown(file_with(TRANSFER), "p-lisa", NOW).work, 1
    )


def test_the_strip_hides_while_there_is_nothing(theme: Theme, qtbot: QtBot) -> None:
    strip = strip_of(theme, qtbot, OpenWorkShown())
    assert strip.isHidden() and strip.buttons() == []
    strip.show_work(both())
    assert not strip.isHidden()
    assert any("und 1 weitere" in label.text() for label in strip.findChildren(QLabel))


def test_every_button_can_be_reached_by_key_and_says_what_it_is_for(theme: Theme, qtbot: QtBot) -> None:
    strip = strip_of(theme, qtbot, both())
    strip.show()
    for button in strip.buttons():
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert button.accessibleName() or button.text()
        assert button.accessibleDescription()
    work = strip.rows[0].button
    assert work is not None and work.accessibleName().startswith("Überweisung ausgeführt: Überweisung 24,90")
    assert strip.cards[0].accessibleName().startswith("Ungeklärt")
    assert "Geld geflossen" in strip.cards[0].accessibleDescription()


def test_a_click_confirms_once_until_it_was_refused(theme: Theme, qtbot: QtBot) -> None:
    strip = strip_of(theme, qtbot, both())
    confirmed: list[str] = []
    strip.confirmed.connect(confirmed.append)
    button = strip.rows[0].button
    assert button is not None
    button.click()
    button.click()
    assert confirmed == ["w1"]
    strip.release()
    button.click()
    assert confirmed == ["w1", "w1"]


def test_booked_asks_for_the_number_and_takes_no_empty_one(theme: Theme, qtbot: QtBot) -> None:
    strip = strip_of(theme, qtbot, both())
    settled: list[tuple[str, ...]] = []
    strip.settled.connect(lambda *said: settled.append(said))
    strip.cards[0].buttons[0].click()
    sheet = strip.sheet
    assert isinstance(sheet, SettleSheet)
    sheet.try_accept()
    assert settled == [] and sheet.problem()
    sheet.field.setText("  GS-77 ")
    sheet.try_accept()
    assert settled == [(EFFECT, "done", "GS-77", "")]
    assert strip.sheet is None


def test_not_booked_says_what_follows_before_it_is_said(theme: Theme, qtbot: QtBot) -> None:
    strip = strip_of(theme, qtbot, both())
    settled: list[tuple[str, ...]] = []
    strip.settled.connect(lambda *said: settled.append(said))
    strip.cards[0].buttons[1].click()
    assert strip.sheet is not None
    words = " ".join(label.text() for label in strip.sheet.findChildren(QLabel))
    assert "wenn du dort nachgesehen hast" in words
    strip.sheet.reject()
    assert settled == []
    strip.cards[0].buttons[1].click()
    assert strip.sheet is not None
    strip.sheet.try_accept()
    assert settled == [(EFFECT, "not_done", "", "")]


def test_a_mail_is_settled_by_one_click(theme: Theme, qtbot: QtBot) -> None:
    strip = strip_of(theme, qtbot, shown(messages=(lost_mail(),)))
    settled: list[tuple[str, ...]] = []
    strip.settled.connect(lambda *said: settled.append(said))
    strip.cards[0].buttons[1].click()
    assert settled == [(EFFECT, "not_done", "", "")] and strip.sheet is None


def test_the_focus_stays_in_the_strip_when_one_of_two_is_done(theme: Theme, qtbot: QtBot) -> None:
    other = msgspec.structs.replace(TRANSFER, work_order_id="w2")
    strip = strip_of(theme, qtbot, WRITER.shown(file_with(TRANSFER, other), "p-lisa", NOW))
    strip.show()
    strip.activateWindow()
    qtbot.waitUntil(strip.isActiveWindow)
    strip.buttons()[0].setFocus()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is strip.buttons()[0])
    done = msgspec.structs.replace(TRANSFER, status="done", done_at=NOW, done_by="p-lisa")
    strip.show_work(WRITER.shown(file_with(done, other), "p-lisa", NOW))
    assert QApplication.focusWidget() is strip.buttons()[0]


def test_red_and_amber_differ_and_without_right_there_is_no_button(theme: Theme, qtbot: QtBot) -> None:
    (doubt,) = shown(builders.AGENT, decisions=(record(),)).doubts
    strip = strip_of(theme, qtbot, OpenWorkShown((doubt,)))
    assert strip.buttons() == []
    assert strip.cards[0].property("tone") == "danger"
    amber = strip_of(theme, qtbot, shown(messages=(lost_mail(),)))
    assert amber.cards[0].property("tone") == "ask"


def test_the_button_of_a_doubtful_decision_says_that_nobody_knows() -> None:
    offers = OfferWriter(FORMATS, ErrorText("de", FORMATS), load_texts())
    face = offers.faces(case_file(decisions=(record(),)), is_online=True, now=NOW)[0]
    assert (face.state, face.word) == (DecisionState.ASKED, "Ungeklärt")
    assert "siehe oben" in face.reason


def test_the_sheet_begins_where_something_is_to_be_written(theme: Theme, qtbot: QtBot) -> None:
    strip = strip_of(theme, qtbot, both())
    strip.show()
    strip.cards[0].buttons[0].click()
    sheet = strip.sheet
    assert sheet is not None
    assert sheet.focusWidget() is sheet.field
    sheet.reject()
