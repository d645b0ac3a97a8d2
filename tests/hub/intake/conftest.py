"""The intake over a small firm, reading mails in the limited child process."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from tests.hub.small_firm import TEAM, TENANT, SetClock, small_firm
from workstation.casework.case import Case
from workstation.casework.message import Message
from workstation.hub.channels.mail.reading import LimitedReader
from workstation.hub.channels.mail.worker import ParseWorker
from workstation.hub.ports_intake import IntakeRow
from workstation.hub.ports_mail import RawMail
from workstation.hub.ports_values import CaseFile
from workstation.hub.services.intake import Intake, IntakePorts
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.intake_ledger import open_intake_ledger


@dataclass
class Desk:
    """The intake with shorthands for looking at what it did."""

    database: SqlDatabase
    clock: SetClock
    intake: Intake
    uids: Iterator[int] = field(default_factory=lambda: iter(range(1, 10_000)))

    def take(self, raw: bytes, received_at: datetime | None = None, uid: int | None = None) -> IntakeRow:
        number = next(self.uids) if uid is None else uid
        return self.intake.take(RawMail("service", 7, number, raw, received_at or self.clock.now()))

    def file(self, case_id: str) -> CaseFile:
        return self.database.read(TENANT, lambda tx: tx.case_file(case_id))

    def case(self, case_id: str) -> Case:
        case = self.file(case_id).case
        assert case is not None
        return case

    def message(self, row: IntakeRow) -> Message:
        found = self.database.read(TENANT, lambda tx: tx.get(Message, row.message_id))
        assert found is not None
        return found

    def cases(self) -> tuple[Case, ...]:
        return self.database.read(TENANT, lambda tx: tx.open_cases())

    def blob(self, sha256: str) -> bytes:
        found = self.database.blobs.read(TENANT, sha256)
        assert found is not None
        assert hashlib.sha256(found).hexdigest() == sha256
        return found


@pytest.fixture(scope="session")
def worker() -> Iterator[ParseWorker]:
    with ParseWorker() as made:
        yield made


@pytest.fixture
def desk(tmp_path: Path, worker: ParseWorker) -> Iterator[Desk]:
    with small_firm(tmp_path) as (database, clock):
        ports = IntakePorts(database, open_intake_ledger, open_books, LimitedReader(worker), clock)
        yield Desk(database, clock, Intake(ports, TENANT, TEAM))
