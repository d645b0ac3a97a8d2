"""What a screen reader is told without moving the focus: urgent at once, other news at most every 3 s."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QObject, QTimer
from PySide6.QtWidgets import QWidget

PAUSE_MS = 3000


class Announcer(QObject):
    """Speaks for one window. Of several polite messages within 3 s only the last is said."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._waiting = ""
        self._since = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._say_waiting)
        self.said: list[str] = []
        """What was said, newest last (at most 20)."""

    def announce(self, words: str, *, is_urgent: bool = False) -> None:
        """Say ``words``; ``is_urgent`` (a decision began, was booked, failed) interrupts and never waits."""
        if is_urgent:
            self._say(words, is_urgent=True)
            return
        left = PAUSE_MS - self._since.elapsed() if self._since.isValid() else 0
        if left <= 0:
            self._say(words)
            return
        self._waiting = words
        if not self._timer.isActive():
            self._timer.start(int(left))

    def _say_waiting(self) -> None:
        if self._waiting:
            words, self._waiting = self._waiting, ""
            self._say(words)

    def _say(self, words: str, *, is_urgent: bool = False) -> None:
        # Made with the first words: the first paint says nothing, and Qt's classes take their time.
        from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent

        politeness = QAccessible.AnnouncementPoliteness
        self._since.start()
        self.said = [*self.said[-19:], words]
        event = QAccessibleAnnouncementEvent(self._window, words)
        event.setPoliteness(politeness.Assertive if is_urgent else politeness.Polite)
        QAccessible.updateAccessibility(event)
