"""Settings for all tests: the window stays offscreen, nothing is left running, real servers on demand."""

import logging
import os
import sys
import threading
import time
from collections.abc import Iterator

import hypothesis
import pytest

# Before any Qt module is imported: no test needs a display, and none shall find one.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_LOGGING_RULES", "qt.qpa.fonts.warning=false")
# Tests never touch the person's own keyring.
os.environ.setdefault("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")

pytest_plugins = ["tests.servers.fixtures"]

# A busy machine is no failure: examples are not timed, the test as a whole is.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

# Threads that belong to the test tools or to a library that keeps one for the whole process.
_KNOWN_THREADS = ("pytest_timeout", "execnet", "Dummy-", "AnyIO worker", "tmp_path")
_GRACE_S = 20.0
"""A thread that is ending is given its time; on a busy machine that is some seconds."""


class _ForgottenTasks(logging.Handler):
    """Collects asyncio's own complaints: tasks destroyed while pending, exceptions nobody fetched."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@pytest.fixture(autouse=True)
def nothing_is_left_running() -> Iterator[None]:
    """Fail a test that leaves a thread, an unfinished asyncio task or a running Qt timer behind."""
    before = set(threading.enumerate())
    handler = _ForgottenTasks()
    logger = logging.getLogger("asyncio")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
    ends = time.monotonic() + _GRACE_S
    while left := _threads_since(before):
        if time.monotonic() > ends:
            pytest.fail(f"threads left running: {', '.join(sorted(thread.name for thread in left))}")
        time.sleep(0.01)
    assert not handler.said, f"asyncio complained: {handler.said}"
    assert not (timers := _running_timers()), f"timers left running: {timers}"


def _threads_since(before: set[threading.Thread]) -> list[threading.Thread]:
    new = [thread for thread in threading.enumerate() if thread not in before]
    return [thread for thread in new if not thread.name.startswith(_KNOWN_THREADS)]


def _running_timers() -> list[str]:
    """Active timers below the windows that a test left open, if it had any windows."""
    if "PySide6.QtWidgets" not in sys.modules:
        return []
    from PySide6.QtCore import QCoreApplication, QEvent, QTimer
    from PySide6.QtWidgets import QApplication

    if QApplication.instance() is None:
        return []
    # Closed windows are deleted with the next turn of the event loop: let that turn come first.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    timers = [timer for window in QApplication.topLevelWidgets() for timer in window.findChildren(QTimer)]
    return [f"{timer.parent()!r} every {timer.interval()} ms" for timer in timers if timer.isActive()]
