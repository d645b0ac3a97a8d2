"""The sheets before work: what kind of start, where the key lies, which hub, and who signs in."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workstation.ui.shared.text_field import TextField
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate


class _Page(QWidget):
    """A title, a sentence, fields, buttons."""

    def __init__(self, theme: Theme, title: str, text: str) -> None:
        super().__init__()
        self.theme = theme
        self.box = QVBoxLayout(self)
        self.box.setContentsMargins(theme.px(32), theme.px(28), theme.px(32), theme.px(28))
        self.box.setSpacing(theme.px(12))
        heading = QLabel(title)
        heading.setWordWrap(True)
        theme.style(heading, "display")
        self.box.addWidget(heading)
        self.text = QLabel(text)
        self.text.setWordWrap(True)
        theme.style(self.text, "reading", tone="secondary")
        self.text.setVisible(bool(text))
        self.box.addWidget(self.text)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        theme.style(self.problem, "body", tone="danger")
        self.problem.hide()

    def field(self, words: str, *, is_secret: bool = False, text: str = "") -> TextField:
        """Add a field."""
        field = TextField(self.theme, words)
        if is_secret:
            field.edit.setEchoMode(QLineEdit.EchoMode.Password)
        field.set_text(text)
        self.box.addWidget(field)
        return field

    def buttons(self, main: str, back: str = "") -> tuple[QPushButton, QPushButton]:
        """Add the problem line and the buttons; an empty word leaves the way back out."""
        self.box.addWidget(self.problem)
        row = QHBoxLayout()
        second = QPushButton(back)
        self.theme.style(second, "bodyMedium", kind="ghost")
        second.setVisible(bool(back))
        first = QPushButton(main)
        self.theme.style(first, "bodyStrong", kind="primary")
        row.addWidget(second)
        row.addStretch(1)
        row.addWidget(first)
        self.box.addSpacing(self.theme.px(8))
        self.box.addLayout(row)
        self.box.addStretch(1)
        return first, second

    def say(self, sentence: str) -> None:
        """Say what went wrong."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))


class SignInView(QFrame):
    """Covers the rooms until somebody has signed in; drafts and the queue stay as they are below it."""

    demo_chosen = Signal()
    firm_created = Signal(str, str, str, str)
    """Firm, name, login, password."""
    hub_chosen = Signal(str)
    signed_in = Signal(str, str)
    asked_again = Signal()
    autostart_chosen = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("surface", "app")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        row = QHBoxLayout()
        row.addStretch(1)
        card = QFrame()
        card.setProperty("surface", "card")
        card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        card.setFixedWidth(theme.px(480))
        inside = QVBoxLayout(card)
        inside.setContentsMargins(0, 0, 0, 0)
        self._pages = QStackedWidget()
        inside.addWidget(self._pages)
        row.addWidget(card)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(3)
        self._first = self._make_first()
        self._firm = self._make_firm()
        self._hub = self._make_hub()
        self._waiting = self._make_waiting()
        self._who = self._make_who()
        self._busy = _Page(theme, translate("SignIn", "Einen Augenblick"), "")
        self._busy.box.addStretch(1)
        for page in (self._first, self._firm, self._hub, self._waiting, self._who, self._busy):
            self._pages.addWidget(page)

    # -- pages
    def _make_first(self) -> _Page:
        page = _Page(
            self._theme,
            translate("SignIn", "Willkommen"),
            translate("SignIn", "Wie möchtest du beginnen?"),
        )
        for icon, title, text, act in (
            (
                "sparkles",
                translate("SignIn", "Ausprobieren"),
                translate(
                    "SignIn", "Mit Beispieldaten einer Bäckerei. Nichts davon verlässt diesen Computer."
                ),
                self.demo_chosen.emit,
            ),
            (
                "monitor",
                translate("SignIn", "Auf diesem Computer arbeiten"),
                translate("SignIn", "Alles liegt verschlüsselt hier. Gut für einen Arbeitsplatz."),
                lambda: self._show(self._firm),
            ),
            (
                "server",
                translate("SignIn", "Mit einem Hub verbinden"),
                translate("SignIn", "Für Teams: die Adresse bekommst du von deiner Leitung."),
                lambda: self._show(self._hub),
            ),
        ):
            page.box.addWidget(self._card(icon, title, text, act))
        page.box.addWidget(page.problem)
        page.box.addStretch(1)
        return page

    def _card(self, icon: str, title: str, text: str, act: object) -> QPushButton:
        theme = self._theme
        button = QPushButton()
        theme.style(button, "body", kind="card")
        button.setMinimumHeight(theme.px(72))
        button.setAccessibleName(title)
        button.setAccessibleDescription(text)
        row = QHBoxLayout(button)
        row.setContentsMargins(theme.px(14), theme.px(10), theme.px(14), theme.px(10))
        row.setSpacing(theme.px(14))
        picture = QLabel()
        theme.set_icon(picture, icon, "accent.text", 20)
        row.addWidget(picture)
        words = QVBoxLayout()
        words.setSpacing(theme.px(2))
        first, second = QLabel(title), QLabel(text)
        theme.style(first, "h3")
        theme.style(second, "caption", tone="secondary")
        second.setWordWrap(True)
        words.addWidget(first)
        words.addWidget(second)
        row.addLayout(words, 1)
        for part in (picture, first, second):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        button.clicked.connect(act)
        return button

    def _make_firm(self) -> _Page:
        page = _Page(
            self._theme,
            translate("SignIn", "Deine Firma"),
            translate("SignIn", "Der Hub läuft auf diesem Computer und startet von selbst mit."),
        )
        firm = page.field(translate("SignIn", "Name der Firma"))
        name = page.field(translate("SignIn", "Dein Name"))
        login = page.field(translate("SignIn", "Anmeldename"))
        secret = page.field(translate("SignIn", "Kennwort, mindestens 10 Zeichen"), is_secret=True)
        autostart = QCheckBox(translate("SignIn", "Hub beim Anmelden am Computer starten"))
        self._theme.style(autostart, "body")
        page.box.addWidget(autostart)
        main, back = page.buttons(translate("SignIn", "Anlegen"), translate("SignIn", "Zurück"))
        back.clicked.connect(lambda: self._show(self._first))

        def create() -> None:
            empty = next((field for field in (firm, name, login) if not field.text()), None)
            if empty is not None:
                page.say(translate("SignIn", "Bitte fülle alle Felder aus."))
                empty.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            elif len(secret.edit.text()) < 10:
                page.say(translate("SignIn", "Das Kennwort braucht mindestens 10 Zeichen."))
                secret.edit.setFocus(Qt.FocusReason.OtherFocusReason)
            else:
                page.say("")
                self.autostart_chosen.emit(autostart.isChecked())
                self.firm_created.emit(firm.text(), name.text(), login.text(), secret.edit.text())

        main.clicked.connect(create)
        for here, following in pairwise((firm, name, login, secret)):
            here.edit.returnPressed.connect(following.edit.setFocus)
        secret.edit.returnPressed.connect(main.click)
        return page

    def _make_hub(self) -> _Page:
        page = _Page(self._theme, translate("SignIn", "Mit einem Hub verbinden"), "")
        address = page.field(translate("SignIn", "Adresse, zum Beispiel https://hub.firma.example"))
        main, back = page.buttons(translate("SignIn", "Verbinden"), translate("SignIn", "Zurück"))
        back.clicked.connect(lambda: self._show(self._first))
        main.clicked.connect(lambda: self.hub_chosen.emit(address.text()))
        address.edit.returnPressed.connect(main.click)
        return page

    def _make_waiting(self) -> _Page:
        page = _Page(self._theme, translate("SignIn", "Dieses Gerät wartet auf Freigabe"), "")
        self._code = QLabel()
        self._theme.style(self._code, "counterDisplay")
        self._code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._code.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        page.box.addWidget(self._code)
        main, _back = page.buttons(translate("SignIn", "Noch einmal fragen"))
        main.clicked.connect(self.asked_again)
        return page

    def _make_who(self) -> _Page:
        page = _Page(self._theme, translate("SignIn", "Anmelden"), "")
        self._login = page.field(translate("SignIn", "Anmeldename"))
        self._secret = page.field(translate("SignIn", "Kennwort"), is_secret=True)
        main, _back = page.buttons(translate("SignIn", "Anmelden"))
        main.clicked.connect(lambda: self.signed_in.emit(self._login.text(), self._secret.edit.text()))
        self._secret.edit.returnPressed.connect(main.click)
        self._login.edit.returnPressed.connect(lambda: self._secret.edit.setFocus())
        return page

    # -- showing
    def _show(self, page: QWidget) -> None:
        for each in range(self._pages.count()):
            # Only the page shown asks for room: the card is as high as it needs to be.
            other = self._pages.widget(each)
            rule = QSizePolicy.Policy.Preferred if other is page else QSizePolicy.Policy.Ignored
            if other is not None:
                other.setSizePolicy(QSizePolicy.Policy.Preferred, rule)
        self._pages.setCurrentWidget(page)
        for field in page.findChildren(QLineEdit):
            field.setFocus(Qt.FocusReason.OtherFocusReason)
            break

    def show_first_run(self) -> None:
        """The three ways to begin."""
        self._show(self._first)

    def show_waiting(self, code: str, firm: str) -> None:
        """The device waits for its approval."""
        self._code.setText(code)
        self._waiting.text.setText(
            translate(
                "SignIn", "Gib {firm} diesen Code. Freigegeben wird mit «workstation-hub devices approve»."
            ).format(firm=firm or translate("SignIn", "deiner Leitung"))
        )
        self._waiting.text.show()
        self._show(self._waiting)

    def show_sign_in(self, firm: str, login: str, *, is_expired: bool) -> None:
        """Ask for name and password."""
        words = firm
        if is_expired:
            words = translate(
                "SignIn", "Deine Anmeldung ist abgelaufen. Entwürfe und Ausgang bleiben, wie sie sind."
            )
        self._who.text.setText(words)
        self._who.text.setVisible(bool(words))
        if login:
            self._login.set_text(login)
        self._secret.set_text("")
        self._who.say("")
        self._show(self._who)
        if login:
            self._secret.edit.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_busy(self, words: str) -> None:
        """Something is being prepared."""
        self._busy.text.setText(words)
        self._busy.text.show()
        self._show(self._busy)

    def current_page(self) -> object:
        """Return the page shown, for :meth:`back_to`."""
        return self._pages.currentWidget()

    @property
    def is_asking_who(self) -> bool:
        """Whether name and password are asked for now."""
        return self._pages.currentWidget() is self._who

    def back_to(self, page: object, sentence: str) -> None:
        """Go back to ``page`` and say there what went wrong."""
        if isinstance(page, _Page):
            self._show(page)
            page.say(sentence)
