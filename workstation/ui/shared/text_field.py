"""Fields: one with its label and its fault in words, and one for searching with icon and key."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from workstation.ui.shared.theme import Theme, set_property


class TextField(QWidget):
    """A line of text with a label above and, when wrong, the reason below in words."""

    def __init__(self, theme: Theme, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._label = QLabel(label, self)
        theme.style(self._label, "captionStrong", tone="secondary")
        self.edit = QLineEdit(self)
        theme.style(self.edit, "body")
        self.edit.setAccessibleName(label)
        self._label.setBuddy(self.edit)
        self._fault = QLabel(self)
        self._fault.setWordWrap(True)
        self._fault.setMinimumWidth(1)
        theme.style(self._fault, "caption", tone="danger")
        self._fault.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(4))
        column.addWidget(self._label)
        column.addWidget(self.edit)
        column.addWidget(self._fault)
        self.setFocusProxy(self.edit)

    def text(self) -> str:
        """Return what was typed, without blanks around it."""
        return self.edit.text().strip()

    def set_text(self, text: str) -> None:
        """Put ``text`` into the field."""
        self.edit.setText(text)

    def set_label(self, label: str) -> None:
        """Set the label (again, after a change of language)."""
        self._label.setText(label)
        self.edit.setAccessibleName(label)

    def show_fault(self, words: str) -> None:
        """Say what is wrong; '' clears it."""
        self._fault.setText(words)
        self._fault.setVisible(bool(words))
        self.edit.setAccessibleDescription(words)
        set_property(self.edit, "tone", "danger" if words else "")


class SearchField(QFrame):
    """A search line with a magnifier and, at the right, the key that leads here."""

    text_changed = Signal(str)
    submitted = Signal(str)
    left = Signal()
    """Esc in an empty field, or after it was emptied by Esc."""

    def __init__(self, theme: Theme, placeholder: str, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setProperty("kind", "search")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        picture = QLabel(self)
        theme.set_icon(picture, "search", "text.secondary", 16)
        self.edit = QLineEdit(self)
        theme.style(self.edit, "body", kind="bare")
        self.edit.installEventFilter(self)
        self.edit.textChanged.connect(self.text_changed)
        self.edit.returnPressed.connect(lambda: self.submitted.emit(self.edit.text().strip()))
        self._key = QLabel(key, self)
        theme.style(self._key, "caption", kind="key")
        self._key.setVisible(bool(key))
        self._key.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(10), 0, theme.px(6), 0)
        row.setSpacing(theme.px(8))
        row.addWidget(picture)
        row.addWidget(self.edit, 1)
        row.addWidget(self._key)
        self.set_placeholder(placeholder)
        self.setFocusProxy(self.edit)
        theme.changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def set_placeholder(self, words: str) -> None:
        """Set the words of the empty field; they are its accessible name too."""
        self.edit.setPlaceholderText(words)
        self.edit.setAccessibleName(words)

    def text(self) -> str:
        """Return what was typed, without blanks around it."""
        return self.edit.text().strip()

    def clear(self) -> None:
        """Empty the field."""
        self.edit.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            set_property(self, "tone", "focus" if event.type() == QEvent.Type.FocusIn else "")
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()  # ours before the window's own Esc
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.edit.clear()
                self.left.emit()
                return True
        return super().eventFilter(watched, event)

    def _on_theme_changed(self) -> None:
        self.setFixedHeight(self._theme.px(34))
