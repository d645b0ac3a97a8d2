"""The sheets of a case: put off, assign, promise, log a call, write first, recipients, why, tie an order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from PySide6.QtCore import QDateTime, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDateTimeEdit,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from workstation.casework.customer import normalise
from workstation.casework.errors import RuleViolation
from workstation.casework.people import Person
from workstation.casework.records import Order
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.sheet import Sheet
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate

_SUNDAY = 6


def _moment_field(theme: Theme, formats: Formats, start: datetime) -> QDateTimeEdit:
    field = QDateTimeEdit()
    theme.style(field, "body")
    field.setCalendarPopup(True)
    field.setDisplayFormat("dd.MM.yyyy HH:mm" if formats.language == "de" else "d MMM yyyy HH:mm")
    field.setDateTime(QDateTime.fromSecsSinceEpoch(int(start.timestamp())))
    return field


def _moment_of(field: QDateTimeEdit, like: datetime) -> datetime:
    return datetime.fromtimestamp(field.dateTime().toSecsSinceEpoch(), tz=like.tzinfo)


def later_times(now: datetime, formats: Formats) -> tuple[tuple[str, datetime], ...]:
    """Return the usual times to come back to something: (word, aware UTC)."""
    local = formats.local(now)
    nine = local.replace(hour=9, minute=0, second=0, microsecond=0)
    monday = nine + timedelta(days=(7 - local.weekday()) or 7)
    times = [
        (translate("Snooze", "In einer Stunde"), now + timedelta(hours=1)),
        (translate("Snooze", "Morgen 9 Uhr"), (nine + timedelta(days=1)).astimezone(now.tzinfo)),
    ]
    if local.weekday() != _SUNDAY:  # on a Sunday tomorrow is that Monday
        times.append((translate("Snooze", "Montag 9 Uhr"), monday.astimezone(now.tzinfo)))
    four = local.replace(hour=16, minute=0, second=0, microsecond=0)
    if local < four - timedelta(hours=1):
        times.insert(1, (translate("Snooze", "Heute 16 Uhr"), four.astimezone(now.tzinfo)))
    return tuple(times)


class SnoozeSheet(Sheet):
    """Asks until when; a preset is one click."""

    def __init__(
        self,
        theme: Theme,
        formats: Formats,
        now: datetime,
        parent: QWidget | None = None,
        title: str = "",
    ) -> None:
        title = title or translate("Snooze", "Wiedervorlage")
        super().__init__(theme, title, translate("Snooze", "Zurückstellen"), parent)
        self._now = now
        self.until = now
        for word, at in later_times(now, formats):
            button = QPushButton(f"{word}  ·  {formats.moment(at, now)}")
            theme.style(button, "body")
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, chosen=at: self._take(chosen))
            self.body.addWidget(button)
        self._field = _moment_field(theme, formats, now + timedelta(days=1))
        self.add_field(translate("Snooze", "Oder genau"), self._field)

    def _take(self, at: datetime) -> None:
        self.until = at
        self.accept()

    def problem(self) -> str:
        self.until = _moment_of(self._field, self._now)
        if self.until <= self._now:
            return translate("Snooze", "Dieser Zeitpunkt ist schon vorbei.")
        return ""


class AssignSheet(Sheet):
    """A list of people; Enter takes the marked one."""

    def __init__(
        self,
        theme: Theme,
        people: Sequence[Person],
        me: str,
        current: str,
        parent: QWidget | None = None,
        title: str = "",
    ) -> None:
        title = title or translate("Assign", "Fall zuweisen")
        super().__init__(theme, title, translate("Assign", "Zuweisen"), parent)
        self._list = QListWidget()
        theme.style(self._list, "body")
        self._list.setAccessibleName(translate("Assign", "Mitarbeitende"))
        mine = [person for person in people if person.person_id == me]
        others = sorted((p for p in people if p.person_id != me), key=lambda person: person.name.casefold())
        rows = [(p.person_id, translate("Assign", "{name} (ich)").format(name=p.name)) for p in mine]
        rows += [(p.person_id, p.name) for p in others if p.is_active]
        rows.append(("", translate("Assign", "Niemand, zurück ins Team")))
        for key, word in rows:
            item = QListWidgetItem(word)
            item.setData(Qt.ItemDataRole.UserRole, key)
            self._list.addItem(item)
            if key == current:
                self._list.setCurrentItem(item)
        if self._list.currentItem() is None:
            self._list.setCurrentRow(0)
        self._list.itemActivated.connect(lambda _item: self.accept())
        self.body.addWidget(self._list)
        self._list.setFocus()

    @property
    def person_id(self) -> str:
        """The person chosen; empty for nobody."""
        item = self._list.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""


class PromiseSheet(Sheet):
    """What is promised and until when."""

    KINDS: tuple[Literal["call_back", "answer", "deliver", "other"], ...] = (
        "call_back",
        "answer",
        "deliver",
        "other",
    )

    def __init__(self, theme: Theme, formats: Formats, now: datetime, parent: QWidget | None = None) -> None:
        super().__init__(
            theme, translate("Promise", "Zusage machen"), translate("Promise", "Zusage festhalten"), parent
        )
        self._now = now
        self._what = QComboBox()
        for word in (
            translate("Promise", "Rückruf"),
            translate("Promise", "Antwort"),
            translate("Promise", "Lieferung"),
            translate("Promise", "Etwas anderes"),
        ):
            self._what.addItem(word)
        self.add_field(translate("Promise", "Was"), self._what)
        self._until = _moment_field(theme, formats, now + timedelta(hours=2))
        self.add_field(translate("Promise", "Bis"), self._until)
        self._note = QLineEdit()
        self._note.setMaxLength(200)
        self.add_field(translate("Promise", "Anmerkung, nur intern"), self._note)

    @property
    def what(self) -> Literal["call_back", "answer", "deliver", "other"]:
        """The kind of promise."""
        return self.KINDS[self._what.currentIndex()]

    @property
    def due_at(self) -> datetime:
        """Until when, aware UTC."""
        return _moment_of(self._until, self._now)

    @property
    def note(self) -> str:
        """The remark."""
        return self._note.text().strip()

    def problem(self) -> str:
        if self.due_at <= self._now:
            return translate("Promise", "Dieser Zeitpunkt ist schon vorbei.")
        return ""


class CallSheet(Sheet):
    """A phone call that took place."""

    def __init__(self, theme: Theme, address: str, *, is_new: bool, parent: QWidget | None = None) -> None:
        super().__init__(
            theme, translate("Call", "Anruf festhalten"), translate("Call", "Festhalten"), parent
        )
        self._is_new = is_new
        self._number = QLineEdit(address)
        self._subject = QLineEdit()
        self._name = QLineEdit()
        if is_new:
            self.add_field(translate("Call", "Telefonnummer"), self._number)
            self.add_field(translate("Call", "Name"), self._name)
            self.add_field(translate("Call", "Worum geht es?"), self._subject)
        self._direction = QComboBox()
        for word in (translate("Call", "Kunde hat angerufen"), translate("Call", "Wir haben angerufen")):
            self._direction.addItem(word)
        self.add_field(translate("Call", "Richtung"), self._direction)
        self._reached = QComboBox()
        for word in (translate("Call", "Gesprochen"), translate("Call", "Nicht erreicht")):
            self._reached.addItem(word)
        self.add_field(translate("Call", "Ergebnis"), self._reached)
        self._minutes = QSpinBox()
        self._minutes.setRange(0, 600)
        self._minutes.setValue(3)
        self._minutes.setSuffix(" min")
        self.add_field(translate("Call", "Dauer"), self._minutes)
        self._text = QPlainTextEdit()
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(theme.px(96))
        self.add_field(translate("Call", "Was wurde besprochen?"), self._text)
        self._reached.currentIndexChanged.connect(self._on_reached)

    def _on_reached(self) -> None:
        """Where nobody was reached it was we who called, nothing lasted, and nothing has to be told."""
        self._minutes.setEnabled(self.is_reached)
        self._text.setPlaceholderText(
            "" if self.is_reached else translate("Call", "Nur wenn es etwas zu sagen gibt")
        )
        if not self.is_reached:
            self._direction.setCurrentIndex(1)

    @property
    def number(self) -> str:
        """Phone number as entered."""
        return self._number.text().strip()

    @property
    def name(self) -> str:
        """Name of the caller."""
        return self._name.text().strip()

    @property
    def subject(self) -> str:
        """What it was about."""
        return self._subject.text().strip()

    @property
    def direction(self) -> Literal["in", "out"]:
        """``in`` or ``out``."""
        return "in" if self._direction.currentIndex() == 0 else "out"

    @property
    def is_reached(self) -> bool:
        """True when somebody spoke with the customer."""
        return self._reached.currentIndex() == 0

    @property
    def duration_s(self) -> int:
        """Length in seconds; 0 when nobody was reached."""
        return self._minutes.value() * 60 if self.is_reached else 0

    @property
    def text(self) -> str:
        """What was said."""
        return self._text.toPlainText().strip()

    def problem(self) -> str:
        if self._is_new:
            if not self.subject:
                return translate("Call", "Bitte sage mit ein paar Wörtern, worum es geht.")
            try:
                normalise("phone", self.number)
            except RuleViolation:
                return translate("Call", "Das ist keine Telefonnummer.")
        if self.is_reached and not self.text:
            return translate("Call", "Bitte halte fest, was besprochen wurde.")
        return ""


class NewMailSheet(Sheet):
    """A mail we write first: it opens a case, the text is written in its composer."""

    def __init__(self, theme: Theme, address: str = "", parent: QWidget | None = None) -> None:
        super().__init__(
            theme, translate("NewMail", "Neue E-Mail"), translate("NewMail", "Weiter zum Text"), parent
        )
        self._address = QLineEdit(address)
        self._address.setPlaceholderText(translate("NewMail", "name@beispiel.de"))
        self.add_field(translate("NewMail", "An"), self._address)
        self._name = QLineEdit()
        self.add_field(translate("NewMail", "Name (wenn bekannt)"), self._name)
        self._subject = QLineEdit()
        self._subject.setMaxLength(200)
        self.add_field(translate("NewMail", "Betreff"), self._subject)
        self._language = QComboBox()
        for word in (translate("NewMail", "Deutsch"), translate("NewMail", "Englisch")):
            self._language.addItem(word)
        self.add_field(translate("NewMail", "Sprache"), self._language)

    @property
    def address(self) -> str:
        """The recipient."""
        return self._address.text().strip()

    @property
    def name(self) -> str:
        """The recipient's name, if known."""
        return self._name.text().strip()

    @property
    def subject(self) -> str:
        """The subject."""
        return " ".join(self._subject.text().split())

    @property
    def language(self) -> Literal["de", "en"]:
        """``de`` or ``en``."""
        return "de" if self._language.currentIndex() == 0 else "en"

    def problem(self) -> str:
        if not is_mail_address(self.address):
            return translate("NewMail", "Das ist keine E-Mail-Adresse.")
        if not self.subject:
            return translate("NewMail", "Bitte gib einen Betreff an.")
        return ""


class RecipientSheet(Sheet):
    """Who gets the answer: known addresses offered, others typed, one a line; copies apart."""

    def __init__(
        self,
        theme: Theme,
        to: Sequence[str],
        cc: Sequence[str],
        parent: QWidget | None = None,
        others: Sequence[str] = (),
    ) -> None:
        super().__init__(
            theme, translate("Recipient", "Empfänger"), translate("Recipient", "Übernehmen"), parent
        )
        self._to = QPlainTextEdit("\n".join(to))
        self._to.setTabChangesFocus(True)
        self._to.setFixedHeight(theme.px(72))
        self.add_field(translate("Recipient", "An (eine Adresse je Zeile)"), self._to)
        self._cc = QPlainTextEdit("\n".join(cc))
        self._cc.setTabChangesFocus(True)
        self._cc.setFixedHeight(theme.px(56))
        self.add_field(translate("Recipient", "Kopie"), self._cc)
        missing = [address for address in others if address not in (*to, *cc)]
        self.all_button = QPushButton(
            translate("Recipient", "Allen antworten: {names}").format(names=", ".join(missing[:3]))
        )
        theme.style(self.all_button, "bodyMedium")
        self.all_button.setAutoDefault(False)
        self.all_button.setVisible(bool(missing))
        self.all_button.clicked.connect(lambda: self._cc.setPlainText("\n".join((*self.cc, *missing))))
        self.all_button.clicked.connect(self.all_button.hide)
        self.body.addWidget(self.all_button)

    @property
    def to(self) -> tuple[str, ...]:
        """Recipients."""
        return tuple(line.strip() for line in self._to.toPlainText().splitlines() if line.strip())

    @property
    def cc(self) -> tuple[str, ...]:
        """Copies."""
        return tuple(line.strip() for line in self._cc.toPlainText().splitlines() if line.strip())

    def problem(self) -> str:
        if not self.to:
            return translate("Recipient", "Mindestens ein Empfänger wird gebraucht.")
        for address in (*self.to, *self.cc):
            if not is_mail_address(address):
                return translate("Recipient", "«{address}» ist keine E-Mail-Adresse.").format(address=address)
        return ""


class ReasonSheet(Sheet):
    """One line why, where the rule asks for it; what the case says stands there already."""

    LONGEST = 200

    def __init__(self, theme: Theme, what: str, known: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, what, translate("Reason", "Weiter"), parent)
        self._line = QLineEdit(known)
        self._line.setMaxLength(self.LONGEST)
        self._line.selectAll()
        self.add_field(translate("Reason", "Warum? Eine Zeile, nur intern"), self._line)
        self._line.setFocus()

    @property
    def text(self) -> str:
        """The reason, without blanks at its ends."""
        return " ".join(self._line.text().split())

    def problem(self) -> str:
        return "" if self.text else translate("Reason", "Deine Regel verlangt hier einen Grund.")


class OrderSheet(Sheet):
    """Which order the matter is about."""

    def __init__(
        self,
        theme: Theme,
        formats: Formats,
        orders: Sequence[Order],
        current: str,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(theme, translate("Tie", "Bestellung zuordnen"), translate("Tie", "Zuordnen"), parent)
        self._list = QListWidget()
        theme.style(self._list, "body")
        self._list.setAccessibleName(translate("Tie", "Bestellungen"))
        for order in sorted(orders, key=lambda item: item.placed_at, reverse=True):
            names = ", ".join(line.name for line in order.lines[:3])
            head = (order.number, formats.full_day(order.placed_at.date()), formats.money(order.total))
            item = QListWidgetItem("  ·  ".join(head) + f"\n{names}")
            item.setData(Qt.ItemDataRole.UserRole, order.order_id)
            self._list.addItem(item)
            if order.order_id == current:
                self._list.setCurrentItem(item)
        if self._list.currentItem() is None and self._list.count():
            self._list.setCurrentRow(0)
        self._list.itemActivated.connect(lambda _item: self.accept())
        self.body.addWidget(self._list)

    @property
    def order_id(self) -> str:
        """The order chosen."""
        item = self._list.currentItem()
        return str(item.data(Qt.ItemDataRole.UserRole)) if item is not None else ""

    def problem(self) -> str:
        if not self.order_id:
            return translate("Tie", "Zu diesem Kunden ist keine Bestellung bekannt.")
        return ""


def is_mail_address(text: str) -> bool:
    """Tell whether ``text`` can be an address we send to: one @, a dotted domain, no blanks or brackets."""
    local, at, domain = text.strip().rpartition("@")
    if not (local and at and "." in domain) or domain.startswith(".") or domain.endswith("."):
        return False
    return not any(character.isspace() or character in '<>(),;:"[]\\' for character in text.strip())
