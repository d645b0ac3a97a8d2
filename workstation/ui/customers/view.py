"""The room of customers: a field, a list, and the history of the one chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from workstation.ui.customers.view_model import CustomersViewModel
from workstation.ui.shared.keymap import SINGLE_KEYS
from workstation.ui.shared.text_field import SearchField
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate


class CustomersView(QFrame):
    """``pane`` is a customer pane of its own; ``chosen`` carries the customer's id."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, model: CustomersViewModel, pane: QWidget) -> None:
        super().__init__()
        self._model = model
        self._theme = theme
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        left = QFrame()
        left.setProperty("surface", "panel")
        left.setProperty("line", "right")
        left.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        left.setFixedWidth(theme.px(380))
        column = QVBoxLayout(left)
        column.setContentsMargins(theme.px(20), theme.px(16), theme.px(20), theme.px(16))
        column.setSpacing(theme.px(12))
        title = QLabel(translate("Customers", "Kunden"))
        theme.style(title, "h1")
        column.addWidget(title)
        self.field = SearchField(theme, translate("Customers", "Name, Adresse, Nummer oder Bestellung"))
        self.field.text_changed.connect(model.set_text)
        column.addWidget(self.field)
        self.list = QListWidget()
        theme.style(self.list, "body")
        self.list.setAccessibleName(translate("Customers", "Gefundene Kunden"))
        self.list.setProperty(SINGLE_KEYS, True)
        self.list.currentItemChanged.connect(self._on_current)
        column.addWidget(self.list, 1)
        self._nothing = QLabel()
        self._nothing.setWordWrap(True)
        theme.style(self._nothing, "body", tone="secondary")
        self._nothing.hide()
        column.addWidget(self._nothing)
        row.addWidget(left)
        middle = QVBoxLayout()
        middle.setContentsMargins(0, 0, 0, 0)
        pane.setMaximumWidth(theme.px(760))
        middle.addWidget(pane)
        row.addLayout(middle, 1)
        model.hits_changed.connect(self._on_hits)

    def _on_hits(self) -> None:
        kept = self.list.currentItem()
        current = str(kept.data(Qt.ItemDataRole.UserRole)) if kept is not None else ""
        self.list.blockSignals(True)
        self.list.clear()
        for hit in self._model.hits:
            item = QListWidgetItem(f"{hit.title}\n{hit.meta}" if hit.meta else hit.title)
            item.setData(Qt.ItemDataRole.UserRole, hit.customer_id or hit.entity_id)
            self.list.addItem(item)
            if item.data(Qt.ItemDataRole.UserRole) == current:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        hint = translate("Customers", "Gib einen Namen, eine Adresse oder eine Nummer ein.")
        none = translate("Customers", "Niemand gefunden. Prüfe die Schreibweise.")
        self._nothing.setText(none if self._model.text else hint)
        self._nothing.setVisible(not self._model.hits)
        if self.list.currentItem() is None and self.list.count():
            self.list.setCurrentRow(0)

    def _on_current(self, item: QListWidgetItem | None, before: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))

    def select(self, customer_id: str) -> None:
        """Show one customer, whether or not the list has it."""
        self.chosen.emit(customer_id)
