"""Child: starts the real window until all of it is loaded; or a bare one; or puts keys into a keyring.

Arguments: ``bare``, ``loaded PROFILE``, ``keep PROFILE``. Tells when all was there, when the first cases were
shown, the longest time the window did not take its turn, and the memory it takes.
"""

from __future__ import annotations

import os
import sys
import time


def _bare() -> None:
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    app = QApplication(sys.argv[:1])
    window = QMainWindow()
    window.resize(1440, 900)
    window.show()
    app.processEvents()
    at = time.monotonic()
    # Its event loop has run, as that of the other side has.
    QTimer.singleShot(200, lambda: _done(painted_at=at, loaded_at=at, rows_at=at, stall_s=0.0))
    app.exec()


def _loaded(profile: str) -> None:
    from pathlib import Path

    from workstation.system.collecting import collect_rarely

    collect_rarely()  # as the command line does first of all
    from PySide6.QtCore import QTimer, QtMsgType, qInstallMessageHandler

    from workstation.window import Running, StartOptions, run_window

    def drive(running: Running) -> None:
        painted = time.monotonic()
        seen = {"last": painted, "stall": 0.0, "loaded": 0.0, "rows": 0.0}

        def look() -> None:
            now = time.monotonic()
            if not seen["loaded"]:
                seen["stall"] = max(seen["stall"], now - seen["last"])
            seen["last"] = now
            if not seen["rows"] and running.first.model.model.rows():
                seen["rows"] = now
            if not seen["loaded"] and running.is_ready is not None and running.is_ready.is_set():
                seen["loaded"] = now
            if seen["loaded"] and seen["rows"]:
                _done(
                    painted_at=painted,
                    loaded_at=seen["loaded"],
                    rows_at=seen["rows"],
                    stall_s=seen["stall"],
                )
            if now - painted > 60:
                os._exit(3)

        timer = QTimer(running.window)
        timer.setInterval(1)
        timer.timeout.connect(look)
        timer.start()

    def quiet(_kind: QtMsgType, _context: object, _text: str) -> None:
        return

    qInstallMessageHandler(quiet)
    run_window(StartOptions(profile=Path(profile), may_use_key_files=True), drive)


def _keep(profile: str) -> None:
    """Move the keys of a profile from its files into the keyring of this session."""
    import shutil
    from pathlib import Path

    from benchmarks.children import answer
    from workstation.storage.secret_place import open_secrets
    from workstation.system.keys import FileSecrets

    folder = Path(profile)
    files = FileSecrets(folder / "keys")
    secrets, place = open_secrets(folder)
    for name in ("replica-key", "outbox-key"):
        key = files.read(name)
        assert key is not None
        secrets.write(name, key)
    shutil.rmtree(folder / "keys")
    answer(place=place)


def _done(**found: float) -> None:
    from benchmarks.children import answer
    from benchmarks.machine import memory_of

    answer(**found, memory=memory_of(os.getpid()))
    os._exit(0)  # what follows is not part of this


if __name__ == "__main__":
    {"bare": lambda *_: _bare(), "loaded": _loaded, "keep": _keep}[sys.argv[1]](*sys.argv[2:])
