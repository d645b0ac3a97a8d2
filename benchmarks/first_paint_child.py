"""Child: from its start to the first painted frame, of a bare window or of the product's own.

Arguments: ``bare``, or ``ours PROFILE``, or ``watched PROFILE``. Nothing is imported before that a real start
would not import.
"""

from __future__ import annotations

import os
import sys

HEAVY = ("sqlalchemy", "requests", "keyring", "pydantic", "alembic", "litestar")
"""Libraries that may not be loaded before the first paint."""


def _bare() -> None:
    from PySide6.QtWidgets import QApplication, QMainWindow

    app = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.resize(1440, 900)
    window.show()
    app.processEvents()
    _done(0, True)


def _ours(profile: str, is_watched: bool) -> None:
    from pathlib import Path

    from workstation.system.collecting import collect_rarely

    collect_rarely()  # as the command line does first of all
    from workstation.window import Running, StartOptions, run_window

    seen: list[bool] = []
    if is_watched:
        _watch(seen)

    def drive(running: Running) -> None:
        _done(len(running.first.model.model.rows()), bool(seen) or not is_watched)

    run_window(StartOptions(profile=Path(profile)), drive)


def _watch(seen: list[bool]) -> None:
    """Note whether the list of cases has painted a row; costs time, so such a run is not counted."""
    from workstation.ui.inbox.delegates import QueueDelegate

    paint = QueueDelegate.paint

    def noted(self: QueueDelegate, *arguments: object) -> None:
        seen.append(True)
        paint(self, *arguments)  # type: ignore[arg-type]

    QueueDelegate.paint = noted  # type: ignore[assignment, method-assign]


def _done(rows: int, has_painted: bool) -> None:
    import time

    painted_at = time.monotonic()
    modules = len(sys.modules)
    loaded = {name.partition(".")[0] for name in sys.modules}
    from benchmarks.children import answer

    answer(
        painted_at=painted_at,
        rows=rows,
        has_painted=has_painted,
        heavy=sorted(loaded & set(HEAVY)),
        loaded=sorted(loaded),
        modules=modules,
    )
    os._exit(0)  # what follows the first paint is not part of this


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        _bare()
    else:
        _ours(sys.argv[2], sys.argv[1] == "watched")
