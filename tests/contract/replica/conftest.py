"""Every replica there is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.desk.materials import KEY, SetClock
from tests.fakes.replica import MemoryReplica
from workstation.ports import Replica
from workstation.storage.opening import open_replica


@pytest.fixture(params=["memory", "sqlcipher"])
def replica(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Replica]:
    """The replica under test."""
    if request.param == "memory":
        yield MemoryReplica()
        return
    real = open_replica(tmp_path, KEY, SetClock())
    yield real
    real.close()
