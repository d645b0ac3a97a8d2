"""The undo bar: the seconds before a decision is booked, with «Jetzt buchen» and «Rückgängig»."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workstation.ui.shared import paint
from workstation.ui.shared.eliding_label import ElidingLabel
from workstation.ui.shared.plain import set_tip
from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate

LONGEST_PAUSE_S = 30.0
_TICK_MS = 50


class _Ring(QWidget):
    """The seconds left: a ring that empties, or the bare number when motion is reduced."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._share, self._seconds = 1.0, 0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.updateGeometry)

    def show_left(self, left_s: float, total_s: float) -> None:
        seconds = max(0, int(left_s + 0.999))
        share = max(0.0, min(1.0, left_s / total_s if total_s > 0 else 0.0))
        if self._theme.is_motion_reduced and seconds == self._seconds:
            return
        self._seconds, self._share = seconds, share
        self.update()

    def sizeHint(self) -> QSize:
        side = self._theme.px(30)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        rect = QRectF(self.rect())
        if not theme.is_motion_reduced:
            width = theme.px(3)
            inner = rect.adjusted(width, width, -width, -width)
            painter.setPen(QPen(theme.color("border.strong"), width))
            painter.drawEllipse(inner)
            pen = QPen(theme.color("go.border"), width)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawArc(inner, 90 * 16, round(360 * 16 * self._share))
        else:
            paint.disc(painter, QPointF(rect.center()), rect.width() / 2 - 1, theme.color("go.bgHover"))
        font = theme.font("captionStrong.figures")
        center = Qt.AlignmentFlag.AlignCenter
        paint.text(painter, rect, str(self._seconds), font, theme.color("go.text"), center)


class UndoBar(QFrame):
    """Counts a hold down. ``elapsed`` fires once at zero, ``book_now`` and ``undone`` by their buttons.

    Hover or focus pauses it (``pause_changed``), for 30 s more at the most. The bar keeps no decision:
    whoever shows it acts on the signals, and sees to it that the focus does not fall on the bar when the
    pressed decision disappears: the reply below is the place to go.
    """

    elapsed = Signal()
    book_now = Signal()
    undone = Signal()
    pause_changed = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._total = self._left = 0.0
        self._pause_left = LONGEST_PAUSE_S
        self._is_paused = False
        self.setProperty("kind", "notice")
        self.setProperty("tone", "go")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._ring = _Ring(theme, self)
        self._title = ElidingLabel(theme, role="h3", parent=self)
        self._sub = ElidingLabel(theme, role="caption", tone="secondary", parent=self)
        self.now_button = QPushButton(self)
        theme.style(self.now_button, "bodyMedium", kind="ghost")
        self.undo_button = QPushButton(self)
        self.setFocusProxy(self.undo_button)
        theme.style(self.undo_button, "bodyMedium")
        theme.set_icon(self.undo_button, "undo-2")
        self._build()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._watch = QElapsedTimer()
        self.now_button.clicked.connect(lambda: self._end(self.book_now))
        self.undo_button.clicked.connect(lambda: self._end(self.undone))
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)
        self._retranslate()

    def _build(self) -> None:
        px = self._theme.px
        row = QHBoxLayout(self)
        row.setContentsMargins(px(14), px(9), px(10), px(9))
        row.setSpacing(px(12))
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._title)
        words.addWidget(self._sub)
        row.addWidget(self._ring)
        row.addLayout(words, 1)
        row.addWidget(self.now_button)
        row.addWidget(self.undo_button)

    @property
    def left_s(self) -> float:
        """Seconds left before it is booked."""
        return max(0.0, self._left)

    @property
    def is_running(self) -> bool:
        """Whether a hold is being counted (also while paused)."""
        return self._timer.isActive()

    def start(self, title: str, sub: str, total_s: float, left_s: float | None = None) -> None:
        """Show «42,90 € werden erstattet» and count from ``left_s`` (``total_s`` if not given) to zero."""
        self._total, self._left = total_s, total_s if left_s is None else left_s
        self._pause_left = LONGEST_PAUSE_S
        self._title.set_text(title)
        self._sub.set_text(sub)
        self.setAccessibleName(title)
        self.setAccessibleDescription(sub)
        self._ring.show_left(self._left, self._total)
        self._watch.start()
        self._timer.start()

    def stop(self) -> None:
        """Stop counting without a signal (the bar moves elsewhere)."""
        self._timer.stop()

    def _on_tick(self) -> None:
        passed = self._watch.restart() / 1000
        should_pause = self._is_attended() and self._pause_left > 0
        if should_pause:
            self._pause_left -= passed
        else:
            self._left -= passed
        self._set_paused(should_pause)
        self._ring.show_left(self._left, self._total)
        if self._left <= 0:
            self._end(self.elapsed)

    def _is_attended(self) -> bool:
        focus = QApplication.focusWidget()
        has_focus = focus is not None and (focus is self or self.isAncestorOf(focus))
        return self.underMouse() or has_focus

    def _set_paused(self, is_paused: bool) -> None:
        if is_paused != self._is_paused:
            self._is_paused = is_paused
            self.pause_changed.emit(is_paused)

    def _end(self, signal: object) -> None:
        if self._timer.isActive():
            self._timer.stop()
            self._set_paused(False)
            signal.emit()  # type: ignore[attr-defined]

    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if self._timer.isActive():
            self._on_tick()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._on_focus_changed(None, None)

    def leaveEvent(self, event: QEvent) -> None:
        self._on_focus_changed(None, None)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def _retranslate(self) -> None:
        self.now_button.setText(translate("UndoBar", "Jetzt buchen"))
        self.undo_button.setText(translate("UndoBar", "Rückgängig"))
        set_tip(self.undo_button, "Alt+Z")
