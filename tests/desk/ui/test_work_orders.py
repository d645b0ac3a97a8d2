"""The room of work orders: overdue money first, confirmed and taken back, the focus never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.desk.ui.samples import NOW, AtOnce, OnDemand, formats
from workstation.casework.money import Money
from workstation.casework.records import WorkOrder
from workstation.services.views import OpenOrder
from workstation.ui.shared.formats import Language
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import Words
from workstation.ui.work_orders.view import WorkOrdersView
from workstation.ui.work_orders.view_model import WorkOrdersViewModel

PARCEL = OpenOrder(
    WorkOrder(work_order_id="w1", kind="expect_parcel", created_at=NOW - timedelta(days=9)), "Cem Aydın"
)
LATE = OpenOrder(
    WorkOrder(
        work_order_id="w2",
        kind="transfer",
        created_at=NOW - timedelta(days=2),
        amount=Money(4290),
        to_account="card 4242",
    ),
    customer_name="Anna Bergmann",
    case_id="c2",
    reference="GS-7",
    due_at=NOW - timedelta(days=1),
)
FRESH = replace(
    LATE,
    work=msgspec.structs.replace(LATE.work, work_order_id="w3", created_at=NOW - timedelta(hours=1)),
    case_id="c3",
    due_at=NOW + timedelta(days=1),
)


class Orders:
    """Work orders in memory; a confirmed one is done."""

    def __init__(self, *orders: OpenOrder) -> None:
        self.orders = orders
        self.confirmed: list[tuple[str, str, str]] = []

    async def open_orders(self) -> tuple[OpenOrder, ...]:
        return self.orders

    async def confirm(self, case_id: str, work_order_id: str, title: str) -> None:
        self.confirmed.append((case_id, work_order_id, title))
        self.orders = tuple(
            replace(one, work=msgspec.structs.replace(one.work, status="done"))
            if one.work.work_order_id == work_order_id
            else one
            for one in self.orders
        )


def room_of(
    orders: Orders, theme: Theme, qtbot: QtBot, language: Language = "de", most: int = 200
) -> WorkOrdersView:
    model = WorkOrdersViewModel(orders, AtOnce(), lambda: NOW, formats(language), orders.confirm, most)
    view = WorkOrdersView(theme, model)
    qtbot.addWidget(view)
    view.resize(900, 500)
    view.show()
    model.refresh()
    return view


def test_overdue_money_stands_first_and_says_so(theme: Theme, qtbot: QtBot) -> None:
    view = room_of(Orders(PARCEL, LATE, FRESH), theme, qtbot)
    assert [row.work.work_order_id for row in view.rows] == ["w2", "w1", "w3"]
    late, parcel, fresh = view.rows
    assert late.work.sub.startswith("Überfällig · Anna Bergmann · GS-7 · seit ")
    assert (late.work.sub_tone, fresh.work.sub_tone) == ("danger", "secondary")
    assert parcel.button is None and parcel.place is None and "kein Fall" in parcel.work.sub
    assert [button.text() for button in view.tabs.buttons] == ["Alle 3", "Überfällig 1"]
    view.tabs.buttons[1].click()
    assert [row.work.work_order_id for row in view.rows] == ["w2"]
    shown: list[str] = []
    view.place_wanted.connect(shown.append)
    assert view.rows[0].place is not None
    view.rows[0].place.click()
    assert shown == ["c2"]


def test_what_is_confirmed_here_is_done_and_the_focus_goes_on(theme: Theme, qtbot: QtBot) -> None:
    orders = Orders(LATE, FRESH)
    view = room_of(orders, theme, qtbot)
    view.begin()
    button = view.rows[0].button
    assert button is not None and view.focusWidget() is button
    button.click()
    assert not button.isEnabled(), "a second click asks nothing again"
    view._model.rows_changed.emit()
    assert view.rows[0].button is button and button.isEnabled(), "nothing came of it: it can be asked again"
    (confirmed,) = orders.confirmed
    assert confirmed[:2] == ("c2", "w2") and confirmed[2].startswith("Überweisung 42,90")
    view._model.refresh()
    assert [row.work.state for row in view.rows] == ["bestätigt", ""], "none moves away"
    assert view.focusWidget() is view.rows[1].button and view._model.overdue == 0


@pytest.mark.parametrize("language", ["de", "en"])
def test_nothing_open_is_said(theme: Theme, qtbot: QtBot, words: Words, language: Language) -> None:
    words.use(language)
    view = room_of(Orders(), theme, qtbot, language)
    said = {"de": "Nichts offen", "en": "Nothing open"}[language]
    assert view._empty.isVisible() and view._empty.accessibleName().startswith(said)
    view.begin()
    assert view.focusWidget() is view.tabs.buttons[0]


@pytest.mark.parametrize("language", ["de", "en"])
def test_that_nothing_is_overdue_is_not_that_nothing_is_open(
    theme: Theme, qtbot: QtBot, words: Words, language: Language
) -> None:
    words.use(language)
    view = room_of(Orders(PARCEL), theme, qtbot, language)
    view.tabs.buttons[1].click()
    said = {"de": "Nichts überfällig", "en": "Nothing overdue"}[language]
    assert view._empty.isVisible() and view._empty.accessibleName().startswith(said)


def test_that_the_list_is_cut_is_said(theme: Theme, qtbot: QtBot) -> None:
    whole, cut = (room_of(Orders(PARCEL, LATE), theme, qtbot, most=most) for most in (3, 2))
    assert whole.cut.isHidden()
    assert cut.cut.isVisible() and "höchstens 2" in cut.cut.text()


def test_another_text_size_keeps_the_place(theme: Theme, qtbot: QtBot) -> None:
    view = room_of(Orders(LATE, FRESH), theme, qtbot)
    before = view.rows[1]
    assert before.button is not None
    before.button.setFocus()
    theme.changed.emit()
    assert view.rows[1] is not before and view.focusWidget() is view.rows[1].button


def test_every_button_of_the_room_is_named_by_what_it_is_about(theme: Theme, qtbot: QtBot) -> None:
    view = room_of(Orders(LATE, FRESH), theme, qtbot)
    names = [button.accessibleName() for button in view.findChildren(QPushButton) if button.isVisible()]
    assert (
        all(names) and "Überweisung ausgeführt: Überweisung 42,90\N{NO-BREAK SPACE}€ an Karte 4242" in names
    )


def test_many_changes_at_once_are_two_looks(qtbot: QtBot, tasks: OnDemand) -> None:
    orders = Orders(LATE)
    model = WorkOrdersViewModel(orders, tasks, lambda: NOW, formats(), orders.confirm, 200)
    for _change in range(5):
        model.refresh()
    assert len(tasks.waiting) == 1
    tasks.run()
    assert tasks.waiting == [] and model.count == 1
