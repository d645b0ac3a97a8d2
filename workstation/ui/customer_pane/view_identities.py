"""Whose addresses these are: linked ones, former ones with their history, and a field for a further one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workstation.casework.customer import Customer, Identity, IdentityKind, normalise
from workstation.casework.errors import RuleViolation
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.sheet import Sheet
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import later, translate

KINDS: tuple[IdentityKind, ...] = ("email", "phone", "shop_account", "chat")
_WORDS: dict[str, tuple[str, str]] = {
    "email": later("Identities", "E-Mail"),
    "phone": later("Identities", "Telefon"),
    "shop_account": later("Identities", "Kundenkonto im Shop"),
    "chat": later("Identities", "Chat"),
}
_ICONS = {"email": "mail", "phone": "phone", "shop_account": "user", "chat": "message-circle"}


class IdentitiesSheet(Sheet):
    """Linked addresses with «Lösen», former ones below; the main button links the address typed."""

    unlink_requested = Signal(object)
    """The Identity to unlink."""
    untie_requested = Signal()
    """The case at hand came by a wrong address: take the customer off it."""

    def __init__(
        self,
        theme: Theme,
        formats: Formats,
        customer: Customer,
        people: Mapping[str, str],
        *,
        can_untie: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        title = translate("Identities", "Adressen von {name}").format(name=customer.name)
        super().__init__(theme, title, translate("Identities", "Adresse verknüpfen"), parent)
        self.setMinimumWidth(theme.px(520))
        self._formats, self._people = formats, people
        self.buttons: list[QPushButton] = []
        self._rows = QVBoxLayout()
        self._rows.setSpacing(theme.px(4))
        inside = QWidget()
        inside.setLayout(self._rows)
        area = QScrollArea()
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setMinimumHeight(theme.px(180))
        area.setAccessibleName(translate("Identities", "Adressen"))
        self.body.addWidget(area)
        self.untie = QPushButton(translate("Identities", "Dieser Fall gehört jemand anderem: Konto lösen"))
        theme.style(self.untie, "bodyMedium")
        theme.set_icon(self.untie, "unlink", "text.primary", 16)
        self.untie.setAutoDefault(False)
        self.untie.clicked.connect(self.untie_requested)
        self.untie.setVisible(can_untie)
        self.body.addWidget(self.untie)
        self._kind = QComboBox()
        for kind in KINDS:
            self._kind.addItem(translate(*_WORDS[kind]))
        self.add_field(translate("Identities", "Weitere Adresse: Art"), self._kind)
        self._value = QLineEdit()
        self._value.setMaxLength(200)
        self.add_field(translate("Identities", "Adresse oder Nummer"), self._value)
        self.back.setText(translate("Identities", "Schließen"))
        self.show_customer(customer)

    def show_customer(self, customer: Customer) -> None:
        """Show the addresses as they are now: linked ones first, former ones after them."""
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.buttons = []
        linked = [item for item in customer.identities if item.unlinked_at is None]
        former = [item for item in customer.identities if item.unlinked_at is not None]
        for identity in (*linked, *reversed(former)):
            self._rows.addWidget(self._row(identity))
        if not customer.identities:
            nothing = QLabel(translate("Identities", "Noch keine Adresse verknüpft."))
            self._theme.style(nothing, "body", tone="secondary")
            self._rows.addWidget(nothing)
        self._rows.addStretch(1)

    def _row(self, identity: Identity) -> QWidget:
        theme, is_linked = self._theme, identity.unlinked_at is None
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, theme.px(4), 0, theme.px(4))
        line.setSpacing(theme.px(10))
        icon = QLabel()
        theme.set_icon(icon, _ICONS[identity.kind], "text.secondary", 16)
        line.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(0)
        value = QLabel(identity.value)
        value.setTextFormat(Qt.TextFormat.PlainText)
        theme.style(value, "bodyMedium" if is_linked else "body", tone="" if is_linked else "secondary")
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(value)
        for text in self.history(identity):
            label = QLabel(text)
            label.setWordWrap(True)
            theme.style(label, "caption", tone="secondary")
            words.addWidget(label)
        line.addLayout(words, 1)
        if is_linked:
            button = QPushButton(translate("Identities", "Lösen"))
            theme.style(button, "bodyMedium")
            button.setAutoDefault(False)
            button.setAccessibleName(translate("Identities", "{value} lösen").format(value=identity.value))
            button.clicked.connect(lambda: self.unlink_requested.emit(identity))
            line.addWidget(button)
            self.buttons.append(button)
        return row

    def history(self, identity: Identity) -> tuple[str, ...]:
        """Return «verknüpft am … von …» and, of a former address, «gelöst am … von …»."""
        kind = translate(*_WORDS[identity.kind])
        lines = [
            translate("Identities", "{kind}, verknüpft am {day} von {who}").format(
                kind=kind,
                day=self._formats.full_day(self._formats.local(identity.linked_at).date()),
                who=self._who(identity.linked_by),
            )
        ]
        if identity.unlinked_at is not None:
            lines.append(
                translate("Identities", "gelöst am {day} von {who}").format(
                    day=self._formats.full_day(self._formats.local(identity.unlinked_at).date()),
                    who=self._who(identity.unlinked_by),
                )
            )
        return tuple(lines)

    def _who(self, person_id: str) -> str:
        return self._people.get(person_id) or translate("Identities", "Automatik")

    @property
    def kind(self) -> IdentityKind:
        """The kind of the address typed."""
        return KINDS[self._kind.currentIndex()]

    @property
    def value(self) -> str:
        """The address typed."""
        return self._value.text().strip()

    def problem(self) -> str:
        try:
            normalise(self.kind, self.value)
        except RuleViolation:
            return translate("Identities", "Das ist keine Adresse dieser Art.")
        return ""
