"""What a seed decides: when a process dies, what comes in between, and the ids everybody makes."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any

import workstation.casework
import workstation.hub
import workstation.services
import workstation.storage
from workstation.casework.ids import uuid7
from workstation.system import clock as clock_module
from workstation.system.crashpoint import crashpoint

BEGIN = datetime.fromisoformat("2026-11-23T09:00:00+00:00")


_NOT_NEEDED = tuple(
    f"workstation.hub.{name}"
    for name in ("commands", "cli", "app", "api", "serving", "services.import", "storage.migrations")
)
"""What a run never comes to."""


class Died(BaseException):
    """The process ended here; whoever stands outside of it goes on."""

    def __init__(self, place: str) -> None:
        super().__init__(place)
        self.place = place


class TrueTime:
    """The time of the world; every clock in it is this one, shifted."""

    def __init__(self) -> None:
        self.at = BEGIN

    def go(self, seconds: float) -> None:
        """Let time pass."""
        self.at += timedelta(seconds=seconds)


class ShiftedClock:
    """The clock of one device: it may be wrong, its monotonic part is not."""

    def __init__(self, time: TrueTime, offset_s: float = 0.0) -> None:
        self.time = time
        self.offset_s = offset_s

    def now(self) -> datetime:
        """The moment this device believes in."""
        return self.time.at + timedelta(seconds=self.offset_s)

    def monotonic(self) -> float:
        """Seconds that always go forward."""
        return (self.time.at - BEGIN).total_seconds()


class Chance:
    """The one source of chance of a run; the same seed gives the same run."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.death_rate = 0.0
        self.between: list[Callable[[str], None]] = []
        """Called at break points outside of transactions: what else happens just then."""
        self.places: dict[str, int] = {}
        self._is_inside = False

    def hit(self, share: float) -> bool:
        """Whether something with this probability happens now."""
        return self.random.random() < share

    def at(self, place: str) -> None:
        """A break point of the program is passed."""
        self.places[place] = self.places.get(place, 0) + 1
        if self.death_rate and self.hit(self.death_rate):
            raise Died(place)
        if self._is_inside or "before_commit" in place:
            return
        self._is_inside = True
        try:
            for act in self.between:
                act(place)
        finally:
            self._is_inside = False

    def new_ids(self) -> _Ids:
        """Return a maker of ids that are strictly increasing and depend on the seed alone."""
        return _Ids(self.random)


class _Ids:
    def __init__(self, random: Random) -> None:
        self._random = random
        self._count = 0

    def next(self, milliseconds: int) -> str:
        """Return a new id."""
        self._count += 1
        return uuid7(milliseconds, self._count.to_bytes(6, "big") + self._random.randbytes(4))


@contextmanager
def governed(chance: Chance) -> Iterator[None]:
    """Let ``chance`` decide at every break point, and about every id, as long as this lasts."""
    load_everything()
    ids: Any = clock_module._ids
    changed = replace_everywhere("crashpoint", crashpoint, chance.at)
    clock_module._ids = chance.new_ids()  # type: ignore[assignment]
    try:
        yield
    finally:
        clock_module._ids = ids
        for module in changed:
            setattr(module, "crashpoint", crashpoint)  # noqa: B010


@cache
def load_everything() -> None:
    """Load all modules of the product that a run may need: one that came later would be out of control."""
    for package in (workstation.casework, workstation.hub, workstation.services, workstation.storage):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.startswith(_NOT_NEEDED) and not found.name.endswith(".env"):
                importlib.import_module(found.name)


def replace_everywhere(name: str, original: object, replacement: object) -> list[Any]:
    """Put ``replacement`` where modules of the product have taken ``original`` in by ``name``."""
    found = [
        module
        for module_name, module in list(sys.modules.items())
        if module_name.startswith(("workstation.", "tests.faults.sim.memory"))
        and getattr(module, name, None) is original
    ]
    for module in found:
        setattr(module, name, replacement)
    return found
