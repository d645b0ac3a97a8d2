"""The report of a fault of this program: said plainly, with what helps to find it, ready to copy."""

from __future__ import annotations

import traceback

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QWidget

from workstation.ui.shared.sheet import Sheet
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate


class BugSheet(Sheet):
    """``name`` is the task that failed."""

    def __init__(self, theme: Theme, name: str, error: BaseException, parent: QWidget) -> None:
        super().__init__(
            theme, translate("Bug", "Hier ist ein Fehler passiert"), translate("Bug", "Weiter"), parent
        )
        self.back.hide()
        words = QLabel(
            translate(
                "Bug",
                "Das liegt am Programm, nicht an dir. Was du gespeichert hast, bleibt gespeichert. "
                "Der Bericht steht auch im Protokoll.",
            )
        )
        words.setWordWrap(True)
        theme.style(words, "body")
        self.body.addWidget(words)
        report = "".join(traceback.format_exception(error)).strip()
        self._report = QPlainTextEdit(f"{name}\n{report}")
        self._report.setReadOnly(True)
        self._report.setMinimumSize(theme.px(560), theme.px(200))
        self.add_field(translate("Bug", "Bericht"), self._report)
        copy = QPushButton(translate("Bug", "Bericht kopieren"))
        theme.style(copy, "body")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._report.toPlainText()))
        self.body.addWidget(copy)
