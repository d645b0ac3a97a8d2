"""Mails of one person that come in at the same moment, through several mailboxes and workers: one matter."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.hub.databases import (
    clock,
    database,
    database_url,
    firm,
    migrated_file,
    migrated_template,
    soundness,
)
from tests.hub.intake.mails import a_mail
from tests.hub.service_desk import ServiceDesk
from tests.hub.small_firm import ERIKA, TEAM, TENANT, SetClock
from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.wire import commands as c
from workstation.hub.channels.mail.reading import LimitedReader
from workstation.hub.channels.mail.worker import ParseWorker
from workstation.hub.ports import Tx
from workstation.hub.ports_intake import IntakeRow
from workstation.hub.ports_mail import IncomingMail, RawMail
from workstation.hub.services.identity import identity, with_identity
from workstation.hub.services.intake import Intake, IntakePorts
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.intake_ledger import open_intake_ledger

__all__ = ["clock", "database", "database_url", "firm", "migrated_file", "migrated_template", "soundness"]
NEW = "Nina Neu <nina@web.test>"


class Ready:
    """Reads nothing any more: all mails have been read before, so that their transactions begin at once."""

    def __init__(self, mails: dict[bytes, IncomingMail]) -> None:
        self._mails = mails

    def read(self, raw: bytes) -> IncomingMail:
        return self._mails[raw]


class Rush:
    """Several mailboxes with a worker each, let go at the same moment."""

    def __init__(self, firm: SqlDatabase, clock: SetClock, worker: ParseWorker) -> None:
        self.firm, self.clock = firm, clock
        self._reader = LimitedReader(worker)
        self._uid = 0

    def take(self, *mails: bytes) -> Sequence[IntakeRow]:
        read = {raw: self._reader.read(raw) for raw in mails}
        start = Barrier(len(mails))
        ports = IntakePorts(self.firm, open_intake_ledger, open_books, Ready(read), self.clock)
        self._uid += 1

        def one(place: int) -> IntakeRow:
            intake = Intake(ports, TENANT, TEAM)
            mail = RawMail(f"box{place}", 7, self._uid, mails[place], self.clock.now())
            row = intake.store(mail)
            start.wait()
            return intake.settle(row)

        with ThreadPoolExecutor(len(mails)) as pool:
            return list(pool.map(one, range(len(mails))))

    def cases(self) -> tuple[Case, ...]:
        return self.firm.read(TENANT, lambda tx: tx.open_cases())


@pytest.fixture
def rush(firm: SqlDatabase, clock: SetClock, worker: ParseWorker) -> Rush:
    return Rush(firm, clock, worker)


def mails(*senders: str) -> list[bytes]:
    return [
        a_mail(f"Frage {number}", from_=sender, subject=f"Frage {number}", message_id=f"m{number}@web.test")
        for number, sender in enumerate(senders)
    ]


def test_the_first_mails_of_somebody_new_are_one_customer_and_one_case(rush: Rush) -> None:
    rows = rush.take(*mails(NEW, "nina@web.test", "NINA@web.test", NEW))
    assert {row.state for row in rows} == {"done"}
    assert len({row.case_id for row in rows}) == 1
    [case] = rush.cases()
    found = rush.firm.read(TENANT, lambda tx: tx.customer_by_identity("email", "nina@web.test"))
    assert found is not None
    assert case.customer_id == found.customer_id
    texts = {item.text for item in rush.firm.read(TENANT, lambda tx: tx.messages_of(case.case_id))}
    assert texts == {f"Frage {number}" for number in range(4)}


def test_the_mails_of_a_known_customer_from_two_addresses_are_one_case(rush: Rush) -> None:
    def second(tx: Tx) -> None:
        erika = tx.get(Customer, ERIKA)
        assert erika is not None
        tx.put(with_identity(erika, identity("email", "privat@web.test", at=tx.now, by="rule:import")))

    rush.firm.run(TENANT, second)
    rows = rush.take(*mails("erika@kundin.test", "privat@web.test", "erika@kundin.test"))
    assert len({row.case_id for row in rows}) == 1
    assert len(rush.cases()) == 1


def test_one_mail_that_reached_two_mailboxes_is_one_message(rush: Rush) -> None:
    one = a_mail("An alle", from_=NEW, message_id="einmal@web.test")
    copy = one.replace(b"Subject:", b"X-Box: two\nSubject:")
    rows = rush.take(one, copy, one)
    assert sorted(row.state for row in rows) == ["done", "repeat", "repeat"]
    [case] = rush.cases()
    said = rush.firm.read(TENANT, lambda tx: tx.messages_of(case.case_id))
    assert [item.kind for item in said] == ["inbound"]


def test_different_people_do_not_wait_for_one_another_for_ever(rush: Rush) -> None:
    senders = [f"p{number}@web.test" for number in range(6)]
    rows = rush.take(*mails(*senders))
    assert len({row.case_id for row in rows}) == len(senders)
    assert len({case.number for case in rush.cases()}) == len(senders)


def test_a_mail_that_comes_while_its_case_is_merged_is_asked_about_where_that_went(rush: Rush) -> None:
    desk = ServiceDesk(rush.firm, rush.clock)
    for turn in range(3):
        member, root = desk.open_case(), desk.open_case()
        case = desk.case(member)
        raw = a_mail(
            f"Dazu {turn}", message_id=f"d{turn}@web.test", more=f"In-Reply-To: <{member}@kundin.test>\n"
        )
        merging = desk.envelope(c.MergeCase(case_id=member, into_case_id=root))
        with ThreadPoolExecutor(1) as pool:
            said = pool.submit(desk.send, merging)
            [row] = rush.take(raw)
            assert isinstance(said.result()[0], c.Applied)
        assert row.case_id in (member, root)
        # Before the merge it was the member's, and went along; after it, it is the root's own.
        assert (desk.case(member).last_inbound_id == case.last_inbound_id) == (row.case_id == root)
        assert desk.case(root).waits_since is not None
        desk.give(c.SolveCase(case_id=root, without_answer="thanks"))
