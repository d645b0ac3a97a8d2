"""Child: opens the queue and switches its filter over a small and a large replica, by the real services."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from benchmarks.children import answer, given
from benchmarks.replicas import ME, TEAM
from workstation.app import build_desk
from workstation.async_bridge import run_with_qt
from workstation.services.identity import Worker
from workstation.ui.inbox.view import QueuePane
from workstation.ui.inbox.view_model import QueueFilter, QueueViewModel, Scope
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.theme import Theme
from workstation.ui.shell.sources import InboxSource


class _Queue:
    """The queue of one profile in a window of its own."""

    def __init__(self, theme: Theme, profile: str) -> None:
        self.desk = build_desk(Path(profile), may_use_key_files=True)
        self.desk.me.now = Worker(person_id=ME, name="Lisa", login="lisa", role="agent", team_id=TEAM)
        self.model = QueueViewModel(
            InboxSource(self.desk.inbox), self.desk.tasks, self.desk.clock.now, Formats("de")
        )
        self.pane = QueuePane(theme, self.model)
        self.pane.resize(340, 1000)
        self.pane.show()

    async def shown_after(self, queue_filter: QueueFilter) -> float:
        """Return seconds from the question to the painted answer."""
        done = asyncio.Event()
        self.model.counts_changed.connect(done.set)
        begun = time.perf_counter()
        self.model.load(queue_filter)
        await done.wait()
        self.pane.list.viewport().repaint()
        seconds = time.perf_counter() - begun
        self.model.counts_changed.disconnect(done.set)
        return seconds


async def _measure(app: QApplication, asked: dict[str, Any]) -> int:
    theme = Theme(app, Path(asked["home"]))
    theme.apply()
    queues = {name: _Queue(theme, profile) for name, profile in asked["profiles"].items()}
    found: dict[str, dict[str, list[float]]] = {name: {"open": [], "switch": []} for name in queues}
    for number in range(asked["rounds"] + 1):
        for name, queue in queues.items() if number % 2 else reversed(queues.items()):
            switches = [await queue.shown_after(QueueFilter(scope=scope)) for scope in _SWITCHES]
            opened = await queue.shown_after(QueueFilter(scope=Scope.ALL))
            if number:  # the first round warms the caches
                found[name]["open"].append(opened)
                found[name]["switch"] += switches
    rows = {name: len(queue.model.model.rows()) for name, queue in queues.items()}
    answer(found=found, rows=rows)
    for queue in queues.values():
        queue.model.stop()
        await queue.desk.close()
    return 0


_SWITCHES = (Scope.MINE, Scope.TEAM)


if __name__ == "__main__":
    application = QApplication([])
    arguments = given()
    run_with_qt(application, lambda: _measure(application, arguments))
