"""A card with a shadow beside the control that opened it; Esc or a click elsewhere closes it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QGraphicsDropShadowEffect,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from workstation.ui.shared.eliding_label import ElidingLabel
from workstation.ui.shared.theme import Theme


class Popover(QFrame):
    """Title line, ``body`` (a layout) and a foot line over ``window``; takes and returns the focus."""

    closed = Signal()

    def __init__(self, theme: Theme, window: QWidget, width: int = 400) -> None:
        super().__init__(window)
        self._theme, self._window, self._width = theme, window, width
        self._focus_before: QWidget | None = None
        self.setProperty("surface", "popover")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        px = theme.px
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(px(16), px(10), px(16), px(10))
        self._title = ElidingLabel(theme, role="h3", parent=self)
        self._side = QLabel(self)
        theme.style(self._side, "caption", tone="secondary")
        head.addWidget(self._title, 1)
        head.addWidget(self._side)
        column.addLayout(head)
        column.addWidget(_line(self))
        self.body = QVBoxLayout()
        self.body.setContentsMargins(px(16), px(10), px(16), px(10))
        self.body.setSpacing(px(8))
        column.addLayout(self.body)
        self._foot_line = _line(self)
        column.addWidget(self._foot_line)
        self._foot = QLabel(self)
        self._foot.setWordWrap(True)
        theme.style(self._foot, "caption", tone="secondary")
        foot = QHBoxLayout()
        foot.setContentsMargins(px(16), px(8), px(16), px(10))
        foot.addWidget(self._foot)
        column.addLayout(foot)
        shadow = QGraphicsDropShadowEffect(self)
        shadow.setBlurRadius(28)
        shadow.setOffset(0, 8)
        shadow.setColor(QColor(0, 0, 0, 70))
        self.setGraphicsEffect(shadow)
        self.hide()

    def show_words(self, title: str, side: str = "", foot: str = "") -> None:
        """Set the title, the quiet words beside it and the line at the foot."""
        self._title.set_text(title)
        self._side.setText(side)
        self._foot.setText(foot)
        self._foot.setVisible(bool(foot))
        self._foot_line.setVisible(bool(foot))
        self.setAccessibleName(title)

    def open_at(self, anchor: QWidget) -> None:
        """Open below ``anchor``, right edges aligned, kept inside the window."""
        if not self.isVisible():
            self._focus_before = QApplication.focusWidget()
        width = min(self._theme.px(self._width), self._window.width() - 16)
        self.setFixedWidth(width)
        self.adjustSize()
        spot = anchor.mapTo(self._window, QPoint(anchor.width() - width, anchor.height() + 4))
        x = max(8, min(spot.x(), self._window.width() - width - 8))
        y = max(8, min(spot.y(), self._window.height() - self.height() - 8))
        self.move(x, y)
        self.raise_()
        self.show()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def close_popover(self) -> None:
        """Close and give the focus back to where it was."""
        if not self.isVisible():
            return
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        self.hide()
        before, self._focus_before = self._focus_before, None
        if before is not None and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    def focusNextPrevChild(self, next_: bool) -> bool:
        """Keep Tab inside while open."""
        moved = super().focusNextPrevChild(next_)
        now = QApplication.focusWidget()
        if self.isVisible() and (now is None or not (now is self or self.isAncestorOf(now))):
            self.setFocus(Qt.FocusReason.TabFocusReason)
        return moved

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()  # ours before the window's own Esc
                return True
            if event.type() == QEvent.Type.KeyPress:
                self.close_popover()
                return True
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent):
            is_own_window = isinstance(watched, QWidget) and watched.window() is self._window.window()
            inside = self.rect().contains(self.mapFromGlobal(event.globalPosition().toPoint()))
            if is_own_window and not inside:
                self.close_popover()
        return super().eventFilter(watched, event)


def _line(parent: QWidget) -> QFrame:
    line = QFrame(parent)
    line.setProperty("kind", "line")
    line.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    line.setFixedHeight(1)
    return line
