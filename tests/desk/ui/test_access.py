"""Over all pictures: every control has a name and a size one can hit; nothing is drawn smaller than 12 px."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QTableView, QWidget
from pytestqt.qtbot import QtBot

from tests import pictures_widgets as pictures
from workstation.ui.shared.theme import Theme

PAGES: dict[str, Callable[[Theme], QWidget]] = {
    "decision states": pictures.decision_states,
    "decision grid": pictures.decision_grid,
    "parts": pictures.parts,
    "panes": lambda theme: pictures.panes(theme, "de"),
    "queue states": lambda theme: pictures.queue_states(theme, "de"),
    "overlays": pictures.overlays,
}
CONTROLS = (QAbstractButton, QLineEdit, QTableView)


@pytest.fixture(params=sorted(PAGES))
def page(request: pytest.FixtureRequest, theme: Theme, qtbot: QtBot) -> QWidget:
    made = PAGES[request.param](theme)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def controls(page: QWidget) -> list[QWidget]:
    found: list[QWidget] = []
    for kind in CONTROLS:
        found += page.findChildren(kind)
    inner = ("QTableCornerButton", "QLineEditIconButton")
    return [widget for widget in found if widget.isVisible() and widget.metaObject().className() not in inner]


def test_every_control_has_a_name(page: QWidget) -> None:
    nameless = [
        widget
        for widget in controls(page)
        if not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
        # two bare sample buttons of the gallery show only their look
        and widget.property("lucideName") not in ("user", "search")
    ]
    assert not nameless


def test_every_control_can_be_hit(page: QWidget) -> None:
    small = [
        (widget.metaObject().className(), widget.width(), widget.height())
        for widget in controls(page)
        if isinstance(widget, QAbstractButton) and (widget.width() < 24 or widget.height() < 24)
    ]
    assert not small


def test_no_font_is_too_small(page: QWidget) -> None:
    assert all(label.font().pixelSize() >= 12 for label in page.findChildren(QLabel))


def test_more_contrast_draws_every_page(page: QWidget, theme: Theme, qapp: QApplication) -> None:
    plain = page.grab().toImage()
    theme.is_high_contrast = True
    page.update()
    for widget in page.findChildren(QWidget):
        widget.update()
    assert page.grab().toImage().size() == plain.size()
