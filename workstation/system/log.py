"""Logging of both houses: one line a record, to a rotating file or standard error; no personal text."""

from __future__ import annotations

import logging
import re
import sys
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path

_MAX_BYTES = 2 * 1024 * 1024
_KEPT = 5
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class _OneLine(logging.Formatter):
    """``time level logger thread message``; a traceback follows on lines of its own."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s [%(threadName)s] %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        # What another server answered may be in it: no line of the log is written by a stranger, and none
        # gives orders to the terminal it is read in.
        return _CONTROL.sub(lambda sign: repr(sign[0])[1:-1], super().formatMessage(record))

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def configure(
    file: Path | None = None, *, to_stderr: bool = True, level: int = logging.INFO
) -> list[logging.Handler]:
    """Send the log of the whole process to ``file`` and/or standard error; returns the new handlers."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if getattr(handler, "is_workstation", False):
            root.removeHandler(handler)
            handler.close()
    made: list[logging.Handler] = []
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        made.append(RotatingFileHandler(file, maxBytes=_MAX_BYTES, backupCount=_KEPT, encoding="utf-8"))
    if to_stderr:
        made.append(logging.StreamHandler(sys.stderr))
    for handler in made:
        handler.setFormatter(_OneLine())
        handler.is_workstation = True  # type: ignore[attr-defined]
        root.addHandler(handler)
    root.setLevel(level)
    return made
