"""The theme: tokens become palette, style sheet, fonts and icons; scheme, size and density change live."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QApplication,
    QDateTimeEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyleFactory,
    QWidget,
)

from workstation.ui.shared import fonts, tokens
from workstation.ui.shared.icons import Icons
from workstation.ui.shared.palette import make_palette
from workstation.ui.shared.qss import make_sheet

SchemeChoice = Literal["system", "light", "dark"]
Density = Literal["comfortable", "compact"]

_ROLE, _ICON, _ICON_TONE, _ICON_SIZE = "fontRole", "lucideName", "lucideTone", "lucidePx"
_CONTRAST_BORDERS = (
    *(f"border.{name}" for name in ("subtle", "strong", "input")),
    *(f"{name}.border" for name in ("accent", "go", "ask")),
)


class Theme(QObject):
    """Colours, fonts, sizes and icons for every widget: one per application, handed to widgets.

    ``changed`` fires after each change of scheme, text size, density or contrast; self-painted ones repaint
    and re-measure on it. Standard widgets follow by themselves once styled through ``style``/``set_icon``.
    """

    changed = Signal()

    def __init__(self, app: QApplication, cache_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self.tokens = tokens.load()
        self.icons = Icons(cache_dir)
        self.choice: SchemeChoice = "system"
        self.scheme: tokens.Scheme = "light"
        self.scale = 1.0
        self.density: Density = "comfortable"
        self.is_motion_reduced = False
        self.is_high_contrast = False
        self._fonts: dict[str, QFont] = {}
        self._colors: dict[str, QColor] = {}
        self._is_applied = False
        self._is_applying = False

    # -- what widgets ask for
    def px(self, value: float) -> int:
        """Return ``value`` logical px at 100 % scaled to the chosen text size."""
        return round(value * self.scale)

    def color(self, name: str) -> QColor:
        """Return the colour of token ``name`` (such as ``text.secondary``) in the current scheme.

        Raises:
            KeyError: there is no such token.
        """
        return self._colors[name]

    def font(self, role: str) -> QFont:
        """Return the font of ``role`` (``body``, ``caption``, ``h2`` ...) at the chosen text size.

        ``body.figures`` is the same role with tabular figures, for amounts, times and counts.

        Raises:
            KeyError: there is no such role.
        """
        found = self._fonts.get(role)
        if found is None:
            name, _, variant = role.partition(".")
            role_ = self.tokens.roles[name]
            found = fonts.make_font(self.tokens, role_, self.scale, is_tabular=variant == "figures")
            self._fonts[role] = found
        return found

    def line(self, role: str) -> int:
        """Return the line height in px of ``role`` at the chosen text size."""
        return self.px(self.tokens.roles[role.partition(".")[0]].line)

    def duration(self, name: Literal["fast", "normal", "slow"]) -> int:
        """Return milliseconds of a motion; 0 when motion is reduced."""
        return 0 if self.is_motion_reduced else int(self.tokens.motion[name])

    def pixmap(self, name: str, tone: str, size: int, ratio: float = 1.0) -> QPixmap:
        """Return icon ``name`` in token colour ``tone``, ``size`` px at 100 % text size."""
        return self.icons.pixmap(name, self.color(tone), self.px(size), ratio)

    def icon(self, name: str, tone: str = "text.primary", size: int = 16) -> QIcon:
        """Return icon ``name`` as a QIcon for menus and buttons."""
        return self.icons.icon(name, self.color(tone), self.px(size), self._ratio())

    # -- styling standard widgets
    def style(self, widget: QWidget, role: str = "body", *, tone: str = "", kind: str = "") -> None:
        """Give ``widget`` a font role, and the tone and kind that the style sheet knows; kept on changes.

        Words on labels are never read as markup: names and subjects come from strangers.
        """
        if isinstance(widget, QLabel):
            widget.setTextFormat(Qt.TextFormat.PlainText)
        widget.setProperty(_ROLE, role)
        widget.setFont(self.font(role))
        self._indent_numbers(widget)
        set_property(widget, "tone", tone)
        if kind:
            set_property(widget, "kind", kind)

    def set_icon(
        self, widget: QAbstractButton | QLabel, name: str, tone: str = "text.primary", size: int = 16
    ) -> None:
        """Show icon ``name`` on a button or label; it is redrawn on every change of the theme."""
        widget.setProperty(_ICON, name)
        widget.setProperty(_ICON_TONE, tone)
        widget.setProperty(_ICON_SIZE, size)
        self._refresh_icon(widget)

    # -- changing it
    def apply(
        self,
        *,
        choice: SchemeChoice | None = None,
        scale: float | None = None,
        density: Density | None = None,
        is_motion_reduced: bool | None = None,
    ) -> None:
        """Set what is given and bring the whole application to it. Call once at start without arguments.

        Raises:
            ValueError: ``scale`` is not one of the offered text sizes.
        """
        if scale is not None and scale not in tokens.SCALES:
            raise ValueError(f"text size {scale} is not one of {tokens.SCALES}")
        self.choice = choice or self.choice
        self.scale = scale or self.scale
        self.density = density or self.density
        if is_motion_reduced is not None:
            self.is_motion_reduced = is_motion_reduced
        hints = self._app.styleHints()
        if not self._is_applied:
            self._app.setStyle(QStyleFactory.create("Fusion"))
            hints.colorSchemeChanged.connect(self._on_system_changed)
            hints.accessibility().contrastPreferenceChanged.connect(self._on_contrast_changed)
            self._is_applied = True
        self._is_applying = True  # setting the scheme reports a change of the scheme
        try:
            self._bring_to()
        finally:
            self._is_applying = False
        self.changed.emit()

    def _bring_to(self) -> None:
        hints = self._app.styleHints()
        if self.choice == "system":
            hints.unsetColorScheme()
            self.scheme = "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"
        else:
            self.scheme = self.choice
            hints.setColorScheme(
                Qt.ColorScheme.Dark if self.scheme == "dark" else Qt.ColorScheme.Light
            )  # all three, or native menus and the title bar stay behind
        accessibility = hints.accessibility()
        self.is_high_contrast = accessibility.contrastPreference() == Qt.ContrastPreference.HighContrast
        colors = dict(self.tokens.colors[self.scheme])
        if self.is_high_contrast:
            colors.update(dict.fromkeys(_CONTRAST_BORDERS, colors["text.primary"]))
        self._colors = {name: QColor(value) for name, value in colors.items()}
        self._fonts.clear()
        self.icons.forget_pixmaps()
        self._app.setPalette(make_palette(colors))
        self._app.setFont(self.font("body"))
        self._app.setStyleSheet(make_sheet(colors, self.px, self.icons.file_of))
        for widget in self._app.allWidgets():
            self._refresh(widget)

    def _refresh(self, widget: QWidget) -> None:
        role = widget.property(_ROLE)
        if role:
            widget.setFont(self.font(str(role)))
            if isinstance(widget, QAbstractScrollArea):
                # A placeholder is painted with the font of the viewport, which does not follow by itself.
                widget.viewport().setFont(self.font(str(role)))
            self._indent_numbers(widget)
        if isinstance(widget, QAbstractButton | QLabel) and widget.property(_ICON):
            self._refresh_icon(widget)

    def _indent_numbers(self, widget: QWidget) -> None:
        # With arrows of our own, Qt leaves the padding of the style sheet out of number fields.
        if isinstance(widget, QAbstractSpinBox):
            field = widget.findChild(QLineEdit)
            is_padded = isinstance(widget, QDateTimeEdit) and widget.calendarPopup()
            if field is not None and not is_padded:
                field.setTextMargins(self.px(6), 0, 0, 0)

    def _refresh_icon(self, widget: QAbstractButton | QLabel) -> None:
        name, tone = str(widget.property(_ICON)), str(widget.property(_ICON_TONE))
        size = int(widget.property(_ICON_SIZE))
        if isinstance(widget, QLabel):
            widget.setPixmap(self.pixmap(name, tone, size, widget.devicePixelRatioF()))
        else:
            is_alone = str(widget.property("kind")).startswith("icon")
            gap = 0 if is_alone or not isinstance(widget, QPushButton) else self.px(3)
            widget.setIcon(self.icons.icon(name, self.color(tone), self.px(size), self._ratio(), gap))
            widget.setIconSize(QSize(self.px(size) + gap, self.px(size)))

    def _on_contrast_changed(self) -> None:
        if not self._is_applying:
            self.apply()

    def _ratio(self) -> float:
        return float(self._app.devicePixelRatio())

    def _on_system_changed(self) -> None:
        if not self._is_applying and self.choice == "system":
            self.apply()


def set_property(widget: QWidget, name: str, value: str) -> None:
    """Set a dynamic property that the style sheet selects on and re-polish the widget if it changed."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.updateGeometry()
