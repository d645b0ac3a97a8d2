"""The room of work orders: tabs for what is overdue and all, and a line for each with its acts."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from workstation.ui.shared.empty_state import EmptyState
from workstation.ui.shared.keymap import SINGLE_KEYS
from workstation.ui.shared.segmented import Segmented
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate
from workstation.ui.shared.work_row import WorkOrderRow
from workstation.ui.work_orders.view_model import WorkOrdersViewModel

_WIDEST = 920


class WorkOrdersView(QFrame):
    """``place_wanted`` carries the id of the case to show. At most as many lines as the model gives."""

    place_wanted = Signal(str)

    def __init__(self, theme: Theme, model: WorkOrdersViewModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model
        self.setProperty("surface", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty(SINGLE_KEYS, True)
        px = theme.px
        outer = QVBoxLayout(self)
        outer.setContentsMargins(px(20), px(16), px(20), 0)
        outer.setSpacing(px(12))
        title = QLabel(translate("WorkOrders", "Aufträge"))
        theme.style(title, "h1")
        outer.addWidget(title)
        about = QLabel(
            translate(
                "WorkOrders",
                "Was Menschen noch tun und bestätigen müssen. Geld ist nach einem Arbeitstag überfällig.",
            )
        )
        about.setWordWrap(True)
        theme.style(about, "body", tone="secondary")
        outer.addWidget(about)
        self.tabs = Segmented(theme)
        self.tabs.setAccessibleName(translate("WorkOrders", "Welche Aufträge"))
        self.tabs.chosen.connect(lambda key: model.choose("overdue" if key == "overdue" else "all"))
        outer.addWidget(self.tabs, 0, Qt.AlignmentFlag.AlignLeft)
        self.cut = QLabel()
        self.cut.setWordWrap(True)
        theme.style(self.cut, "caption", tone="secondary")
        outer.addWidget(self.cut)
        self._empty = EmptyState(theme)
        outer.addWidget(self._empty, 1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setAccessibleName(translate("WorkOrders", "Offene Aufträge"))
        inside = QWidget()
        inside.setProperty("surface", "panel")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        side = QHBoxLayout(inside)
        side.setContentsMargins(0, 0, 0, 0)
        self._column = column = QWidget()
        self._box = QVBoxLayout(column)
        self._box.setContentsMargins(0, 0, 0, px(16))
        self._box.setSpacing(0)
        side.addWidget(column, 1)
        side.addStretch(0)
        self.area.setWidget(inside)
        outer.addWidget(self.area, 1)
        self.rows: list[WorkOrderRow] = []
        model.rows_changed.connect(self.show_rows)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _on_theme_changed(self) -> None:
        """Another text size gives the lines other widths: they are built anew."""
        self._column.setMaximumWidth(self._theme.px(_WIDEST))
        self._show(is_anew=True)

    def show_rows(self) -> None:
        """Build the lines anew; the focus goes to the button that took the place of the one that had it."""
        self._show(is_anew=False)

    def _show(self, *, is_anew: bool) -> None:
        model = self._model
        wanted = model.rows()
        self.tabs.show_items(
            [
                ("all", translate("WorkOrders", "Alle"), model.count),
                ("overdue", translate("WorkOrders", "Überfällig"), model.overdue),
            ]
        )
        self.tabs.choose(model.shown)
        self.cut.setText(
            translate(
                "WorkOrders",
                "Gezeigt werden höchstens {count}: was Geld ist, vor allem anderen, sonst das Älteste.",
            ).format(count=model.most)
        )
        self.cut.setVisible(model.is_cut)
        if not is_anew and self.rows and [row.work for row in self.rows] == list(wanted):
            for row in self.rows:
                row.release()
            return
        place = next((n for n, row in enumerate(self.rows) if row.isAncestorOf(_focus_of(self))), -1)
        self._clear()
        for work in wanted:
            row = WorkOrderRow(self._theme, work)
            row.confirmed.connect(model.confirm)
            row.place_wanted.connect(lambda one: self.place_wanted.emit(model.case_of(one)))
            row.stand_alone()
            self.rows.append(row)
            self._box.addWidget(row)
        self._box.addStretch(1)
        is_empty = not self.rows
        if is_empty and model.is_loaded:
            self._say_empty()
        self._empty.setVisible(is_empty and model.is_loaded)
        self.area.setVisible(not is_empty)
        buttons = self._buttons_from(place) if place >= 0 else []
        if buttons:
            buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_empty(self) -> None:
        if self._model.count:
            title = translate("WorkOrders", "Nichts überfällig")
            text = translate("WorkOrders", "Was noch zu tun ist, steht unter «Alle».")
        else:
            title = translate("WorkOrders", "Nichts offen")
            text = translate("WorkOrders", "Alles, was Menschen tun mussten, ist bestätigt.")
        self._empty.show_words("circle-check", title, text)

    def _buttons_from(self, place: int) -> list[QPushButton]:
        rows = [*self.rows[place:], *reversed(self.rows[:place])]
        found = [*(row.button for row in rows), *(row.place for row in rows)]
        return [button for button in found if button is not None]

    def begin(self) -> None:
        """Take the focus: the first button, or the tabs."""
        first = self._buttons_from(0)
        (first[0] if first else self.tabs.buttons[0]).setFocus(Qt.FocusReason.OtherFocusReason)

    def _clear(self) -> None:
        self.rows = []
        while (item := self._box.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()


def _focus_of(widget: QWidget) -> QWidget:
    return widget.window().focusWidget() or widget
