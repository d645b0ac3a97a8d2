"""Child: repaints the visible rows of the queue, with the product's delegate or with Qt's own."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QHeaderView, QTableView

from benchmarks.children import answer, given

ROWS, REPAINTS, FRAMES = 2000, 200, 300
_HEIGHT = 84
"""Of a plain row, unless the other side says how high its own are."""


def _plain(height: int) -> Any:
    """Return Qt's own table over Qt's own model: all of it is C++."""
    view = QTableView()
    model = QStandardItemModel(0, 1, view)
    for number in range(ROWS):
        model.appendRow(QStandardItem(f"Erika Beispiel {number}\nSchale zerbrochen, Bestellung B-{number}"))
    view.setModel(model)
    view.setShowGrid(False)
    view.horizontalHeader().hide()
    view.verticalHeader().hide()
    view.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    view.verticalHeader().setDefaultSectionSize(height)
    view.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return view


def _ours(app: QApplication, home: str) -> tuple[Any, Any]:
    """Return the queue pane as the window has it, and its list."""
    from workstation.services.views import Key, QueueItem
    from workstation.ui.shared.formats import Formats
    from workstation.ui.shared.theme import Theme
    from workstation.ui.shell.first_paint import FirstPaint
    from workstation.ui.shell.rows import queue_row
    from workstation.ui.shell.view import MainWindow

    theme = Theme(app, Path(home))
    theme.apply()
    first = FirstPaint(MainWindow(theme), Formats("de"))
    now = datetime.now(UTC)
    items = [
        QueueItem(
            case_id=f"case-{number}",
            key=Key(0, number, 0, f"case-{number}"),
            customer_id=f"customer-{number}",
            customer_name=f"Erika Beispiel {number}",
            subject=f"Schale zerbrochen, Bestellung B-{number}",
            channel="mail",
            status="open",
            number=40_000 + number,
            due_at=now + timedelta(minutes=number * 7 - 30),
            due_kind="first_response",
            waiting_since=now - timedelta(minutes=number),
            is_unread=number % 3 == 0,
        )
        for number in range(ROWS)
    ]
    first.model.preload([queue_row(item) for item in items])
    return first.view, first.view.list


def _measure() -> None:
    asked = given()
    app = QApplication([])
    if asked["side"] == "ours":
        pane, view = _ours(app, asked["home"])
    else:
        pane = view = _plain(asked.get("height") or _HEIGHT)
    pane.resize(340, 1000)
    pane.show()
    app.processEvents()
    bar = view.verticalScrollBar()
    bar.setValue(400)
    app.processEvents()
    viewport = view.viewport()
    repaints, frames = [], []
    for _ in range(REPAINTS):
        # Processor time: painting waits for nothing, and other work on the machine counts less.
        begun = time.process_time()
        viewport.repaint()
        repaints.append(time.process_time() - begun)
    for number in range(FRAMES):
        begun = time.perf_counter()
        bar.setValue(400 + number * 60)
        app.processEvents()
        frames.append(time.perf_counter() - begun)
    answer(repaints=repaints, frames=frames, height=view.rowHeight(view.rowAt(200)))


if __name__ == "__main__":
    _measure()
