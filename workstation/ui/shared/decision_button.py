"""The decision button: what a click does, whether it may be done, and why, in all eight states."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QEnterEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QWidget

from workstation.ui.shared import paint
from workstation.ui.shared.plain import set_tip
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import later, translate

_PAD, _ICON, _TEXT_X, _KEY_PAD, _MENU = 12, 20, 44, 5, 24
_TITLE_LINES = 2


class DecisionState(StrEnum):
    """What the button says before, during and after the click."""

    NOW = "now"
    APPROVAL = "approval"
    BLOCKED = "blocked"
    OFFLINE = "offline"
    RUNNING = "running"
    DONE = "done"
    ASKED = "asked"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class _Look:
    tone: str
    icon: str
    word: tuple[str, str]
    is_grey: bool = False


_LOOKS: dict[DecisionState, _Look] = {
    DecisionState.NOW: _Look("go", "zap", later("Decision", "Sofort")),
    DecisionState.APPROVAL: _Look("ask", "shield-check", later("Decision", "Freigabe")),
    DecisionState.BLOCKED: _Look("no", "ban", later("Decision", "Gesperrt"), is_grey=True),
    DecisionState.OFFLINE: _Look("accent", "clock", later("Decision", "Vormerken")),
    DecisionState.RUNNING: _Look("go", "refresh-cw", later("Decision", "Bucht …")),
    DecisionState.DONE: _Look("go", "circle-check", later("Decision", "Gebucht")),
    DecisionState.ASKED: _Look("ask", "hourglass", later("Decision", "Angefragt")),
    DecisionState.DECLINED: _Look("no", "x", later("Decision", "Abgelehnt"), is_grey=True),
}


def word_of(state: DecisionState) -> str:
    """Return the word of a state in the language of the window."""
    return translate(*_LOOKS[state].word)


@dataclass(frozen=True, slots=True)
class DecisionFace:
    """Everything a decision button shows, ready-made sentences in the language of the window."""

    state: DecisionState
    title: str
    """What happens, amount first, verb last: «42,90 € erstatten»."""
    reason: str = ""
    """One plain fact: «an PayPal …8821, 1 bis 2 Tage». Never cut; wraps to as many lines as it needs."""
    word: str = ""
    """Replaces the word of the state: «Gebucht 14:14», «Bei Tanja Weiß»."""
    key: str = ""
    """The key as people read it: «Alt+1»."""
    rule: str = ""
    """Why it has its colour: the rule behind it and what is left of it, for the tooltip."""
    may_change_amount: bool = False
    quick: tuple[tuple[str, str], ...] = ()
    """Usual amounts, each one click in the menu: (what it does, word of its state)."""

    def shown_word(self) -> str:
        """Return the word in the colour of the state."""
        return self.word or word_of(self.state)


class DecisionButton(QPushButton):
    """One decision. Always focusable and clickable, also when grey: then a click asks for the reason.

    ``clicked`` is the click; ``change_amount_requested`` and ``quick_chosen`` come from its menu (Alt+Down),
    where the digits choose too. Both say what was read in the menu: the button may show another face by then.
    """

    change_amount_requested = Signal(str)
    """The title the button had."""
    quick_chosen = Signal(str, str)
    """The title the button had, and that of the usual amount."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_hovered = False
        self.face = DecisionFace(DecisionState.NOW, "")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self._on_theme_changed)

    def show_face(self, face: DecisionFace) -> None:
        """Show ``face``: colours, words, accessible name and tooltip follow it."""
        self.face = face
        self.setAccessibleName(f"{face.shown_word()}: {face.title}")
        parts = (face.reason, face.key, face.rule)
        self.setAccessibleDescription(". ".join(part.rstrip(".") for part in parts if part))
        set_tip(self, face.rule or face.title)
        self.updateGeometry()
        self.update()

    # -- measures
    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        """Return 64 px (scaled) for one line of title and of reason, a line more for each further line."""
        more = max(0, len(self._reason_lines(width)) - 1) * self._theme.line("caption")
        more += (len(self.title_lines(width)) - 1) * self._theme.line("h3")
        return self._theme.px(64) + more

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.px(self._theme.tokens.size["decision"]["minWidth"]), self._theme.px(64))

    def sizeHint(self) -> QSize:
        width = max(self.minimumSizeHint().width(), self.width())
        return QSize(width, self.heightForWidth(width))

    def title_lines(self, width: int) -> list[str]:
        """Return the title as it stands beside its key: one line, or two of which the last is cut short."""
        metrics = QFontMetricsF(self._theme.font("h3"))
        room = max(1.0, width - self._theme.px(_TEXT_X + _PAD) - self._key_width())
        lines = paint.wrap(self.face.title, metrics, room) or [""]
        if len(lines) <= _TITLE_LINES:
            return lines
        kept = lines[: _TITLE_LINES - 1]
        rest = " ".join(lines[_TITLE_LINES - 1 :])
        return [*kept, metrics.elidedText(rest, Qt.TextElideMode.ElideRight, room)]

    def _reason_room(self, width: int) -> float:
        right = _MENU if self.face.may_change_amount else 0
        return max(1.0, float(width - self._theme.px(_TEXT_X + _PAD + right)))

    def _word_width(self) -> float:
        metrics = QFontMetricsF(self._theme.font("captionStrong"))
        return metrics.horizontalAdvance(self.face.shown_word()) + self._theme.px(6)

    def _reason_lines(self, width: int) -> list[str]:
        metrics = QFontMetricsF(self._theme.font("caption"))
        return paint.wrap(self.face.reason, metrics, self._reason_room(width), self._word_width())

    # -- painting
    def paintEvent(self, event: QPaintEvent) -> None:
        theme, face = self._theme, self.face
        look = _LOOKS[face.state]
        painter = QPainter(self)
        rect = QRectF(self.rect())
        self._paint_ground(painter, rect, look)
        titles, lines = self.title_lines(self.width()), self._reason_lines(self.width())
        one, line = theme.line("h3"), theme.line("caption")
        title_height = len(titles) * one
        top = (self.height() - title_height - len(lines) * line) / 2
        icon_top = top + (one - theme.px(_ICON)) / 2
        tone = f"{look.tone}.text"
        pixmap = theme.pixmap(look.icon, tone, _ICON, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(theme.px(_PAD), icon_top), pixmap)
        x = theme.px(_TEXT_X)
        title_font = theme.font("h3")
        self._paint_key(painter, top + one / 2, look)
        color = theme.color("no.text" if look.is_grey else "text.primary")
        for number, words in enumerate(titles):
            paint.text(
                painter, QRectF(x, top + number * one, rect.width() - x, one), words, title_font, color
            )
        self._paint_reason(painter, QRectF(x, top + title_height, rect.width() - x, line), lines, tone)
        if face.may_change_amount:
            side = theme.px(16)
            chevron = theme.pixmap("chevron-down", tone, 16, self.devicePixelRatioF())
            spot = self._menu_spot()
            painter.drawPixmap(spot.center() - QPointF(side / 2, side / 2), chevron)

    def _paint_ground(self, painter: QPainter, rect: QRectF, look: _Look) -> None:
        color = self._theme.color
        fill = f"{look.tone}.bg"
        is_lit = self._is_hovered or self.isDown()
        if is_lit and look.is_grey:
            fill = "bg.pressed" if self.isDown() else "bg.hover"
        elif is_lit and self.face.state not in (DecisionState.RUNNING, DecisionState.DONE):
            fill = f"{look.tone}.bgHover"
        radius = float(self._theme.px(8))
        has_focus = self.hasFocus()
        border = color("focus") if has_focus else color(f"{look.tone}.border")
        if look.is_grey and not has_focus and self._theme.is_high_contrast:
            border = color("text.primary")
        is_dashed = look.is_grey and not has_focus
        paint.box(painter, rect, radius, color(fill), border, 2 if has_focus else 1, is_dashed=is_dashed)
        if self.isDown() and not look.is_grey:  # pressed: a second line inside, no movement of the text
            inner = rect.adjusted(1, 1, -1, -1)
            paint.box(painter, inner, radius - 1, None, color(f"{look.tone}.border"))

    def _paint_key(self, painter: QPainter, middle: float, look: _Look) -> None:
        if not self.face.key:
            return
        theme = self._theme
        font = theme.font("caption")
        width = self._key_width() - theme.px(8)
        height = theme.px(20)
        spot = QRectF(self.width() - theme.px(_PAD) - width, middle - height / 2, width, height)
        paint.box(painter, spot, theme.px(4), None, theme.color(f"{look.tone}.border"))
        center = Qt.AlignmentFlag.AlignCenter
        paint.text(painter, spot, self.face.key, font, theme.color(f"{look.tone}.text"), center)

    def _key_width(self) -> float:
        if not self.face.key:
            return 0.0
        metrics = QFontMetricsF(self._theme.font("caption"))
        return metrics.horizontalAdvance(self.face.key) + self._theme.px(2 * _KEY_PAD) + self._theme.px(8)

    def _paint_reason(self, painter: QPainter, first: QRectF, lines: list[str], tone: str) -> None:
        theme = self._theme
        paint.text(painter, first, self.face.shown_word(), theme.font("captionStrong"), theme.color(tone))
        font, color = theme.font("caption"), theme.color("text.secondary")
        for number, words in enumerate(lines):
            spot = first.translated(0.0 if number else self._word_width(), number * first.height())
            paint.text(painter, spot, words, font, color)

    # -- acting
    def _menu_spot(self) -> QRectF:
        side = self._theme.px(_MENU)
        return QRectF(
            self.width() - side - self._theme.px(8), self.height() - side - self._theme.px(6), side, side
        )

    def open_menu(self) -> None:
        """Open the small menu of the button, if it has one."""
        if not self.face.may_change_amount:
            return
        menu = QMenu(self)
        menu.setFont(self._theme.font("body"))
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        mine = self.face.title
        menu.triggered.connect(self._on_menu)
        for place, (title, word) in enumerate(self.face.quick):
            # The digit before it is its key while the menu is open.
            usual = menu.addAction(f"&{place + 1}  " + f"{title} · {word}".replace("&", "&&"))
            usual.setData([mine, title])
        if self.face.quick:
            menu.addSeparator()
        change = menu.addAction(self._theme.icon("pencil"), translate("Decision", "Betrag ändern …"))
        change.setData([mine])
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def _on_menu(self, action: QAction) -> None:
        mine, *usual = action.data()
        if usual:
            self.quick_chosen.emit(mine, usual[0])
        else:
            self.change_amount_requested.emit(mine)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.face.may_change_amount and self._menu_spot().contains(event.position()):
            self.open_menu()
            return
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.open_menu()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.click()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._is_hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._is_hovered = False
        self.update()

    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
