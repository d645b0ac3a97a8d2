"""The loop over one mailbox: takes, files away, survives outages, ends when asked; on real servers too."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.mail_transport.conftest import real_post
from tests.hub.intake.conftest import Desk
from tests.hub.intake.mails import a_mail
from tests.hub.mail_out.ground import Post, lay_down, the_effect, the_message, the_record
from tests.hub.small_firm import TENANT
from tests.servers.ground import wait_until
from tests.servers.mail import MailServers
from workstation.casework.message import Message
from workstation.casework.projection import CaseState, Given, delivered
from workstation.hub.channels.mail.mailbox_settings import FolderSettings
from workstation.hub.channels.mail.transport_folder import FolderSource, drop_into
from workstation.hub.ports import Tx
from workstation.hub.ports_mail import MailboxUnavailable
from workstation.hub.services.mailbox_loop import MailboxLoop


@pytest.fixture
def stop() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def a_folder(tmp_path: Path) -> FolderSource:
    return FolderSource(FolderSettings(mailbox="service", incoming=str(tmp_path / "in"), outgoing=""))


def test_a_round_takes_what_is_there_and_files_it(desk: Desk, tmp_path: Path, stop: threading.Event) -> None:
    for number in (1, 2):
        drop_into(tmp_path / "in", a_mail(message_id=f"m{number}@x.test"), f"{number}.mail")
    loop = MailboxLoop(a_folder(tmp_path), desk.intake, desk.clock, stop)
    assert loop.round() == 2
    assert loop.round() == 0
    (case,) = desk.cases()
    assert sum(one.kind == "inbound" for one in desk.file(case.case_id).messages) == 2
    assert len(list((tmp_path / "in" / "cur").iterdir())) == 2
    assert (loop.status.state, loop.status.taken) == ("reading", 2)


def test_an_outage_is_said_and_over_when_it_is_over(
    desk: Desk, tmp_path: Path, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop_into(tmp_path / "in", a_mail(), "1.mail")
    source = a_folder(tmp_path)
    tries = iter((True, True, False))
    opened = FolderSource.open

    def broken(self: FolderSource) -> int:
        if next(tries, False):
            raise MailboxUnavailable("mailbox.unreachable", host="h", port=1, why="away")
        return opened(self)

    monkeypatch.setattr(FolderSource, "open", broken)
    said: list[str] = []

    def pause(_longest: float) -> float:
        said.append("pause")
        return 0.01

    loop = MailboxLoop(source, desk.intake, desk.clock, stop, pause=pause)
    thread = threading.Thread(target=loop.run)
    thread.start()
    assert wait_until(lambda: loop.status.taken == 1, within_s=60)
    stop.set()
    thread.join(60)
    assert said == ["pause", "pause"]
    assert loop.status.state == "stopped"
    assert len(desk.cases()) == 1


@pytest.mark.mail_server
def test_mail_arrives_by_idle_and_a_bounce_comes_back(
    desk: Desk, tmp_path: Path, mail_servers: MailServers, stop: threading.Event
) -> None:
    """A customer writes, our answer bounces, the case is on top again: all through Postfix and Dovecot."""
    post = real_post(mail_servers)
    loop = MailboxLoop(post.source, desk.intake, desk.clock, stop)
    thread = threading.Thread(target=loop.run)
    thread.start()
    try:
        assert wait_until(lambda: loop.status.state == "reading", within_s=60)
        post.drop(a_mail())
        assert wait_until(lambda: len(desk.cases()) == 1, within_s=60)
        mail_servers.bounce("full@kundin.test")
        out = Post(desk.database, desk.clock, tmp_path)
        lay_down(desk.database, the_message(to=("full@kundin.test",)), the_record())
        done = out.over(post.sender, post.own_address).perform(the_effect())
        deliver(desk, done.ext_ref)
        assert wait_until(lambda: out.message().delivery == "bounced", within_s=60), loop.status
    finally:
        stop.set()
        thread.join(60)
    case = desk.case(out.message().case_id)
    assert case.has_undelivered
    assert case.due is not None
    assert case.due.kind == "undelivered"
    assert len(desk.cases()) == 2
    assert len(mail_servers.messages(post.own_address)) == 2


def deliver(desk: Desk, rfc_id: str) -> None:
    """Write down that our first server took the answer, as the effect worker does."""

    def work(tx: Tx) -> None:
        message = tx.message_by_rfc_id(rfc_id)
        assert message is not None
        file = tx.case_file(message.case_id, lock=True)
        state = CaseState(case=file.case, messages=file.messages, customer=file.customer)
        after = delivered(state, message.message_id, Given(at=tx.now), rfc_message_id=rfc_id)
        for one in (after.case, *(item for item in after.messages if isinstance(item, Message))):
            assert one is not None
            tx.put(one)

    desk.database.run(TENANT, work)
