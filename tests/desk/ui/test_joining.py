"""What the window says and asks of joined cases and of addresses: names, keys, problems, history."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.casework.builders import CUSTOMER, NOW
from tests.desk.ui.case_files import case_file
from workstation.casework.case import Kinship
from workstation.casework.customer import Identity
from workstation.services.views import CaseRef
from workstation.ui.case_desk.conversation import ConversationWriter
from workstation.ui.case_desk.dialogs import RecipientSheet
from workstation.ui.case_desk.kin_words import KinShown, kin_shown
from workstation.ui.case_desk.view_joining import JoinSheet, MessageChoice, SplitSheet
from workstation.ui.case_desk.view_kin import KinStrip
from workstation.ui.customer_pane.view_identities import IdentitiesSheet
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import Words

OTHER = CaseRef("c-2", number="48214", subject="Gutschein", customer_name="Anna Bergmann")
NEW = CaseRef("c-3", code="K7Q2", subject="Frage")


def hint(why: str) -> Kinship:
    return Kinship(
        customer_id="c9",
        customer_name="Erika Muster",
        value="e@web.test",
        why=why,  # type: ignore[arg-type]
        detail="B-10482",
    )


def with_hint(why: str) -> KinShown:
    file = case_file()
    return kin_shown(case_file(case=msgspec.structs.replace(file.case, kinship=hint(why))))


def test_chips_name_the_other_case_and_the_way_back() -> None:
    third = CaseRef("c-4", number="48215", subject="Gutschein", customer_name="Anna Bergmann")
    shown = kin_shown(case_file(related=(third, NEW), merged=(NEW,)))
    assert [(chip.kind, chip.words) for chip in shown.chips] == [
        ("merged", "Neu · K7Q2 ist hier aufgegangen"),
        ("linked", "Verknüpft mit #48215"),
    ]
    assert shown.chips[1].undo == "Verknüpfung mit #48215 lösen"
    assert shown.chips[1].about == "Gutschein · Anna Bergmann"
    assert kin_shown(case_file()) == KinShown()


def test_a_merged_case_says_where_it_goes_on_and_goes_there(theme: Theme, qtbot: QtBot) -> None:
    file = case_file(merged_into=OTHER, related=(OTHER,))
    gone = msgspec.structs.replace(file.case, merged_into=OTHER.case_id)
    shown = kin_shown(case_file(case=gone, merged_into=OTHER, related=(OTHER,)))
    assert shown.chips == ()
    assert shown.gone is not None
    assert (shown.gone.title, shown.gone.go) == ("Aufgegangen in #48214", "Zu #48214 (Z)")
    strip = KinStrip(theme)
    qtbot.addWidget(strip)
    strip.show_kin(shown)
    assert not strip.isHidden()
    assert strip.focusProxy() is strip.gone.first
    with qtbot.waitSignal(strip.jump_requested) as jumped:
        strip.gone.first.click()
    assert jumped.args == [OTHER.case_id]
    with qtbot.waitSignal(strip.undo_requested) as undone:
        strip.gone.second.click()
    assert undone.args == ["merged_into", OTHER.case_id]
    unknown = kin_shown(case_file(case=gone))
    assert unknown.gone is not None
    assert (unknown.gone.case_id, unknown.gone.go) == (OTHER.case_id, "Zum anderen Fall (Z)")
    strip.show_kin(kin_shown(case_file()))
    assert strip.gone.isHidden()


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("order", "e@web.test nennt die Bestellung B-10482 von Erika Muster."),
        ("reply", "e@web.test hat auf unsere E-Mail an Erika Muster geantwortet."),
        ("phone", "e@web.test schreibt unter demselben Namen mit derselben Telefonnummer (B-10482)."),
        ("forward", "Weitergeleitet wurde eine E-Mail von e@web.test."),
    ],
)
def test_the_question_says_why_it_is_asked(why: str, words: str) -> None:
    question = with_hint(why).question
    assert question is not None
    assert question.text == words
    assert "Erika Muster?" in question.title


def test_the_question_in_english(words: Words) -> None:
    words.use("en")
    question = with_hint("order").question
    assert question is not None
    assert (question.title, question.yes) == ("Is this Erika Muster too?", "Yes, link")


def test_the_strip_is_walked_by_keyboard_and_says_what_its_buttons_do(theme: Theme, qtbot: QtBot) -> None:
    strip = KinStrip(theme)
    qtbot.addWidget(strip)
    strip.show_kin(kin_shown(case_file(related=(OTHER,))))
    assert not strip.isHidden()
    jump, undo = strip.buttons
    assert (jump.accessibleName(), undo.accessibleName()) == (
        "Verknüpft mit #48214",
        "Verknüpfung mit #48214 lösen",
    )
    with qtbot.waitSignal(strip.jump_requested) as jumped:
        qtbot.keyClick(jump, Qt.Key.Key_Space)
    assert jumped.args == ["c-2"]
    with qtbot.waitSignal(strip.undo_requested) as undone:
        qtbot.keyClick(undo, Qt.Key.Key_Space)
    assert undone.args == ["linked", "c-2"]
    strip.show_kin(KinShown())
    assert strip.isHidden()
    assert strip.buttons == []


def test_yes_and_no_are_two_buttons(theme: Theme, qtbot: QtBot) -> None:
    strip = KinStrip(theme)
    qtbot.addWidget(strip)
    strip.show_kin(with_hint("order"))
    for button, answer in ((strip.question.first, True), (strip.question.second, False)):
        with qtbot.waitSignal(strip.answered) as answered:
            button.click()
        assert answered.args == [answer]


def test_the_other_case_is_found_and_chosen(theme: Theme, qtbot: QtBot) -> None:
    sheet = JoinSheet(theme, "merge")
    qtbot.addWidget(sheet)
    sheet.show_cases(())
    sheet.try_accept()
    assert sheet.problem() == "Wähle den anderen Fall aus der Liste."
    with qtbot.waitSignal(sheet.text_changed, timeout=30_000) as asked:
        sheet.field.edit.setText("48214")
    assert asked.args == ["48214"]
    sheet.show_cases((OTHER, NEW))
    assert sheet.other_case_id == "c-2"
    assert sheet.list.item(0).text() == "#48214  ·  Anna Bergmann  ·  offen\nGutschein"
    assert sheet.problem() == ""


def test_a_long_subject_goes_on_below_instead_of_to_the_side(theme: Theme, qtbot: QtBot) -> None:
    sheet = JoinSheet(theme, "link")
    qtbot.addWidget(sheet)
    sheet.show_cases([CaseRef("c1", "222", subject="Eine Schale zerbrochen, die andere " * 6)])
    with qtbot.waitExposed(sheet):
        sheet.show()
    assert not sheet.list.horizontalScrollBar().isVisible()
    one_line = sheet.list.fontMetrics().height()
    assert sheet.list.visualItemRect(sheet.list.item(0)).height() > 3 * one_line


def test_messages_are_chosen_by_keyboard_and_one_stays(theme: Theme, qtbot: QtBot) -> None:
    choices = [MessageChoice(f"m{number}", "Anna", "Text " * 60) for number in range(2)]
    sheet = SplitSheet(theme, choices, "Schale")
    qtbot.addWidget(sheet)
    assert sheet.problem() == "Wähle mindestens eine Nachricht."
    sheet.list.setCurrentRow(1)
    qtbot.keyClick(sheet.list, Qt.Key.Key_Space)
    assert sheet.message_ids == ("m1",)
    assert sheet.problem() == ""
    sheet.list.setCurrentRow(0)
    qtbot.keyClick(sheet.list, Qt.Key.Key_Space)
    assert sheet.problem() == "Mindestens eine Nachricht bleibt hier."
    assert sheet.subject == "Schale"


def test_addresses_have_their_history(theme: Theme, qtbot: QtBot) -> None:
    linked = Identity(
        identity_id="a",
        kind="email",
        value="anna@posteo.example",
        normalised="anna@posteo.example",
        linked_at=NOW,
        linked_by="p-lisa",
    )
    former = msgspec.structs.replace(
        linked,
        identity_id="b",
        value="alt@posteo.example",
        linked_by="rule:import",
        unlinked_at=NOW + timedelta(days=2),
        unlinked_by="p-lisa",
    )
    customer = msgspec.structs.replace(CUSTOMER, identities=(former, linked))
    sheet = IdentitiesSheet(theme, Formats("de"), customer, {"p-lisa": "Lisa Sommer"})
    qtbot.addWidget(sheet)
    assert sheet.history(former) == (
        "E-Mail, verknüpft am 23.11.2026 von Automatik",
        "gelöst am 25.11.2026 von Lisa Sommer",
    )
    assert [button.accessibleName() for button in sheet.buttons] == ["anna@posteo.example lösen"]
    with qtbot.waitSignal(sheet.unlink_requested) as asked:
        sheet.buttons[0].click()
    assert asked.args == [linked]
    assert sheet.problem() == "Das ist keine Adresse dieser Art."
    sheet._value.setText("zweite@web.example")
    assert sheet.problem() == ""
    sheet.show_customer(CUSTOMER)
    assert sheet.buttons == []


def test_people_in_copy_are_shown_and_offered_for_an_answer_to_all(theme: Theme, qtbot: QtBot) -> None:
    file = case_file()
    mail = msgspec.structs.replace(
        file.messages[0], to=("service@lindner.example", "chef@web.example"), cc=("otto@kopie.example",)
    )
    tenant = msgspec.structs.replace(file.tenant, sender_address="Service@lindner.example")
    copied = case_file(messages=(mail,), tenant=tenant)
    formats = Formats("de")
    line = ConversationWriter(formats, ErrorText("de", formats)).lines(copied, NOW)[0]
    assert "Kopie an otto@kopie.example" in line.when
    assert copied.others_on_newest == ("chef@web.example", "otto@kopie.example")
    # Who was in copy and wrote last is offered too: the answer goes to the customer all the same.
    from_otto = msgspec.structs.replace(
        mail, from_address="otto@kopie.example", to=(mail.from_address,), cc=("service@lindner.example",)
    )
    case = msgspec.structs.replace(file.case, reply_to=mail.from_address)
    assert case_file(messages=(from_otto,), tenant=tenant, case=case).others_on_newest == (
        "otto@kopie.example",
    )
    sheet = RecipientSheet(theme, (mail.from_address,), (), None, copied.others_on_newest)
    qtbot.addWidget(sheet)
    assert not sheet.all_button.isHidden()
    sheet.all_button.click()
    assert sheet.cc == ("chef@web.example", "otto@kopie.example")
    alone = RecipientSheet(theme, (mail.from_address,), (), None)
    qtbot.addWidget(alone)
    assert alone.all_button.isHidden()
