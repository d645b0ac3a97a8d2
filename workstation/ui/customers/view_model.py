"""The list of customers for what is typed."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from workstation.ports import FindHit
from workstation.ui.shared.tasks import TaskStarter


class CustomerFinder(Protocol):
    """Plain find over the customers of this device."""

    async def customers(self, text: str) -> tuple[FindHit, ...]:
        """Return customers for ``text``; an empty text gives those last in touch."""
        ...


class CustomersViewModel(QObject):
    """Asks 80 ms after the last key; answers to an older question are dropped."""

    hits_changed = Signal()

    def __init__(self, finder: CustomerFinder, tasks: TaskStarter) -> None:
        super().__init__()
        self._finder = finder
        self._tasks = tasks
        self.hits: tuple[FindHit, ...] = ()
        self.text = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(80)
        self._timer.timeout.connect(self.refresh)

    def set_text(self, text: str) -> None:
        """Look for ``text``."""
        self.text = text.strip()
        self._timer.start()

    def refresh(self) -> None:
        """Ask again."""
        self._tasks.start(self._find(self.text), name="customers.find", owner=self)

    async def _find(self, text: str) -> None:
        hits = await self._finder.customers(text)
        if text == self.text:
            self.hits = hits
            self.hits_changed.emit()
