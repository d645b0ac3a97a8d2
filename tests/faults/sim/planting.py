"""How a bug is put into the program on purpose, and taken out again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Change = tuple[Any, str, Any]
"""Where, which name, what instead."""
BUGS: dict[str, Callable[[], list[Change]]] = {}


def bug(plant: Callable[[], list[Change]]) -> Callable[[], list[Change]]:
    """Register a bug under its function's name; its docstring says what is wrong."""
    BUGS[plant.__name__] = plant
    return plant


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Have the bug in the program as long as this lasts."""
    changes = BUGS[name]()
    kept = [(where, what, getattr(where, what)) for where, what, _ in changes]
    for where, what, instead in changes:
        setattr(where, what, instead)
    try:
        yield
    finally:
        for where, what, before in kept:
            setattr(where, what, before)
