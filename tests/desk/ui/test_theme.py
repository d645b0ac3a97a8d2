"""Tokens, contrast, fonts, palette, style sheet, and the count of None."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtGui import QColor, QFontInfo, QFontMetricsF, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from workstation.ui.shared import fonts, tokens
from workstation.ui.shared.qss import make_sheet
from workstation.ui.shared.theme import Theme

TOKENS = tokens.load()
SCHEMES: tuple[tokens.Scheme, ...] = ("light", "dark")


def test_there_are_41_pairs() -> None:
    assert len(TOKENS.pairs) == 41


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("front", "back", "least"), TOKENS.pairs, ids=lambda value: str(value))
def test_contrast_holds(scheme: tokens.Scheme, front: str, back: str, least: float) -> None:
    colors = TOKENS.colors[scheme]
    assert tokens.contrast(colors[front], colors[back]) >= least


def test_contrast_is_the_formula_of_wcag() -> None:
    assert tokens.contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert tokens.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert tokens.contrast("#ffffff", "#777777") == tokens.contrast("#777777", "#ffffff")


@pytest.mark.parametrize("text", ["", "{}", '{"font": {}}', "[]"])
def test_a_broken_theme_file_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        tokens.parse(text)


def test_both_schemes_name_the_same_colours() -> None:
    assert TOKENS.colors["light"].keys() == TOKENS.colors["dark"].keys()


def test_the_font_is_inter_with_real_weights(theme: Theme) -> None:
    widths = []
    for role in ("body", "bodyMedium", "bodyStrong"):
        font = theme.font(role)
        assert QFontInfo(font).family() == "Inter"
        widths.append(QFontMetricsF(font).horizontalAdvance("Geburtstagstorte kam beschädigt an"))
    assert widths[0] + 1 < widths[1] < widths[2] - 1


def test_figures_are_tabular_and_prose_is_not(theme: Theme) -> None:
    figures, prose = QFontMetricsF(theme.font("body.figures")), QFontMetricsF(theme.font("body"))
    assert figures.horizontalAdvance("1111") == pytest.approx(figures.horizontalAdvance("8888"))
    assert prose.horizontalAdvance("1111") < prose.horizontalAdvance("8888")
    assert prose.horizontalAdvance("-") < figures.horizontalAdvance("-")


@pytest.mark.parametrize("scale", tokens.SCALES)
def test_no_text_is_smaller_than_12_px(theme: Theme, scale: float) -> None:
    for role in TOKENS.roles.values():
        assert fonts.make_font(TOKENS, role, scale).pixelSize() >= 12


def test_the_sheet_sets_no_fonts_and_leaves_no_blank() -> None:
    for scheme in SCHEMES:
        sheet = make_sheet(TOKENS.colors[scheme], round, lambda icon, color: f"/{icon}.svg")
        assert "font" not in sheet
        assert "$" not in sheet


def test_a_change_of_scheme_reaches_everything(theme: Theme, qapp: QApplication, qtbot: QtBot) -> None:
    label, button = QLabel("Wort"), QPushButton()
    qtbot.addWidget(label)
    qtbot.addWidget(button)
    theme.style(label, "h1")
    theme.set_icon(button, "search")
    before = button.icon().cacheKey()
    theme.apply(choice="dark", scale=1.3)
    assert qapp.palette().color(QPalette.ColorRole.Base) == QColor(TOKENS.colors["dark"]["bg.panel"])
    assert label.font().pixelSize() == 26
    assert button.icon().cacheKey() != before
    assert button.iconSize().height() == 21
    assert TOKENS.colors["dark"]["bg.panel"] in qapp.styleSheet()


def test_an_unknown_text_size_is_refused(theme: Theme) -> None:
    with pytest.raises(ValueError, match="text size"):
        theme.apply(scale=4.0)
    assert theme.scale == 1.0


def test_void_calls_keep_the_count_of_none(qapp: QApplication) -> None:
    """One lost reference to None per call killed the program after seconds of painting with another Qt."""
    pixmap = QPixmap(8, 8)
    painter = QPainter(pixmap)
    color = QColor("#123456")
    painter.setPen(color)
    before = sys.getrefcount(None)
    for _ in range(1000):
        painter.setPen(color)
    after = sys.getrefcount(None)
    painter.end()
    assert abs(after - before) < 50
