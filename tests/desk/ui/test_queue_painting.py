"""Rows of the queue are drawn once and shown again: on the right ground, and anew when anything changed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.desk.ui.samples import NOW, AtOnce, QueueInMemory, formats, sample_rows
from workstation.ui.inbox.models import QueueRow
from workstation.ui.inbox.view import QueuePane
from workstation.ui.inbox.view_model import QueueViewModel
from workstation.ui.shared.row_model import RowRole
from workstation.ui.shared.theme import SchemeChoice, Theme


@pytest.fixture
def pane(theme: Theme, qtbot: QtBot) -> QueuePane:
    view_model = QueueViewModel(QueueInMemory(sample_rows()), AtOnce(), lambda: NOW, formats())
    view_model.load()
    shown = QueuePane(theme, view_model)
    qtbot.addWidget(shown)
    shown.resize(340, 600)
    with qtbot.waitExposed(shown):
        shown.show()
    return shown


def first_row(pane: QueuePane) -> int:
    model = pane.list.model()
    assert model is not None
    return next(
        row for row in range(model.rowCount()) if isinstance(model.index(row, 0).data(RowRole), QueueRow)
    )


def corner(pane: QueuePane, row: int) -> QColor:
    """The ground of a row, left of everything that is drawn on it."""
    at = pane.list.viewport().mapTo(pane, QPoint(2, pane.list.rowViewportPosition(row) + 2))
    return pane.grab().toImage().pixelColor(at * pane.devicePixelRatioF())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_ground_of_a_row_is_that_of_the_list(pane: QueuePane, theme: Theme, scheme: SchemeChoice) -> None:
    theme.apply(choice=scheme)
    QApplication.processEvents()
    image = pane.grab().toImage()
    below = image.pixelColor(QPoint(2, pane.height() - 3) * pane.devicePixelRatioF())
    assert corner(pane, first_row(pane)) == below


def test_a_row_changes_when_it_is_chosen_and_back(pane: QueuePane) -> None:
    row = first_row(pane)
    area = pane.list.viewport().rect()
    plain = pane.list.viewport().grab(area).toImage()
    index = pane.list.model().index(row, 0)
    pane.list.setCurrentIndex(index)
    chosen = pane.list.viewport().grab(area).toImage()
    pane.list.clearSelection()
    pane.list.setCurrentIndex(pane.list.rootIndex())
    assert chosen != plain
    assert pane.list.viewport().grab(area).toImage() == plain
