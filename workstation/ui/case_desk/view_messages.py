"""The conversation: bubbles, notes, calls and system lines as real, selectable widgets."""

from __future__ import annotations

import html as markup
import re

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workstation.casework.message import AttachmentMeta
from workstation.system.sanitise import has_blocked_images, sanitise
from workstation.ui.case_desk.models import ConversationLine
from workstation.ui.case_desk.view_mail_body import MailBody
from workstation.ui.shared.avatar import Avatar
from workstation.ui.shared.plain import set_tip
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate

NEWEST = 30
_NEAR = 8
"""Lines built at once; older ones on demand, since screen readers lag on long pages."""
_BLOCKED = re.compile(r'data-blocked-src="(https?:[^"]*)"')
CHANNEL_ICONS = {
    "mail": "mail",
    "phone": "phone",
    "chat": "message-square",
    "form": "globe",
    "counter": "store",
    "post": "text-initial",
    "system": "info",
}


class Bubble(QFrame):
    """One message with author, time, text, folded quote, attachments and delivery state."""

    attachment_opened = Signal(object)
    attachment_saved = Signal(object)
    pictures_wanted = Signal(object, object)
    """Addresses of remote pictures, and what to call with those that were found."""

    def __init__(self, theme: Theme, line: ConversationLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._line = line
        kind = {"note": "bubble-note", "outbound": "bubble-out"}.get(line.kind, "bubble-in")
        self.setProperty("kind", kind)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMaximumWidth(theme.px(620))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(line.spoken)
        self._box = QVBoxLayout(self)
        margin = theme.px(14)
        self._box.setContentsMargins(margin, theme.px(8), margin, theme.px(10))
        self._box.setSpacing(theme.px(4))
        self._add_head()
        for hint in line.hints:
            self._add_hint(hint)
        self._add_text()
        if line.attachments:
            self._add_attachments()
        if line.state:
            self._add_state()

    def _label(self, text: str, role: str, tone: str = "") -> QLabel:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        self._theme.style(label, role, tone=tone)
        return label

    def _icon(self, name: str, tone: str, size: int = 14) -> QLabel:
        label = QLabel()
        self._theme.set_icon(label, name, tone, size)
        return label

    def _add_head(self) -> None:
        line = self._line
        row = QHBoxLayout()
        row.setSpacing(self._theme.px(6))
        author = self._label(line.author, "bodyStrong")
        author.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        row.addWidget(author)
        is_note = line.kind == "note"
        icon = line.icon or ("lock" if is_note else CHANNEL_ICONS.get(line.channel, "mail"))
        row.addWidget(self._icon(icon, "note.text" if is_note else "text.secondary"))
        row.addWidget(self._label(line.when, "caption", "note" if is_note else "secondary"))
        row.addStretch(1)
        if line.html:
            self._original = QPushButton()
            self._theme.style(self._original, "caption", kind="icon-ghost")
            self._theme.set_icon(self._original, "sun", "text.secondary", 14)
            self._original.setFixedSize(QSize(self._theme.px(28), self._theme.px(24)))
            self._original.setCheckable(True)
            name = translate("Conversation", "Original auf Weiß zeigen")
            self._original.setAccessibleName(name)
            set_tip(self._original, name)
            self._original.toggled.connect(self._on_original)
            row.addWidget(self._original)
        self._box.addLayout(row)

    def _add_hint(self, hint: str) -> None:
        row = QHBoxLayout()
        row.setSpacing(self._theme.px(6))
        row.addWidget(self._icon("triangle-alert", "ask.text"))
        label = self._label(hint, "caption", "ask")
        label.setWordWrap(True)
        row.addWidget(label, 1)
        self._box.addLayout(row)

    def _add_text(self) -> None:
        self._text = self._label(self._line.text, "reading")
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._text.setAccessibleName(self._line.spoken)
        self._box.addWidget(self._text)
        self._html: MailBody | None = None
        if self._line.quoted:
            self._quote_button = QPushButton("…  " + translate("Conversation", "Zitierten Text zeigen"))
            self._theme.style(self._quote_button, "caption", kind="link")
            self._quote_button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            self._quote = self._label(self._line.quoted, "body", "secondary")
            self._quote.setWordWrap(True)
            self._quote.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._quote.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            self._quote.hide()
            self._quote_button.clicked.connect(self._on_quote)
            self._box.addWidget(self._quote_button)
            self._box.addWidget(self._quote)

    def _on_quote(self) -> None:
        is_open = not self._quote.isVisible()
        self._quote.setVisible(is_open)
        word = (
            translate("Conversation", "Zitierten Text verbergen")
            if is_open
            else translate("Conversation", "Zitierten Text zeigen")
        )
        self._quote_button.setText("…  " + word)

    def _on_original(self, is_shown: bool) -> None:
        if is_shown and self._html is None:
            self._html = MailBody(self)
            self._html.setStyleSheet(
                "QTextBrowser { background: #ffffff; color: #000000; border-radius: 6px; }"
            )
            self._html.setAccessibleName(translate("Conversation", "Nachricht im Original"))
            self._theme.style(self._html, "reading")
            self._box.insertWidget(self._box.indexOf(self._text), self._html)
            self._html.show_html(self._line.html)
            self._offer_pictures()
        if self._html is not None:
            self._html.setVisible(is_shown)
        self._text.setVisible(not is_shown)
        self._theme.set_icon(self._original, "moon" if is_shown else "sun", "text.secondary", 14)

    def _offer_pictures(self) -> None:
        if self._html is None or not has_blocked_images(sanitise(self._line.html)):
            return
        button = QPushButton(translate("Conversation", "Bilder aus dem Netz laden"))
        set_tip(
            button,
            translate("Conversation", "Wer die Nachricht schickte, kann dann sehen, dass du sie liest."),
        )
        self._theme.style(button, "caption", kind="link")
        self._box.insertWidget(self._box.indexOf(self._html), button, 0, Qt.AlignmentFlag.AlignLeft)
        urls = tuple(markup.unescape(url) for url in _BLOCKED.findall(sanitise(self._line.html)))

        def show(found: dict[str, bytes]) -> None:
            if self._html is not None and found:
                self._html.take_pictures(found)
                self._html.show_html(self._line.html)
                button.hide()

        button.clicked.connect(lambda: self.pictures_wanted.emit(urls, show))

    def _add_attachments(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(self._theme.px(8))
        for meta in self._line.attachments[:6]:
            row.addWidget(AttachmentTile(self._theme, meta, self.attachment_opened, self.attachment_saved))
        row.addStretch(1)
        self._box.addSpacing(self._theme.px(4))
        self._box.addLayout(row)
        for start in range(6, len(self._line.attachments), 6):
            more = QHBoxLayout()
            for meta in self._line.attachments[start : start + 6]:
                more.addWidget(
                    AttachmentTile(self._theme, meta, self.attachment_opened, self.attachment_saved)
                )
            more.addStretch(1)
            self._box.addLayout(more)

    def _add_state(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(self._theme.px(6))
        tone = {"go": "go.text", "ask": "ask.text", "danger": "danger.text"}.get(
            self._line.state_tone, "text.secondary"
        )
        if self._line.state_icon:
            row.addWidget(self._icon(self._line.state_icon, tone))
        state = self._label(self._line.state, "caption", self._line.state_tone)
        state.setWordWrap(True)
        row.addWidget(state, 1)
        self._box.addLayout(row)


class AttachmentTile(QPushButton):
    """An attachment: click or Enter opens it, its menu saves it."""

    def __init__(self, theme: Theme, meta: AttachmentMeta, opened: object, saved: object) -> None:
        super().__init__()
        from PySide6.QtWidgets import QMenu

        self._meta = meta
        theme.style(self, "caption", kind="tile")
        is_picture = meta.content_type.startswith("image/")
        theme.set_icon(self, "image" if is_picture else "file-text", "text.secondary", 20)
        name = meta.name if len(meta.name) <= 22 else f"{meta.name[:12]}…{meta.name[-8:]}"
        self.setText(name)
        set_tip(self, f"{meta.name}\n{_size_text(meta.size)}")
        self.setAccessibleName(
            translate("Conversation", "Anhang {name}, {size}").format(
                name=meta.name, size=_size_text(meta.size)
            )
        )
        self.setMinimumHeight(theme.px(40))
        self.clicked.connect(lambda: opened.emit(meta))  # type: ignore[attr-defined]
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        menu = QMenu(self)
        for word, signal in (
            (translate("Conversation", "Öffnen"), opened),
            (translate("Conversation", "Speichern unter …"), saved),
        ):
            action = menu.addAction(word)
            action.triggered.connect(lambda _checked=False, target=signal: target.emit(meta))
            self.addAction(action)


def _size_text(size: int) -> str:
    if size < 1024:
        return f"{size} B"
    if size < 1024 * 1024:
        return f"{size // 1024} KB"
    return f"{size / 1024 / 1024:.1f} MB"


_LONG_SHARE = 8
"""Of ten parts of the width: what a long line takes before it wraps."""


class SystemLine(QWidget):
    """A centred line of 12 px: delivered, order placed, dunning stopped."""

    def __init__(self, theme: Theme, line: ConversationLine) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(2), 0, theme.px(2))
        row.setSpacing(theme.px(6))
        row.addStretch(1)
        tone = {"danger": "danger.text", "ask": "ask.text", "go": "go.text"}.get(
            line.state_tone, "text.secondary"
        )
        if line.icon:
            icon = QLabel()
            theme.set_icon(icon, line.icon, tone, 14)
            row.addWidget(icon)
        label = QLabel(line.text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        theme.style(label, "caption", tone=line.state_tone or "secondary")
        is_long = len(line.text) > 70
        label.setWordWrap(is_long)
        if is_long and not line.icon:
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        label.setAccessibleName(line.spoken)
        row.addWidget(label, _LONG_SHARE if is_long else 0)
        row.addStretch(1)


class _Inner(QWidget):
    """The widget that scrolls: it says when its lines have their places."""

    placed = Signal()

    def event(self, event: QEvent) -> bool:
        """The layout has done its work when the request for it comes here."""
        is_handled = super().event(event)
        if event.type() is QEvent.Type.LayoutRequest:
            self.placed.emit()
        return is_handled


class Conversation(QScrollArea):
    """All lines of a case, oldest first, scrolled to the newest; built anew only where lines changed."""

    attachment_opened = Signal(object)
    attachment_saved = Signal(object)
    pictures_wanted = Signal(object, object)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lines: tuple[ConversationLine, ...] = ()
        self._widgets: dict[str, tuple[ConversationLine, QWidget]] = {}
        self._shown = NEWEST
        self._is_opening = self._follows = False
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(translate("Conversation", "Unterhaltung"))
        inner = _Inner()
        inner.setProperty("surface", "app")
        inner.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(theme.px(20), theme.px(12), theme.px(20), theme.px(16))
        self._column.setSpacing(theme.px(12))
        self._older = QPushButton(translate("Conversation", "Ältere zeigen"))
        theme.style(self._older, "body", kind="ghost")
        self._older.clicked.connect(self._show_older)
        self._column.addWidget(self._older, 0, Qt.AlignmentFlag.AlignHCenter)
        self._column.addStretch(1)
        self.setWidget(inner)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(self._on_range)
        # A case as high as the one before leaves the range as it is.
        inner.placed.connect(self._on_range)
        bar.valueChanged.connect(self._on_scrolled)
        theme.changed.connect(self._rebuild)

    def show_lines(self, lines: tuple[ConversationLine, ...], *, is_new_case: bool) -> None:
        """Show ``lines``; a new case starts at its newest message, an update keeps the place or the end."""
        if is_new_case:
            self._shown = NEWEST
        before, self._lines = self._lines, lines
        is_own = bool(lines) and lines[-1].is_own and lines[-1].key not in {line.key for line in before}
        self._is_opening = is_new_case
        self._follows = self._follows or is_new_case or is_own
        self._sync()
        self._on_range()

    def _on_range(self) -> None:
        """Heights are known turn by turn, and the part below grows: the place is found anew each time."""
        if not self._follows and not self._is_opening:
            return
        bar = self.verticalScrollBar()
        place = bar.maximum()
        if self._is_opening:
            # Of a message longer than the pane the beginning is read first.
            self._column.activate()
            place = min(place, self._top_of_newest(place))
        was_opening, self._is_opening = self._is_opening, False
        bar.setValue(place)
        self._is_opening, self._follows = was_opening, place >= bar.maximum() - _NEAR

    def _on_scrolled(self, value: int) -> None:
        self._is_opening = False
        self._follows = value >= self.verticalScrollBar().maximum() - _NEAR

    def _top_of_newest(self, otherwise: int) -> int:
        newest = next((line for line in reversed(self._lines) if line.kind != "system"), None)
        held = self._widgets.get(newest.key) if newest is not None else None
        return max(0, held[1].y() - self._column.spacing()) if held is not None else otherwise

    def _show_older(self) -> None:
        self._is_opening = self._follows = False
        self._shown += NEWEST
        self._sync()

    def _rebuild(self) -> None:
        for _line, widget in self._widgets.values():
            self._column.removeWidget(widget)
            widget.deleteLater()
        self._widgets.clear()
        self._sync()

    def _sync(self) -> None:
        visible = self._lines[-self._shown :]
        self._older.setVisible(len(self._lines) > len(visible))
        wanted = {line.key: line for line in visible}
        for key in [key for key, (line, _) in self._widgets.items() if wanted.get(key) != line]:
            _line, widget = self._widgets.pop(key)
            self._column.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        for position, line in enumerate(visible, start=1):
            held = self._widgets.get(line.key)
            if held is None:
                widget = self._make(line)
                self._widgets[line.key] = (line, widget)
                self._column.insertWidget(position, widget)
            elif self._column.indexOf(held[1]) != position:
                self._column.removeWidget(held[1])
                self._column.insertWidget(position, held[1])

    def _make(self, line: ConversationLine) -> QWidget:
        if line.kind == "system":
            return SystemLine(self._theme, line)
        row_widget = QWidget()
        row = QHBoxLayout(row_widget)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(self._theme.px(8))
        bubble = Bubble(self._theme, line)
        bubble.attachment_opened.connect(self.attachment_opened)
        bubble.attachment_saved.connect(self.attachment_saved)
        bubble.pictures_wanted.connect(self.pictures_wanted)
        avatar = Avatar(self._theme, 32, is_staff=line.kind != "inbound")
        avatar.set_name(line.author)
        if line.is_own:
            row.addStretch(17)
            row.addWidget(bubble, 83)
            row.addWidget(avatar, 0, Qt.AlignmentFlag.AlignTop)
        else:
            row.addWidget(avatar, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(bubble, 83)
            row.addStretch(17)
        return row_widget

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back to the list."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)
