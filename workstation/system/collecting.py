"""The garbage collector while a program starts: it rests, and what is loaded is set apart afterwards."""

from __future__ import annotations

import gc

_RESTING = 1_000_000
"""More new objects than a start makes; a start that waits for a person is still collected some day."""
_USUAL = gc.get_threshold()


def collect_rarely() -> None:
    """Let it rest: a start keeps nearly all it makes, and looking through it again and again takes time."""
    gc.set_threshold(_RESTING)


def collect_as_usual() -> None:
    """Let it work again, but not go through what was loaded at the start with every full collection."""
    if gc.get_threshold() != _USUAL:
        gc.set_threshold(*_USUAL)
        gc.freeze()


def forget_start() -> None:
    """Let it look at everything again, for those who start another window in the same process."""
    collect_as_usual()
    gc.unfreeze()
