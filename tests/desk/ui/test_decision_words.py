"""What the desk says of each kind of decision: before, held, booked, taken back, failed; and why"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from tests.casework import builders
from tests.casework.test_proposals_kinds import known
from tests.casework.test_reversal import booking_of, undo
from tests.casework.test_soundness import INVOICE
from tests.casework.test_texts import BOOKED, BY_KIND
from tests.desk.services.bench import CASE, a_refund
from tests.desk.services.test_offers import LIMITS, ORDER, PAYMENT, WRONG
from tests.desk.ui.case_files import case_file
from tests.desk.ui.test_writing import Room, play
from workstation.casework.decision import (
    EXECUTABLE_KINDS,
    CancelOrder,
    Decision,
    DecisionRecord,
    total_cost,
)
from workstation.casework.limit import Allowed, NeedsApproval
from workstation.casework.macro import MACROS
from workstation.casework.message import Fact
from workstation.casework.money import Money
from workstation.casework.reversal import rule_of
from workstation.services.views import HeldDecision
from workstation.system.texts import load_texts
from workstation.ui.case_desk.conversation import ConversationWriter
from workstation.ui.case_desk.dialogs import ReasonSheet
from workstation.ui.case_desk.models import FactShown
from workstation.ui.case_desk.offers import OfferWriter
from workstation.ui.case_desk.view_decisions import DecisionPanel
from workstation.ui.shared.decision_button import DecisionFace, DecisionState
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats, Language
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import Words

NOW = builders.NOW + timedelta(minutes=2)
SPACE = "\N{NO-BREAK SPACE}"


def writer(language: Language = "de") -> OfferWriter:
    formats = Formats(language)
    return OfferWriter(formats, ErrorText(language, formats), load_texts())


def booked(*steps: Decision, macro: str = "", state: str = "booked") -> DecisionRecord:
    made = builders.record(*steps, step_state=state)
    told = tuple(msgspec.structs.replace(step, result=BOOKED) for step in made.steps)
    return msgspec.structs.replace(made, steps=told, macro=macro, booked_at=NOW)


def face(record: DecisionRecord, language: Language = "de") -> DecisionFace:
    file = case_file(decisions=(record,))
    return writer(language).faces(file, is_online=True, now=NOW)[0]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("kind", sorted(EXECUTABLE_KINDS))
def test_every_kind_has_words_before_and_after(kind: str, language: Language) -> None:
    after = face(booked(BY_KIND[kind]), language)
    before = face(builders.record(BY_KIND[kind], state="scheduled", step_state="pending"), language)
    failed = face(builders.record(BY_KIND[kind], state="failed", step_state="failed"), language)
    for shown in (after, before, failed):
        assert shown.title not in ("", "Entscheidung", "Decision") and "{" not in shown.title
        assert "done." not in shown.title and "title." not in shown.title and "  " not in shown.title
    assert after.state is DecisionState.DONE and failed.state is DecisionState.DECLINED


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_macro_and_every_reversal_has_words(language: Language) -> None:
    proposals = load_texts().proposals[language]
    for name, shape in MACROS.items():
        steps = tuple(BY_KIND[kind] for kind in shape.kinds if kind in EXECUTABLE_KINDS)
        if set(shape.kinds) - set(shape.optional) <= EXECUTABLE_KINDS:
            assert f"title.{name}" in proposals and f"done.{name}" in proposals
            assert "{" not in face(booked(*steps, macro=name), language).title
    for kind in EXECUTABLE_KINDS:
        if rule_of(kind).is_reversible:
            assert f"title.reversal.{kind}" in proposals and f"done.reversal.{kind}" in proposals


def test_what_is_done_names_its_numbers() -> None:
    voucher = face(booked(BY_KIND["goodwill_voucher"]))
    assert voucher.title == f"Gutschein 10{SPACE}€" and "Code DANKE-7Q2" in voucher.reason
    assert voucher.word.startswith("Gebucht ")
    again = face(booked(BY_KIND["replacement"]))
    assert again.title == "Ersatz bestellt" and "Ersatz E-0031" in again.reason
    assert "Beleg K-2026-00017" in face(booked(BY_KIND["till_order"])).reason
    both = face(booked(BY_KIND["replacement"], BY_KIND["return_authorisation"], macro="wrong_item"))
    assert both.title == "Ersatz bestellt + Rücksendung"
    fee = face(
        booked(
            BY_KIND["dunning_block"],
            BY_KIND["resend_invoice"],
            BY_KIND["waive_dunning_fee"],
            macro="dunning_before_invoice",
        )
    )
    assert fee.title == f"Mahnung gestoppt, Rechnung gesendet, 5{SPACE}€ erlassen"
    assert "bis 20.12.2026" in fee.reason
    assert face(booked(CancelOrder(order_id="o1"))).title == "Bestellung storniert"


def test_what_was_taken_back_says_so_and_names_no_number() -> None:
    record = booked(BY_KIND["refund"], state="reversed")
    shown = face(record)
    assert (shown.state, shown.word) == (DecisionState.DECLINED, "Zurückgeholt")
    assert shown.reason == ""
    back = face(booked(undo(record)))
    assert back.title == "Erstattung zurückgeholt" and back.state is DecisionState.DONE


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("goodwill_voucher", f"Gutschein 10{SPACE}€ wird ausgestellt"),
        ("refund", f"24,90{SPACE}€ werden erstattet"),
        ("replacement", "Ersatz wird gesendet"),
    ],
)
def test_the_undo_bar_says_what_will_happen(key: str, said: str) -> None:
    made = known("Die Schale ist kaputt.")
    file = case_file(made)
    offer = next(item for item in file.offers if item.key == key)
    held = HeldDecision(
        cmd_id="c",
        case_id="k",
        title_key=offer.title_key,
        title_params=offer.title_params,
        until=None,
        undo_s=8,
        left_s=8,
        amount=total_cost(offer.steps),
        steps=(key,),
    )
    assert writer().hold_words(held)[0] == said


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_button_has_words_for_its_undo_bar(language: Language) -> None:
    """What is held is on its way: the button's own words still ask for it to be done."""
    texts = load_texts().proposals[language]
    for key, title in texts.items():
        if not key.startswith("title.") or key.endswith(".choose"):
            continue
        said = texts[key.replace("title.", "held.")]
        assert said != title
        assert set(re.findall(r"{\w+}", said)) == set(re.findall(r"{\w+}", title))


def test_a_promise_is_made_and_not_booked() -> None:
    made = face(booked(BY_KIND["promise"]))
    assert made.state is DecisionState.DONE and made.word.startswith("Zugesagt ")
    assert face(booked(BY_KIND["refund"], BY_KIND["promise"])).word.startswith("Gebucht ")


@pytest.mark.parametrize(
    ("language", "hours", "said", "told"),
    [
        ("de", 2, "bis heute 16:00", "Zugesagt bis heute 16:00"),
        ("de", 24, "bis morgen 14:00", "Zugesagt bis morgen 14:00"),
        ("en", 2, "by today 16:00", "Promised by today 16:00"),
        ("en", 24 * 30, "by 22 Dec 14:00", "Promised by 22 Dec 14:00"),
    ],
)
def test_a_promise_says_its_time_as_near_as_it_is(
    language: Language, hours: int, said: str, told: str
) -> None:
    formats = Formats(language, UTC)
    now = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
    errors = ErrorText(language, formats, now=lambda: now)
    params = {"due_at": (now + timedelta(hours=hours)).isoformat()}
    assert OfferWriter(formats, errors, load_texts()).title("sub.promise", params) == said
    assert errors.sentence("promise.made", params) == told


def test_a_fact_in_another_language_than_the_window_says_so() -> None:
    said = writer()
    deadline = Fact(slot="deadline", value="Sunday 6 December 2026")
    chip = said.fact(deadline, None, "en")
    assert chip is not None and chip.words == "Frist, auf Englisch: Sunday 6 December 2026"
    chip = said.fact(Fact(slot="deadline", value="Sonntag, den 6. Dezember 2026"), None, "de")
    assert chip is not None and chip.words == "Frist Sonntag, den 6. Dezember 2026"
    number = said.fact(Fact(slot="return_no", value="R-1007"), None, "en")
    assert number is not None and number.words == "Rücksende-Nr. R-1007", "the same in every language"


def test_a_failure_of_goods_speaks_of_no_money() -> None:
    failed = builders.record(BY_KIND["replacement"], state="failed", step_state="failed")
    notice = writer().failure(case_file(decisions=(failed,)))
    assert notice is not None and "nichts gebucht" in notice.text and "Geld" not in notice.text
    assert notice.title == "Ersatz senden: nicht gebucht"


def test_late_facts_of_every_kind_are_grey_chips() -> None:
    said = writer()
    for slot, words in (
        ("replacement_no", "Ersatz-Nr. folgt"),
        ("voucher_code", "Gutscheincode folgt"),
        ("slip_no", "Beleg-Nr. folgt"),
    ):
        assert said.fact(Fact(slot=slot), None) == FactShown(slot, words, "late")
        assert said.late_labels()[slot] == words
    assert said.fact(Fact(slot="fee", value="5,00 €"), None) == FactShown("fee", "Mahngebühr 5,00 €")


def test_a_grey_button_offers_the_way_that_is_open() -> None:
    file = case_file(known("Bitte stornieren Sie meine Bestellung."))
    grey = next(item for item in file.offers if item.key == "cancel_order")
    notice = writer().refusal(grey)
    assert notice is not None and notice.buttons == (("other", "Stattdessen Rücksendung erlauben"),)
    place = writer().alternative_of(file, grey)
    assert place is not None and file.offers[place].key == "return"


def test_dunning_is_offered_with_its_dates() -> None:
    file = case_file(known("Ich habe eine Mahnung bekommen, nie eine Rechnung.", invoices=(INVOICE,)))
    shown = writer().faces(file, is_online=True, now=NOW)
    assert shown[0].title == f"Mahnung stoppen, Rechnung senden, 5{SPACE}€ erlassen"
    assert shown[0].reason == "Rechnung 24-0612, bis 14.12.2026"
    english = writer("en").faces(file, is_online=True, now=NOW)
    assert english[0].title == "Stop dunning, send invoice, waive €5"


# -- amounts and reasons
def test_usual_amounts_are_one_click_away(theme: Theme, qtbot: QtBot) -> None:
    file = case_file(known("Die Schale ist kaputt."))
    offer = next(item for item in file.offers if item.key == "goodwill_voucher")
    usual = writer().usual_texts(file, offer)
    assert usual == ("5,00", "10,00", "15,00")
    assert writer("en").usual_texts(file, offer) == ("5.00", "10.00", "15.00")
    assert writer("en").amount_text(offer) == "10.00"
    panel = DecisionPanel(theme)
    qtbot.addWidget(panel)
    panel.show()
    edited: list[str] = []
    panel.amount_edited.connect(edited.append)
    for _again in range(2):  # shown anew, the old ones are gone
        panel.show_amount("10,00", writer().face(file, offer, 0, is_online=True), usual)
        QApplication.sendPostedEvents(None, 52)  # deferred deletes
    found = {b.text(): b for b in panel.amount.findChildren(QPushButton) if b.text() in usual}
    assert len([b for b in panel.amount.findChildren(QPushButton) if b.text() in usual]) == 3
    found["15,00"].click()
    assert edited == ["15,00"] and panel.amount.field.text() == "15,00"
    panel.show_amount("24,90", writer().face(file, offer, 0, is_online=True))
    QApplication.sendPostedEvents(None, 52)
    assert not [b for b in panel.amount.findChildren(QPushButton) if b.text() in usual]


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_colour_says_why(theme: Theme, qtbot: QtBot, words: Words, language: Language) -> None:
    """The rule and what is left of it, who may say yes, or what is in the way: before the click."""
    words.use(language)
    file = case_file(known("Die Schale ist kaputt."))
    offer = next(item for item in file.offers if item.key == "refund")
    told = Allowed(rest_case=Money(2510), rest_day=Money(18710), rule_name="Kulanz Backwaren")
    green = writer(language).face(file, msgspec.structs.replace(offer, judgement=told), 1, is_online=True)
    free = writer(language).face(file, file.offers[-1], 1, is_online=True)
    asked = NeedsApproval(code="limit.per_decision", rule_name="Kulanz Backwaren", who_may="lead")
    amber = writer(language).face(
        file, msgspec.structs.replace(offer, judgement=asked, sub_key=""), 1, is_online=True
    )
    wanted = {
        "de": (
            f"Das darfst du: Regel «Kulanz Backwaren». Danach bleiben dir 25,10{SPACE}€ in diesem Fall "
            f"und 187,10{SPACE}€ heute.",
            "Regel «Kulanz Backwaren». Entscheiden darf es eine Leitung.",
        ),
        "en": (
            'You may do this: rule "Kulanz Backwaren". After that you have €25.10 on this case '
            "and €187.10 today left.",
            'Rule "Kulanz Backwaren". A team lead may decide it.',
        ),
    }
    assert (green.rule, amber.rule) == wanted[language]
    assert free.rule
    panel = DecisionPanel(theme)
    qtbot.addWidget(panel)
    panel.show_faces([green])
    button = panel.grid.buttons[0]
    assert button.toolTip() == green.rule and green.rule.rstrip(".") in button.accessibleDescription()
    panel.show_amount("24,90", green)
    assert panel.amount.why.text() == green.rule and not panel.amount.why.isHidden()
    panel.amount.show_face(None)
    assert panel.amount.why.isHidden() and panel.amount.button.isHidden()


def test_the_line_why_stands_with_what_was_decided() -> None:
    made = msgspec.structs.replace(booked(BY_KIND["refund"]), reason_text="Fahrer hat es gesehen")
    found = msgspec.structs.replace(
        builders.facts(), case=msgspec.structs.replace(builders.facts().case, order_id="o1")
    )
    file = case_file(found, decisions=(made,), bookings=(booking_of(made, decision_id=made.decision_id),))
    assert "Fahrer hat es gesehen" in writer().faces(file, is_online=True, now=NOW)[0].rule
    formats = Formats("de")
    lines = ConversationWriter(formats, ErrorText("de", formats)).lines(file, NOW)
    assert any("Grund: Fahrer hat es gesehen" in line.text for line in lines)


def test_usual_amounts_stand_in_the_menus_with_their_colour(theme: Theme, qtbot: QtBot) -> None:
    file = case_file(known("Die Schale ist kaputt."))
    shown = {
        offer.key: writer().face(file, offer, 1, is_online=True)
        for offer in file.offers
        if offer.key in ("goodwill_voucher", "price_adjustment")
    }
    voucher, part = shown["goodwill_voucher"], shown["price_adjustment"]
    assert [title for title, _ in voucher.quick] == [f"Gutschein {n}{SPACE}€" for n in (5, 15)]
    assert [title.partition(":")[0] for title, _ in part.quick] == [f"{n}{SPACE}%" for n in (5, 15)]
    assert {word for _, word in voucher.quick} <= {"Sofort", "Freigabe"}
    panel = DecisionPanel(theme)
    qtbot.addWidget(panel)
    panel.show()
    chosen: list[tuple[int, int]] = []
    panel.usual_chosen.connect(lambda *at: chosen.append(at))
    panel.show_faces([part, voucher])
    panel.grid.buttons[1].open_menu()
    menu = panel.grid.buttons[1].findChild(QMenu)
    assert menu is not None
    assert [action.text() for action in menu.actions()][:2] == [
        f"&1  Gutschein 5{SPACE}€ · Sofort",
        f"&2  Gutschein 15{SPACE}€ · Sofort",
    ]
    menu.actions()[1].trigger()
    panel.grid.set_most(1)
    next(action for action in panel.grid.more_menu().actions() if "15" in action.text()).trigger()
    assert chosen == [(1, 1), (1, 1)]


def test_a_menu_still_open_does_what_was_read_in_it(theme: Theme, qtbot: QtBot) -> None:
    """News move the buttons below an open menu, or change what they offer."""
    one, two = (
        DecisionFace(
            DecisionState.NOW, title, may_change_amount=True, quick=tuple((t, "Sofort") for t in usual)
        )
        for title, usual in (("Gutschein", ("5 €", "15 €")), ("Nachlass", ("2 €", "6 €")))
    )
    panel = DecisionPanel(theme)
    qtbot.addWidget(panel)
    panel.show()
    done: list[object] = []
    panel.chosen.connect(done.append)
    panel.usual_chosen.connect(lambda *at: done.append(at))
    panel.amount_wanted.connect(lambda at: done.append(f"amount {at}"))
    panel.show_faces([one, two])
    panel.grid.buttons[0].open_menu()
    menu = panel.grid.buttons[0].findChild(QMenu)
    assert menu is not None
    _five, fifteen, _line, change = menu.actions()
    panel.show_faces([two, replace(one, quick=(("15 €", "Sofort"), ("30 €", "Sofort")))])
    fifteen.trigger()
    change.trigger()
    assert done == [(1, 0), "amount 1"]
    panel.show_faces([two, replace(one, quick=(("30 €", "Sofort"),))])
    fifteen.trigger()
    panel.show_faces([two])
    change.trigger()
    assert len(done) == 2, "what is gone is not decided"
    panel.grid.set_most(1)
    panel.show_faces([one, two])
    whole, _two, six, _change = panel.grid.more_menu().actions()
    panel.show_faces([two, one])
    whole.trigger()
    six.trigger()
    assert done[2:] == [0, (0, 1)]


def test_a_usual_amount_is_one_decision(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        room.desk.give(ORDER, PAYMENT, WRONG)
        room.desk.replica.apply_page(room.desk.feed.page(*LIMITS, scope="reference"))
        await room.desk.reference.load()
        await room.show("")
        await room.show(CASE.case_id)
        place = next(n for n, one in enumerate(room.offers) if one.key == "goodwill_voucher")
        assert room.model.file is not None
        usual = room.model.file.usual["goodwill_voucher"]
        room.model.choose_usual(place, 9)
        room.model.choose_usual(place, 0)
        await room.settle()
        (item,) = [item for item in room.desk.outbox.items(limit=9) if item.type == "decision.make"]
        assert getattr(item.body, "steps", ()) == usual[0].steps

    play(acts)


def test_a_reason_is_asked_where_the_rule_wants_one_and_nowhere_else(qapp: QApplication) -> None:
    async def acts(room: Room) -> None:
        asked: list[tuple[str, str]] = []
        room.model.reason_wanted.connect(lambda _offer, what, known: asked.append((what, known)))
        offer = msgspec.structs.replace(
            a_refund(), judgement=Allowed(needs_reason=True), reason="damaged_in_transit"
        )
        room.model._decide(offer)
        await room.settle()
        assert asked == [("24,90 € erstatten", "Beschädigt angekommen")]
        assert room.sent("decision.make") == 0, "without a reason nothing is held"
        room.model.decide_because(offer, "Fahrer hat es gesehen")
        await room.settle()
        (item,) = [item for item in room.desk.outbox.items(limit=9) if item.type == "decision.make"]
        assert getattr(item.body, "reason_text", "") == "Fahrer hat es gesehen"

    play(acts)


def test_the_reason_is_one_line_and_not_empty(theme: Theme, qtbot: QtBot) -> None:
    sheet = ReasonSheet(theme, "Gutschein 10 €", "Kulanz")
    qtbot.addWidget(sheet)
    assert sheet.text == "Kulanz" and sheet.problem() == ""
    sheet._line.setText("   ")
    assert sheet.problem() and sheet.text == ""


def test_a_reversal_is_named_by_what_it_undoes() -> None:
    made = booked(BY_KIND["goodwill_voucher"])
    back = builders.record(undo(made), name="back", state="scheduled", step_state="pending")
    file = case_file(decisions=(made, msgspec.structs.replace(back, decided_at=NOW)))
    assert writer().faces(file, is_online=True, now=NOW)[0].title == f"Gutschein 10{SPACE}€ zurückholen"


def test_the_conversation_tells_both_halves_of_what_was_taken_back() -> None:
    done = booked(BY_KIND["refund"])
    first = booking_of(done, status="withdrawn")
    counter = booking_of(done, booking_id="b2", credit_note_number="GS-S-1", reverses="b1", reference="e2")
    again = msgspec.structs.replace(
        builders.ORDER,
        order_id="o2",
        number="E-0031",
        replaces_order_id="o1",
        status="placed",
        placed_at=builders.NOW,
    )
    made = msgspec.structs.replace(
        builders.facts(), case=msgspec.structs.replace(builders.facts().case, order_id="o1")
    )
    file = case_file(made, bookings=(first, counter), orders=(builders.ORDER, again))
    formats = Formats("de")
    lines = ConversationWriter(formats, ErrorText("de", formats)).lines(file, NOW)
    said = " ".join(line.text for line in lines).replace(SPACE, " ")
    assert "24,90 € erstattet und zurückgeholt, Gutschrift G-1" in said
    assert "24,90 € zurückgeholt, Storno GS-S-1" in said
    assert "Ersatz E-0031 bestellt" in said
