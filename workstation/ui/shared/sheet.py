"""A sheet: the modal dialog of this window, with a title, fields, one main button and a way back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate


class Sheet(QDialog):
    """Put fields into ``body``; ``accepted`` fires with the main button or Ctrl+Enter, Escape goes back."""

    def __init__(self, theme: Theme, title: str, accept_word: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle(title)
        self.setModal(True)
        self.setMinimumWidth(theme.px(420))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box = QVBoxLayout(self)
        box.setContentsMargins(theme.px(24), theme.px(20), theme.px(24), theme.px(20))
        box.setSpacing(theme.px(12))
        heading = QLabel(title)
        heading.setWordWrap(True)
        theme.style(heading, "h1")
        box.addWidget(heading)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.px(8))
        box.addLayout(self.body)
        self._problem = QLabel()
        self._problem.setWordWrap(True)
        theme.style(self._problem, "body", tone="danger")
        self._problem.hide()
        box.addWidget(self._problem)
        box.addSpacing(theme.px(4))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        row.addStretch(1)
        self.back = QPushButton(translate("Sheet", "Abbrechen"))
        theme.style(self.back, "bodyMedium")
        self.back.clicked.connect(self.reject)
        self.main = QPushButton(accept_word)
        theme.style(self.main, "bodyStrong", kind="primary")
        self.main.setDefault(True)
        self.main.clicked.connect(self.try_accept)
        row.addWidget(self.back)
        row.addWidget(self.main)
        box.addLayout(row)

    def showEvent(self, event: QShowEvent) -> None:
        """Take the room the content asks for; Qt cuts a new window down on small screens."""
        super().showEvent(event)
        self.resize(self.sizeHint().expandedTo(self.minimumSizeHint()))
        self._order_keys()

    def _order_keys(self) -> None:
        """Tab goes through the fields to the buttons; what has to be written first has the focus."""
        buttons = (self.back, self.main)
        fields = [
            field
            for field in self.findChildren(QWidget)
            if field not in buttons
            and field.focusPolicy() & Qt.FocusPolicy.TabFocus
            and field.isVisibleTo(self)
        ]
        if not fields:
            return
        QWidget.setTabOrder(fields[-1], self.back)
        QWidget.setTabOrder(self.back, self.main)
        if self.focusWidget() in (None, self, *buttons) and self.problem():
            empty = (field for field in fields if _is_empty(field))
            next(empty, fields[0]).setFocus(Qt.FocusReason.OtherFocusReason)

    def add_field(self, words: str, field: QWidget) -> None:
        """Add ``field`` under its label."""
        label = QLabel(words)
        self._theme.style(label, "caption", tone="secondary")
        label.setBuddy(field)
        if not field.accessibleName():
            field.setAccessibleName(words)
        if not field.property("fontRole"):
            self._theme.style(field, "body")
        self.body.addWidget(label)
        self.body.addWidget(field)

    def show_problem(self, sentence: str) -> None:
        """Say what is wrong, above the buttons; an empty sentence takes it away."""
        self._problem.setText(sentence)
        self._problem.setVisible(bool(sentence))

    def problem(self) -> str:
        """Return what is wrong with what has been entered; nothing when all is well."""
        return ""

    def try_accept(self) -> None:
        """Accept unless something is wrong."""
        sentence = self.problem()
        self.show_problem(sentence)
        if not sentence:
            self.accept()


def _is_empty(field: QWidget) -> bool:
    if isinstance(field, QLineEdit):
        return not field.text()
    return isinstance(field, QPlainTextEdit) and not field.toPlainText()
