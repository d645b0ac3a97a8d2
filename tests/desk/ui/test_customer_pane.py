"""The customer pane: head, groups, filters, search inside, keys."""

from __future__ import annotations

from datetime import timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.desk.ui.samples import NOW, AtOnce, CustomersInMemory, OnDemand, formats, sample_items
from workstation.ports import TimelineKey
from workstation.services import views
from workstation.ui.customer_pane.models import GroupItem, TimelineItem
from workstation.ui.customer_pane.view import CustomerPane
from workstation.ui.customer_pane.view_model import CustomerViewModel, TimelineFilter
from workstation.ui.shared.formats import Formats, Language
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.timeline_words import item_words
from workstation.ui.shared.words import Words


@pytest.fixture
def view_model(qtbot: QtBot) -> CustomerViewModel:
    made = CustomerViewModel(CustomersInMemory(sample_items()), AtOnce(), lambda: NOW, formats())
    made.show_customer("anna")
    return made


@pytest.fixture
def pane(theme: Theme, qtbot: QtBot, view_model: CustomerViewModel) -> CustomerPane:
    shown = CustomerPane(theme, view_model, can_call=True)
    qtbot.addWidget(shown)
    shown.resize(356, 700)
    with qtbot.waitExposed(shown):
        shown.show()
    return shown


def groups(view_model: CustomerViewModel) -> list[str]:
    return [item.title for item in view_model.model.items if isinstance(item, GroupItem)]


def items(view_model: CustomerViewModel) -> list[TimelineItem]:
    return [item for item in view_model.model.items if isinstance(item, TimelineItem)]


def test_the_model_keeps_qts_rules(qtmodeltester: object, view_model: CustomerViewModel) -> None:
    qtmodeltester.check(view_model.model)  # type: ignore[attr-defined]


def test_groups(view_model: CustomerViewModel) -> None:
    assert groups(view_model)[:4] == ["Heute", "Gestern", "Februar 2026", "Januar 2026"]
    assert view_model.group_of(NOW - timedelta(days=3)) == "Montag"
    assert view_model.group_of(NOW - timedelta(days=6)) == "Freitag"
    assert view_model.group_of(NOW - timedelta(days=7)) == "März 2026"


def test_fifty_at_a_time(view_model: CustomerViewModel) -> None:
    model = view_model.model
    assert len(items(view_model)) == 50
    assert model.canFetchMore(model.index(-1, -1))
    while model.canFetchMore(model.index(-1, -1)):
        model.fetchMore(model.index(-1, -1))
    assert len(items(view_model)) == 99
    assert len(groups(view_model)) == len(set(groups(view_model)))


def test_filters_and_search(view_model: CustomerViewModel) -> None:
    view_model.choose_filter(TimelineFilter.CONTACTS)
    assert {item.kind for item in items(view_model)} == {"message", "call"}
    view_model.choose_filter(TimelineFilter.ALL)
    view_model.search("paypal")
    assert [item.title for item in items(view_model)] == ["Zahlung PayPal"]
    view_model.show_customer("other")
    assert view_model.text == ""


def test_an_answer_for_another_customer_is_dropped(qtbot: QtBot, tasks: OnDemand) -> None:
    view_model = CustomerViewModel(CustomersInMemory(sample_items()), tasks, lambda: NOW, formats())
    view_model.show_customer("anna")
    slow = tasks.waiting.pop()
    view_model.show_customer("")
    AtOnce().start(slow, name="", owner=None)
    assert view_model.head is None
    assert items(view_model) == []


def test_a_row_is_a_whole_sentence(view_model: CustomerViewModel, words: Words) -> None:
    model = view_model.model
    sentence = model.index(4, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    nb = "\N{NO-BREAK SPACE}"
    assert sentence == (
        f"Bestellung B-10482. Himbeer-Sahne-Torte 26 cm · 12 Brezeln. 42,90{nb}€. Bezahlt. gestern 11:00."
    )


def test_the_head(pane: CustomerPane, view_model: CustomerViewModel, qtbot: QtBot) -> None:
    assert pane._name.full_text() == "Anna Bergmann"
    assert [value.full_text() for value, _ in pane._figures] == ["1.284 €", "0 €", "8,40 €"]
    assert pane.call_button.isVisible()
    assert not pane.edit_button.isVisible()
    with qtbot.waitSignal(pane.call_clicked) as caught:
        qtbot.mouseClick(pane.call_button, Qt.MouseButton.LeftButton)
    assert caught.args == ["+49 761 1234"]


def test_nobody_is_said(pane: CustomerPane, view_model: CustomerViewModel) -> None:
    view_model.show_customer("")
    assert pane._empty.isVisible()
    assert pane._empty.accessibleName().startswith("Noch kein Kunde")
    assert not pane.call_button.isVisible()


def test_without_a_case_nothing_is_said_to_be_missing(
    pane: CustomerPane, view_model: CustomerViewModel
) -> None:
    view_model.show_customer("", has_case=False)
    assert pane._empty.isVisible()
    assert pane._empty.accessibleName().startswith("Nichts ausgewählt")


def test_heights(pane: CustomerPane, theme: Theme) -> None:
    assert [pane.list.rowHeight(row) for row in range(3)] == [36, 60, 60]
    theme.apply(scale=1.3)
    assert [pane.list.rowHeight(row) for row in range(3)] == [47, 78, 78]


def test_keys_of_the_list(pane: CustomerPane, qtbot: QtBot) -> None:
    pane.list.choose_row(4)
    spies = [QSignalSpy(signal) for signal in (pane.item_opened, pane.item_previewed, pane.reference_wanted)]
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Space, Qt.Key.Key_L):
        qtbot.keyClick(pane.list, key)
    assert [spy.count() for spy in spies] == [1, 1, 1]
    assert spies[2].at(0) == ["Bestellung B-10482"]
    pane.list.choose_row(1)  # a message has no reference
    qtbot.keyClick(pane.list, Qt.Key.Key_L)
    assert spies[2].count() == 1


def test_search_opens_filters_and_closes_with_escape(
    pane: CustomerPane, view_model: CustomerViewModel, qtbot: QtBot
) -> None:
    pane.open_search()
    assert pane.search.isVisible()
    qtbot.keyClicks(pane.search.edit, "mahnung")
    qtbot.waitUntil(lambda: len(items(view_model)) == 2, timeout=30_000)
    qtbot.keyClick(pane.search.edit, Qt.Key.Key_Escape)
    assert not pane.search.isVisible()
    assert len(items(view_model)) == 50


def test_the_tabs_fit_the_smallest_pane(pane: CustomerPane, qapp: QApplication) -> None:
    pane.resize(320, 700)
    qapp.processEvents()
    for button in pane.tabs.buttons:
        assert button.width() >= button.sizeHint().width()
    assert pane.tabs.buttons[-1].geometry().right() <= pane.tabs.width()


@pytest.mark.parametrize(("language", "meta"), [("de", "„Torte“ · E-Mail"), ("en", "“Torte” · E-Mail")])
def test_a_subject_stands_in_the_quotes_of_the_language(words: Words, language: Language, meta: str) -> None:
    words.use(language)
    item = views.TimelineItem(
        key=TimelineKey(at=0, entity="message", entity_id="m", part=0),
        at=NOW,
        kind="message_in",
        group="contacts",
        text_key="timeline.message",
        params={},
        entity_id="m",
        title="Torte",
        meta="E-Mail",
    )
    assert item_words(item, Formats(language))[1] == meta
