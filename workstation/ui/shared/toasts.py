"""Toasts at the bottom left: news with one act, 6 s, at most two; never about lost money."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton, QWidget

from workstation.ui.shared.theme import Theme
from workstation.ui.shared.words import translate

MOST = 2
_WIDEST = 480
_CHANGES_PLACE = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)


class Toast(QFrame):
    """One piece of news. The pointer over it stops its clock."""

    closed = Signal()
    paused = Signal(bool)
    """The pointer has come over it (its clock stands still), or has left."""

    def __init__(
        self, theme: Theme, words: str, icon: str, act: str, parent: QWidget, lasts_s: float = 0
    ) -> None:
        super().__init__(parent)
        self.about = ""
        """Id of what it speaks of, if that may end before the toast does."""
        self.setProperty("surface", "toast")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(words)
        self._grid = grid = QGridLayout(self)
        px, top = theme.px, Qt.AlignmentFlag.AlignTop
        grid.setContentsMargins(px(14), px(8), px(8), px(8))
        grid.setHorizontalSpacing(px(10))
        grid.setVerticalSpacing(px(2))
        picture = QLabel(self)
        theme.set_icon(picture, icon, "text.secondary", 16)
        picture.setFixedHeight(theme.px(32))
        grid.addWidget(picture, 0, 0, top)
        self._words = QLabel(words, self)
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        theme.style(self._words, "bodyMedium")
        grid.addWidget(self._words, 0, 1, Qt.AlignmentFlag.AlignVCenter)
        self.act = QPushButton(act, self)
        theme.style(self.act, "bodyMedium", kind="ghost")
        self.act.setVisible(bool(act))
        grid.addWidget(self.act, 0, 2)
        close = QPushButton(self)
        close.setAccessibleName(translate("Toast", "Schließen"))
        close.setToolTip(translate("Toast", "Schließen"))
        theme.style(close, "body", kind="icon-ghost")
        theme.set_icon(close, "x", "text.secondary", 16)
        close.clicked.connect(self.leave)
        grid.addWidget(close, 0, 3, top)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(round((lasts_s or theme.tokens.time["toastSeconds"]) * 1000))
        self._left_ms = self._timer.interval()
        self._timer.timeout.connect(self.leave)
        self._timer.start()

    def fit(self, most: int) -> None:
        """Take the width of the sentence, at most ``most`` px; beyond it the sentence goes on below.

        Then the act stands below the sentence, so that both have their whole words.
        """
        label = self._words
        self._place_act(is_below=False)
        label.setWordWrap(False)
        wanted = label.sizeHint().width()
        label.setFixedWidth(wanted)
        if self.sizeHint().width() > most:
            self._place_act(is_below=True)
        rest = self.sizeHint().width() - wanted
        label.setWordWrap(True)
        label.setFixedWidth(max(1, min(wanted, most - rest)))
        label.setFixedHeight(label.heightForWidth(label.width()))
        self.adjustSize()

    def _place_act(self, *, is_below: bool) -> None:
        self._grid.removeWidget(self.act)
        side = Qt.AlignmentFlag.AlignRight if is_below else Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(self.act, int(is_below), 1 if is_below else 2, 1, 3 if is_below else 1, side)

    def leave(self) -> None:
        """Go away now."""
        self._timer.stop()
        self.closed.emit()
        self.deleteLater()

    def enterEvent(self, event: QEnterEvent) -> None:
        if self._timer.isActive():
            self._left_ms = self._timer.remainingTime()
            self._timer.stop()
            self.paused.emit(True)

    def leaveEvent(self, event: QEvent) -> None:
        if not self._timer.isActive():
            self._timer.start(max(1, self._left_ms))
            self.paused.emit(False)


class Toasts(QObject):
    """Shows toasts over the bottom left corner of ``window``, ``left`` px in (the width of the rail).

    ``room``: how wide they may get, in px, so that they never lie over what is being written; ``floor``: the
    y of the window above which they stand, for the same reason. Where not all fit, the newest is seen.
    What ``spares`` returns, in px of the window, is not lain over either: they stand above it then.
    """

    def __init__(
        self,
        theme: Theme,
        window: QWidget,
        left: int = 96,
        room: Callable[[], int] | None = None,
        floor: Callable[[], int] | None = None,
    ) -> None:
        super().__init__(window)
        self._theme, self._window, self._left, self._room, self._floor = theme, window, left, room, floor
        self.shown: list[Toast] = []
        self.spares: Callable[[], QRect] = QRect
        window.installEventFilter(self)

    def keep_clear_of(self, widget: QWidget) -> None:
        """Find a new place whenever ``widget``, which ``floor`` asks about, comes, goes or moves."""
        widget.installEventFilter(self)

    def settle(self) -> None:
        """Find a new place: what ``spares`` tells of has moved."""
        if self.shown and self._window.isVisible():
            self._arrange()

    def show_toast(
        self,
        words: str,
        *,
        icon: str = "info",
        act: str = "",
        on_act: Callable[[], None] | None = None,
        about: str = "",
        lasts_s: float = 0,
    ) -> Toast:
        """Show ``words`` with one act («Öffnen»); the oldest leaves when there would be three.

        ``lasts_s``: for how long, in seconds; 0 is the usual time.
        """
        while len(self.shown) >= MOST:
            self.shown[0].leave()
        toast = Toast(self._theme, words, icon, act, self._window, lasts_s)
        toast.about = about
        if on_act is not None:
            toast.act.clicked.connect(on_act)
        toast.act.clicked.connect(toast.leave)
        toast.closed.connect(lambda: self._forget(toast))
        self.shown.append(toast)
        toast.show()
        self._arrange()
        return toast

    def drop(self, about: str) -> None:
        """Let go what speaks of ``about``: that is over, and its act with it."""
        for toast in [one for one in self.shown if one.about == about]:
            toast.leave()

    def _forget(self, toast: Toast) -> None:
        if toast in self.shown:
            self.shown.remove(toast)
            self._arrange()

    def _arrange(self) -> None:
        y = self._window.height() - self._theme.px(16)
        if self._floor is not None:
            y = min(y, self._floor() - self._theme.px(8))
        room = self._window.width() - self._theme.px(self._left) - self._theme.px(16)
        if self._room is not None:
            room = min(room, self._room())
        for toast in self.shown:
            toast.fit(max(1, min(self._theme.px(_WIDEST), room)))
        y = self._above_spared(y)
        for toast in reversed(self.shown):
            y -= toast.height()
            toast.setVisible(y >= 0 or toast is self.shown[-1])
            toast.move(self._theme.px(self._left), max(0, y))
            toast.raise_()
            y -= self._theme.px(8)

    def _above_spared(self, y: int) -> int:
        spared, gap = self.spares(), self._theme.px(8)
        height = sum(toast.height() for toast in self.shown) + gap * (len(self.shown) - 1)
        width = max((toast.width() for toast in self.shown), default=0)
        stack = QRect(self._theme.px(self._left), y - height, width, height)
        above = spared.top() - gap
        return above if spared.intersects(stack) and above >= height else y

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A window that goes away hides itself when half of it is gone: nothing can be asked of it then.
        kinds = _CHANGES_PLACE if watched is not self._window else (QEvent.Type.Resize,)
        if self.shown and event.type() in kinds:
            self._arrange()
        return super().eventFilter(watched, event)
