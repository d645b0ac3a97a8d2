"""Every outbox there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.materials import KEY, SetClock, an_id, sign
from tests.fakes.outbox import MemoryOutbox
from workstation.ports import Outbox
from workstation.storage.opening import open_outbox
from workstation.storage.room import Room


@pytest.fixture
def clock() -> SetClock:
    """A clock to be set."""
    return SetClock()


@pytest.fixture(params=["memory", "sqlcipher"])
def outbox(request: pytest.FixtureRequest, tmp_path: Path, clock: SetClock) -> Iterator[Outbox]:
    """The outbox under test."""
    if request.param == "memory":
        memory = MemoryOutbox(clock)
        memory.set_note("device_id", an_id("device"))
        yield memory
        return
    room = Room(tmp_path, reserve_bytes=65536, low_bytes=1)
    real, _ = open_outbox(tmp_path, KEY, clock, sign, room=room)
    real.set_note("device_id", an_id("device"))
    yield real
    real.close()
