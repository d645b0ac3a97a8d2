"""The palette: one field, at most nine rows, every row with its key."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsDropShadowEffect,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workstation.ui.palette.view_model import PaletteRow, PaletteViewModel
from workstation.ui.shared.eliding_label import ElidingLabel
from workstation.ui.shared.text_field import SearchField
from workstation.ui.shared.theme import Theme, set_property
from workstation.ui.shared.words import translate


class _Row(QPushButton):
    """A row of 44 px: icon, words, key."""

    def __init__(self, theme: Theme, row: PaletteRow) -> None:
        super().__init__()
        theme.style(self, "body", kind="row")
        self.setFixedHeight(theme.px(44))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        box = QHBoxLayout(self)
        box.setContentsMargins(theme.px(12), 0, theme.px(12), 0)
        box.setSpacing(theme.px(10))
        icon = QLabel()
        tone = "text.disabled" if row.is_forbidden else "text.secondary"
        theme.set_icon(icon, row.icon, tone, 16)
        title = ElidingLabel(
            theme, row.title, role="bodyMedium", tone="secondary" if row.is_forbidden else "", is_greedy=False
        )
        meta = ElidingLabel(theme, row.meta, role="caption", tone="secondary")
        for part in (icon, title, meta):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        box.addWidget(icon)
        box.addWidget(title)
        box.addWidget(meta, 1)
        if row.shortcut:
            key = QLabel(row.shortcut)
            theme.style(key, "caption", kind="key")
            key.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            box.addWidget(key, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(f"{row.title}. {row.meta}. {row.shortcut}")


class Palette(QWidget):
    """Covers the window with a scrim; Enter runs the marked row, Escape gives the focus back."""

    ran = Signal(str)

    def __init__(self, theme: Theme, model: PaletteViewModel, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._model = model
        self._window = window
        self._focus_before: QWidget | None = None
        self._rows: list[_Row] = []
        self._titles: list[QLabel] = []
        self._marked = 0
        self._card = QFrame(self)
        self._card.setProperty("surface", "popover")
        self._card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        shadow = QGraphicsDropShadowEffect(self._card)
        shadow.setBlurRadius(36)
        shadow.setOffset(0, 10)
        shadow.setColor(QColor(0, 0, 0, 90))
        self._card.setGraphicsEffect(shadow)
        column = QVBoxLayout(self._card)
        column.setContentsMargins(theme.px(8), theme.px(8), theme.px(8), theme.px(8))
        column.setSpacing(theme.px(4))
        self.field = SearchField(
            theme, translate("Palette", "Fall, Kunde, Bestellung oder Befehl"), parent=self._card
        )
        self.field.edit.installEventFilter(self)
        self.field.text_changed.connect(self._on_text)
        column.addWidget(self.field)
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        column.addLayout(self._list)
        self._nothing = QLabel(translate("Palette", "Nichts gefunden"))
        theme.style(self._nothing, "body", tone="secondary")
        self._nothing.setContentsMargins(theme.px(12), theme.px(12), 0, theme.px(12))
        column.addWidget(self._nothing)
        model.rows_changed.connect(self._show_rows)
        window.installEventFilter(self)
        self.hide()

    def open(self) -> None:
        """Show the palette with an empty field."""
        self._focus_before = self._window.focusWidget()
        self.field.clear()
        self._model.set_text("")
        self._place()
        self.show()
        self.raise_()
        self.field.edit.setFocus(Qt.FocusReason.PopupFocusReason)

    def leave(self) -> None:
        """Hide it and give the focus back."""
        self.hide()
        if self._focus_before is not None:
            self._focus_before.setFocus(Qt.FocusReason.PopupFocusReason)

    def _place(self) -> None:
        self.setGeometry(self._window.rect())
        width = min(self._theme.px(640), self.width() - self._theme.px(32))
        self._card.setFixedWidth(width)
        for part in (*self._titles, *self._rows):
            part.show()  # what is not shown yet takes no room in the layout
            part.ensurePolished()  # its height comes from the style sheet
        layout = self._card.layout()
        if layout is not None:
            layout.activate()
        self._card.setFixedHeight(self._card.sizeHint().height())
        self._card.move((self.width() - width) // 2, self._theme.px(96))

    def _on_text(self, text: str) -> None:
        self._marked = 0
        self._model.set_text(text)

    def _show_rows(self) -> None:
        while (item := self._list.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._rows, self._titles = [], []
        group = ""
        for number, row in enumerate(self._model.rows):
            if row.group != group:
                group = row.group
                title = QLabel(self._model.group_words(group))
                self._theme.style(title, "captionStrong", tone="secondary")
                title.setContentsMargins(self._theme.px(12), self._theme.px(8), 0, self._theme.px(4))
                self._list.addWidget(title)
                self._titles.append(title)
            button = _Row(self._theme, row)
            button.clicked.connect(lambda _checked=False, index=number: self._run(index))
            self._list.addWidget(button)
            self._rows.append(button)
        self._nothing.setVisible(not self._rows)
        self._marked = min(self._marked, max(0, len(self._rows) - 1))
        self._mark()
        self._place()

    def _mark(self) -> None:
        for number, row in enumerate(self._rows):
            set_property(row, "tone", "selected" if number == self._marked else "")
        if self._rows:
            self.field.edit.setAccessibleDescription(self._rows[self._marked].accessibleName())

    def _run(self, index: int) -> None:
        if 0 <= index < len(self._model.rows) and self._model.rows[index].key:
            key = self._model.rows[index].key
            self.leave()
            self.ran.emit(key)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrow keys move the mark while the field keeps the focus; the window's size is followed."""
        if watched is self._window and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        if (
            watched is self.field.edit
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
        ):
            key = event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self._rows:
                self._marked = (self._marked + (1 if key == Qt.Key.Key_Down else -1)) % len(self._rows)
                self._mark()
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._run(self._marked)
                return True
            if key == Qt.Key.Key_Escape:
                self.leave()
                return True
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._card.geometry().contains(event.position().toPoint()):
            self.leave()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        scrim = QColor(self._theme.color("bg.scrim"))
        scrim.setAlpha(90)
        painter.fillRect(self.rect(), scrim)
