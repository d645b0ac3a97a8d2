"""The sheet of somebody who wants to leave while acts wait: what happens to them, and a copy first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from workstation.ui.shared.eliding_label import ElidingLabel
from workstation.ui.shared.sheet import Sheet
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate

_SHOWN = 5


def _files_words() -> str:
    return translate(
        "Leaving",
        "Antworten mit Anhang lassen sich nicht zurückholen: Die Dateien stehen nicht in der Kopie. Sie "
        "gehen nur von diesem Computer raus; an einem anderen schreibst du sie neu.",
    )


class LeavingSheet(Sheet):
    """``copy_wanted`` asks for a copy; only with one written can one leave."""

    copy_wanted = Signal()
    send_wanted = Signal()

    def __init__(
        self, theme: Theme, acts: Sequence[str], parent: QWidget, *, has_files: bool = False
    ) -> None:
        title = (
            translate("Leaving", "1 Vorgang ist noch nicht gesendet")
            if len(acts) == 1
            else translate("Leaving", "{count} Vorgänge sind noch nicht gesendet").format(count=len(acts))
        )
        super().__init__(theme, title, translate("Leaving", "Trotzdem abmelden"), parent)
        for act in acts[:_SHOWN]:
            self.body.addWidget(ElidingLabel(theme, act, role="bodyMedium"))
        if len(acts) > _SHOWN:
            rest = translate("Leaving", "und {count} weitere").format(count=len(acts) - _SHOWN)
            self.body.addWidget(self._words(rest, tone="secondary"))
        self.body.addWidget(
            self._words(
                translate(
                    "Leaving",
                    "Sie bleiben auf diesem Computer und gehen raus, sobald sich hier wieder jemand anmeldet "
                    "und der Hub da ist. Sichere vorher eine Kopie: Mit ihr kannst du sie auch an einem "
                    "anderen Computer zurückholen. Doppelt ausgeführt wird dabei nichts.",
                )
            )
        )
        if has_files:
            self.body.addWidget(self._words(_files_words()))
        self.body.addWidget(
            self._words(
                translate(
                    "Leaving",
                    "Die Datei ist lesbar und enthält, was Kunden geschrieben haben. Bewahre sie sicher auf.",
                ),
                tone="secondary",
            )
        )
        self.copy_button = QPushButton(translate("Leaving", "Kopie sichern …"))
        theme.style(self.copy_button, "bodyMedium")
        theme.set_icon(self.copy_button, "download", "text.primary", 16)
        self.copy_button.clicked.connect(self.copy_wanted.emit)
        self.send_button = QPushButton(translate("Leaving", "Jetzt senden"))
        theme.style(self.send_button, "bodyMedium")
        theme.set_icon(self.send_button, "send", "text.primary", 16)
        self.send_button.clicked.connect(self.send_wanted.emit)
        self.body.addWidget(self.copy_button)
        self.body.addWidget(self.send_button)
        self._written = self._words("", tone="go")
        self._written.hide()
        self.body.addWidget(self._written)
        self.main.setEnabled(False)
        self.copy_button.setFocus()

    def _words(self, words: str, *, tone: str = "") -> QLabel:
        label = QLabel(words)
        label.setWordWrap(True)
        if tone:
            self._theme.style(label, "body", tone=tone)
        else:
            self._theme.style(label, "body")
        return label

    def show_written(self, place: str) -> None:
        """A copy lies at ``place``: now one may leave."""
        self.show_problem("")
        self._written.setText(translate("Leaving", "Gesichert: {place}").format(place=place))
        self._written.setAccessibleName(self._written.text())
        self._written.show()
        self.main.setEnabled(True)
        self.main.setFocus()
        self._fit()

    def show_unwritten(self, sentence: str) -> None:
        """It did not work; one may not leave yet."""
        self._written.hide()
        self.main.setEnabled(False)
        self.show_problem(sentence)
        self._fit()

    def _fit(self) -> None:
        """Grow with the sentence that has come; others would be cut."""
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.resize(self.width(), max(self.height(), layout.totalHeightForWidth(self.width())))
