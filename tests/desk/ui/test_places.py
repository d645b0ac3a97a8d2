"""What a person looks at stays where it is, and what comes next is what they have not seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import cast

import msgspec
import pytest
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.casework import builders
from tests.desk.materials import a_case
from tests.desk.ui.case_files import case_file
from tests.desk.ui.samples import (
    NOW,
    AtOnce,
    CustomersInMemory,
    QueueInMemory,
    formats,
    sample_items,
    sample_rows,
)
from workstation.casework.ids import short_code
from workstation.ports import FindHit
from workstation.services.search import OlderHits
from workstation.ui.case_desk.conversation import ConversationWriter
from workstation.ui.case_desk.dialogs import NewMailSheet
from workstation.ui.case_desk.models import ConversationLine, LineKind
from workstation.ui.case_desk.view_messages import Conversation
from workstation.ui.customer_pane.view import CustomerPane
from workstation.ui.customer_pane.view_model import CustomerViewModel
from workstation.ui.inbox.view import QueuePane
from workstation.ui.inbox.view_model import QueueViewModel
from workstation.ui.palette.view import Palette
from workstation.ui.palette.view_model import PaletteRow, PaletteViewModel
from workstation.ui.shared.error_text import ErrorText
from workstation.ui.shared.formats import Language
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import Words


class Inbox:
    """A pane with the rows it is fed from, and what it said was chosen."""

    def __init__(self, theme: Theme, qtbot: QtBot) -> None:
        self.source = QueueInMemory(sample_rows())
        self.view_model = QueueViewModel(self.source, AtOnce(), lambda: NOW, formats())
        self.view_model.load()
        self.pane = QueuePane(theme, self.view_model)
        qtbot.addWidget(self.pane)
        self.pane.resize(340, 600)
        with qtbot.waitExposed(self.pane):
            self.pane.show()
        self.opened: list[str] = []
        self.pane.case_chosen.connect(self.opened.append)

    def without(self, *case_ids: str) -> None:
        """Let cases leave the list."""
        self.source.rows = [row for row in self.source.rows if row.case_id not in case_ids]
        self.view_model.refresh()
        self.view_model.apply_pending()

    def top_of(self, case_id: str) -> int:
        """Return where a row begins, in px of the pane."""
        QApplication.processEvents()
        y = self.pane.list.rowViewportPosition(self.view_model.model.position(case_id))
        return self.pane.list.viewport().mapTo(self.pane, QPoint(0, y)).y()


@pytest.fixture
def inbox(theme: Theme, qtbot: QtBot) -> Inbox:
    return Inbox(theme, qtbot)


@pytest.mark.parametrize("key", [Qt.Key.Key_J, Qt.Key.Key_Down], ids=["step", "arrow"])
def test_after_a_case_is_settled_the_one_in_its_place_is_next(
    inbox: Inbox, qtbot: QtBot, key: Qt.Key
) -> None:
    def on() -> None:
        if key == Qt.Key.Key_Down:
            qtbot.keyClick(inbox.pane.list, key)
        else:
            inbox.pane.step(1)

    inbox.pane.choose_case("2")
    inbox.without("2")
    assert inbox.pane.current_case_id() == "" and inbox.opened == []
    inbox.without("9")  # and again: what is next stays next
    on()
    assert inbox.opened == ["3"] and inbox.pane.current_case_id() == "3"
    on()
    assert inbox.opened == ["3", "4"]


def test_back_from_the_place_of_a_settled_case_is_the_one_before_it(inbox: Inbox) -> None:
    inbox.pane.choose_case("2")
    inbox.without("2")
    inbox.pane.step(-1)
    assert inbox.opened == ["1"]


def test_after_the_last_case_the_one_before_it_is_left(inbox: Inbox) -> None:
    last = [row.case_id for row in inbox.view_model.model.rows()][-1]
    inbox.pane.choose_case(last)
    inbox.without(last)
    before = [row.case_id for row in inbox.view_model.model.rows()][-1]
    assert inbox.pane.step(1) and inbox.opened == [before]
    assert not inbox.pane.step(1)


def test_a_case_opened_by_hand_is_not_opened_again(inbox: Inbox, qtbot: QtBot) -> None:
    inbox.pane.choose_case("2")
    inbox.without("2")
    with qtbot.assertNotEmitted(inbox.pane.case_entered):
        qtbot.keyClick(inbox.pane.list, Qt.Key.Key_Return)  # nobody can see which case that would be
    assert inbox.pane.choose_case("3", is_silent=False)
    inbox.pane.step(1)
    assert inbox.opened == ["3", "4"]


def test_a_case_taken_up_again_is_the_one_the_list_stands_on(inbox: Inbox) -> None:
    rows = list(inbox.source.rows)
    inbox.pane.choose_case("2")
    inbox.without("2")
    inbox.source.rows = rows
    inbox.without()
    assert inbox.pane.current_case_id() == "2" and inbox.opened == []
    inbox.pane.step(1)
    assert inbox.opened == ["3"]


def test_a_case_that_is_not_in_the_list_leaves_no_row_chosen(inbox: Inbox) -> None:
    inbox.pane.choose_case("3")
    inbox.pane.note_shown("somewhere else")
    assert inbox.pane.current_case_id() == "" and not inbox.pane.list.selectionModel().hasSelection()
    inbox.without("9")
    assert inbox.pane.current_case_id() == ""
    inbox.pane.step(1)
    assert inbox.opened == ["4"]
    inbox.pane.note_shown("10")  # waits for others: it is in the list once that part is unfolded
    assert inbox.pane.current_case_id() == ""
    inbox.view_model.toggle_waiting()
    assert inbox.pane.current_case_id() == "10" and inbox.opened == ["4"]


def test_with_nothing_left_to_do_no_case_is_chosen_until_there_is_one(inbox: Inbox) -> None:
    inbox.pane.choose_case("2")
    rows = list(inbox.source.rows)
    inbox.without(*(row.case_id for row in rows))
    assert inbox.pane.current_case_id() == ""
    inbox.source.rows = rows[2:]
    inbox.without()
    assert inbox.pane.current_case_id() == ""
    inbox.pane.step(1)
    assert inbox.opened == [rows[2].case_id]


def test_the_first_arrow_goes_to_the_first_case(inbox: Inbox, qtbot: QtBot) -> None:
    qtbot.keyClick(inbox.pane.list, Qt.Key.Key_Down)
    assert inbox.opened == ["1"]


def test_the_button_for_news_moves_no_row(inbox: Inbox) -> None:
    inbox.view_model.set_attended(True)
    before = inbox.top_of("2")
    new = replace(sample_rows()[0], case_id="new", due_at=NOW - timedelta(hours=1))
    inbox.source.rows = [new, *inbox.source.rows]
    inbox.view_model.refresh()
    assert inbox.pane.news_button.isVisible()
    assert inbox.top_of("2") == before


# -- the customer's history


@pytest.fixture
def history(theme: Theme, qtbot: QtBot) -> CustomerPane:
    view_model = CustomerViewModel(CustomersInMemory(sample_items()), AtOnce(), lambda: NOW, formats())
    view_model.show_customer("anna")
    shown = CustomerPane(theme, view_model)
    qtbot.addWidget(shown)
    shown.resize(356, 420)
    with qtbot.waitExposed(shown):
        shown.show()
    return shown


def test_another_customers_history_begins_at_the_top(history: CustomerPane) -> None:
    bar = history.list.verticalScrollBar()
    bar.setValue(60)
    assert bar.value() == 60
    history._view_model.show_customer("jonas")
    QApplication.processEvents()
    assert bar.value() == 0


def test_what_just_happened_is_seen_by_who_stands_at_the_top(history: CustomerPane) -> None:
    source = history._view_model._source
    assert isinstance(source, CustomersInMemory)
    source.items.insert(0, replace(source.items[0], item_id="new", title="Gutschrift"))
    history._view_model.refresh()
    QApplication.processEvents()
    assert history.list.verticalScrollBar().value() == 0


def test_who_reads_further_down_stays_there(history: CustomerPane) -> None:
    history.list.verticalScrollBar().setValue(200)
    item = history._view_model.model.items[history.list.rowAt(60)]
    top = history.list.rowViewportPosition(history.list.rowAt(60))
    source = history._view_model._source
    assert isinstance(source, CustomersInMemory)
    source.items.insert(0, replace(source.items[0], item_id="new", title="Gutschrift"))
    history._view_model.refresh()
    QApplication.processEvents()
    row = list(history._view_model.model.items).index(item)
    assert history.list.rowViewportPosition(row) == top


# -- the conversation


def line(key: str, text: str = "Hallo", kind: LineKind = "inbound") -> ConversationLine:
    return ConversationLine(
        key=key,
        kind=kind,
        author="Anna",
        when="heute",
        text=text,
        spoken="Anna, heute",
    )


@pytest.fixture
def conversation(theme: Theme, qtbot: QtBot) -> Conversation:
    view = Conversation(theme)
    qtbot.addWidget(view)
    view.resize(640, 300)
    with qtbot.waitExposed(view):
        view.show()
    return view


def many(name: str) -> tuple[ConversationLine, ...]:
    return tuple(line(f"{name}{number}", f"Nachricht {number}\n" * 4) for number in range(8))


def is_at_end(view: Conversation) -> bool:
    bar = view.verticalScrollBar()
    return bar.maximum() > 0 and bar.value() == bar.maximum()


def test_a_case_opens_at_its_newest_message(conversation: Conversation, qtbot: QtBot) -> None:
    conversation.show_lines((line("a"),), is_new_case=True)
    QApplication.processEvents()
    for name in ("b", "c", "d", "e"):  # all of one height, so nothing says that there is another end
        conversation.show_lines(many(name), is_new_case=True)
        qtbot.waitUntil(lambda: is_at_end(conversation))
    conversation.resize(640, 200)  # the decisions below it take more room
    qtbot.waitUntil(lambda: is_at_end(conversation))


def test_a_long_newest_message_is_read_from_its_beginning(conversation: Conversation, qtbot: QtBot) -> None:
    newest = line("long", "Zeile\n" * 60)
    conversation.show_lines((*many("a"), newest, line("s", "Zugewiesen", "system")), is_new_case=True)
    bubble = conversation._widgets["long"][1]
    qtbot.waitUntil(lambda: 0 <= bubble.mapTo(conversation.viewport(), QPoint(0, 0)).y() < 40)


def test_news_do_not_move_what_is_read_further_up(conversation: Conversation, qtbot: QtBot) -> None:
    lines = many("a")
    conversation.show_lines(lines, is_new_case=True)
    qtbot.waitUntil(lambda: is_at_end(conversation))
    bar = conversation.verticalScrollBar()
    bar.setValue(50)
    end = bar.maximum()
    conversation.show_lines((*lines, line("new", "Noch etwas\n" * 5)), is_new_case=False)
    qtbot.waitUntil(lambda: bar.maximum() > end)
    assert bar.value() == 50


# -- an answer that waits


def test_an_answer_that_waits_for_its_booking_shows_words_for_what_follows() -> None:
    text = "Gutschrift {credit_note_no}, {anderes}"
    asked = msgspec.structs.replace(builders.inbound(), text=text)
    answer = msgspec.structs.replace(asked, kind="outbound", delivery="waiting_booking", message_id="m2")
    writer = ConversationWriter(
        formats(), ErrorText("de", formats()), {"credit_note_no": "Gutschrift-Nr. folgt"}
    )
    theirs, ours = writer.lines(case_file(messages=(asked, answer)), NOW)[-2:]
    if theirs.is_own:
        theirs, ours = ours, theirs
    assert ours.text == "Gutschrift ⟨Gutschrift-Nr. folgt⟩, {anderes}"
    assert theirs.text == text, "what others write stays as it is"


# -- sheets and the palette


def test_the_example_of_an_address_is_in_the_language_of_the_window(
    theme: Theme, words: Words, qtbot: QtBot
) -> None:
    for language, example in (("de", "name@beispiel.de"), ("en", "name@example.com")):
        words.use(cast(Language, language))
        sheet = NewMailSheet(theme)
        qtbot.addWidget(sheet)
        address = sheet.findChildren(QLineEdit)[0]
        assert address.placeholderText() == example


def test_a_sheet_begins_where_something_has_to_be_written(theme: Theme, qtbot: QtBot) -> None:
    sheet = NewMailSheet(theme)
    qtbot.addWidget(sheet)
    with qtbot.waitExposed(sheet):
        sheet.show()
    first = sheet.focusWidget()
    assert isinstance(first, QLineEdit) and first.accessibleName() == "An"
    chain: list[QWidget] = [first]
    while (following := chain[-1].nextInFocusChain()) is not None and following not in chain:
        chain.append(following)
    by_key = [one for one in chain if one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.isVisibleTo(sheet)]
    assert by_key[-2] is sheet.back and by_key[-1] is sheet.main
    with_address = NewMailSheet(theme, "anna@posteo.example")
    qtbot.addWidget(with_address)
    with_address.show()
    assert isinstance(with_address.focusWidget(), QLineEdit)
    assert not with_address.focusWidget().text()  # type: ignore[attr-defined]


class Hits(QObject):
    """A palette's model that shows what it is given."""

    rows_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[PaletteRow, ...] = ()

    def set_text(self, _text: str) -> None:
        self.rows_changed.emit()

    def group_words(self, group: str) -> str:
        return group


def test_the_palette_has_room_for_all_of_its_rows_and_titles(theme: Theme, qtbot: QtBot) -> None:
    window, model = QWidget(), Hits()
    qtbot.addWidget(window)
    window.resize(1024, 700)
    palette = Palette(theme, model, window)  # type: ignore[arg-type]
    with qtbot.waitExposed(window):
        window.show()
    palette.open()
    for groups in (("case", "order"), ("case",), ("customer", "case", "order")):
        model.rows = tuple(PaletteRow(group, f"{group}:1", "B-10499", "", "package", "") for group in groups)
        model.rows_changed.emit()
        QApplication.processEvents()
        card = palette._card
        assert card.height() >= card.sizeHint().height()
        bottoms = [part.geometry().bottom() for part in (*palette._titles, *palette._rows)]
        assert max(bottoms) <= card.height()


def test_what_the_palette_finds_says_whose_it_is_and_how_it_stands(qapp: QApplication) -> None:
    case = a_case("1", number=48213, subject="Schüssel", customer_name="Jürgen Weiß", status="waiting")
    fresh = a_case("2", number=None, subject="Vase", customer_name="")
    order = FindHit("order", "o1", "B-10077", "Jürgen Weiß")

    class Finder:
        async def find(self, _text: str) -> tuple[FindHit, ...]:
            return FindHit.of_case(case), FindHit.of_case(fresh), order

        async def older(self, _text: str) -> OlderHits:
            return OlderHits((FindHit.of_case(msgspec.structs.replace(case, status="solved")),))

    model = PaletteViewModel(Finder(), AtOnce(), tuple)
    model.set_text("weiss")
    model._timer.stop()
    model._online_timer.stop()
    model._ask()
    model._ask_online()
    assert [row.meta for row in model.rows] == [
        "Jürgen Weiß · #48213 · wartet auf den Kunden",
        f"Neu · {short_code(fresh.case_id)} · offen",
        "Jürgen Weiß",
        "Jürgen Weiß · #48213 · erledigt",
    ]
