"""The databases every test here runs on, Erika's invoice in them, and what works on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.hub.billing.ground import House, bill
from tests.hub.databases import (
    clock,
    database,
    database_url,
    firm,
    migrated_file,
    migrated_template,
    soundness,
)
from tests.hub.small_firm import SetClock
from workstation.hub.channels.mail.worker import ParseWorker
from workstation.hub.storage.database import SqlDatabase

__all__ = ["clock", "database", "database_url", "firm", "migrated_file", "migrated_template", "soundness"]


@pytest.fixture(scope="session")
def parser() -> Iterator[ParseWorker]:
    """The limited child process that reads mails."""
    with ParseWorker() as made:
        yield made


@pytest.fixture
def house(firm: SqlDatabase, clock: SetClock, tmp_path: Path, parser: ParseWorker) -> House:
    """The firm that bills; Erika's invoice is five weeks overdue."""
    bill(firm)
    return House(firm, clock, tmp_path, parser)
