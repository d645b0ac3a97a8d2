"""Named places at which a test may end the process as hard as a power cut would."""

from __future__ import annotations

import os
import signal
import sys

_ENVIRONMENT = "WORKSTATION_CRASH_AT"


class _Plan:
    """What ``WORKSTATION_CRASH_AT`` asks for: ``name`` or ``name:n`` for the n-th pass."""

    def __init__(self, text: str) -> None:
        name, _, count = text.partition(":")
        self.name = name
        self.left = int(count) if count.isdigit() and int(count) > 0 else 1


_plan = _Plan(os.environ.get(_ENVIRONMENT, ""))


def crashpoint(name: str) -> None:
    """Kill the own process, without any clean-up, when the environment names this place; else do nothing."""
    if name != _plan.name:
        return
    _plan.left -= 1
    if _plan.left == 0:
        _die()


def _die() -> None:
    if sys.platform == "win32":
        os.abort()
    else:
        os.kill(os.getpid(), signal.SIGKILL)
