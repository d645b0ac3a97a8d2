"""Both transports over fresh mailboxes: folders, and real SMTP and IMAP servers (plain, STARTTLS, TLS)."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tests.servers.ground import wait_until
from tests.servers.mail import MailServers
from workstation.hub.channels.mail.connection import close_imap, open_imap
from workstation.hub.channels.mail.mailbox_settings import (
    ArchiveSettings,
    FolderSettings,
    ImapSettings,
    Security,
    ServerAddress,
    SmtpSettings,
)
from workstation.hub.channels.mail.transport_folder import FolderSender, FolderSource, drop_into
from workstation.hub.channels.mail.transport_imap import ImapSource
from workstation.hub.channels.mail.transport_smtp import SmtpSender
from workstation.hub.ports_mail import MailboxUnavailable, MailSender, MailSource

_NUMBERS = itertools.count(1)


@dataclass
class Post:
    """A mailbox to read, a way to drop a mail into it as the world would, and a way out."""

    source: MailSource
    sender: MailSender
    own_address: str
    customer: str
    drop: Callable[[bytes], None]
    outside: Callable[[], list[bytes]]
    """What the customer (or the folder) has received, after everything under way has arrived."""
    again: Callable[[], MailSource]
    """A second source over the same mailbox, as after a restart."""
    is_real: bool = False
    opened: list[MailSource] = field(default_factory=list)


def imap_address(servers: MailServers, user: str, security: Security = "none") -> ServerAddress:
    """The IMAP server with a mailbox's sign-in."""
    return ServerAddress(
        host="127.0.0.1" if security == "none" else "localhost",
        port=servers.ports.imaps if security == "tls" else servers.ports.imap,
        security=security,
        user=user,
        password=f"{user.split('@', maxsplit=1)[0]}-pw",
        ca_file="" if security == "none" else str(servers.certificate_file),
    )


def smtp_address(servers: MailServers, security: Security = "none", user: str = "") -> ServerAddress:
    """The SMTP server, with a sign-in when a user is given."""
    return ServerAddress(
        host="127.0.0.1" if security == "none" else "localhost",
        port=servers.ports.smtps if security == "tls" else servers.ports.smtp,
        security=security,
        user=user,
        password=f"{user.split('@', maxsplit=1)[0]}-pw" if user else "",
        ca_file="" if security == "none" else str(servers.certificate_file),
    )


def may_sign_in(server: ServerAddress) -> bool:
    """Whether the server knows the user by now."""
    try:
        close_imap(open_imap(server, "INBOX"))
    except MailboxUnavailable:
        return False
    return True


def real_post(servers: MailServers, security: Security = "none") -> Post:
    """Mailboxes of their own on the running servers."""
    number = next(_NUMBERS)
    own, customer, archive = (f"{name}{number}@shop.test" for name in ("own", "customer", "archive"))
    for address in (own, customer, archive):
        servers.create_mailbox(address)
    settings = ImapSettings(mailbox="own", server=imap_address(servers, own, security))
    keep = ArchiveSettings(address=archive, server=imap_address(servers, archive, security))
    user = "" if security == "none" else own
    # The server looks at its list of users once a second: a new one may be refused for that long.
    for address in (own, archive):
        wait_until(partial(may_sign_in, imap_address(servers, address)), within_s=60)

    def outside() -> list[bytes]:
        servers.settle()
        return servers.messages(customer)

    def drop(raw: bytes) -> None:
        servers.send(raw, customer, own)
        servers.settle()

    return Post(
        source=ImapSource(settings),
        sender=SmtpSender(SmtpSettings(server=smtp_address(servers, security, user), archive=keep)),
        own_address=own,
        customer=customer,
        drop=drop,
        outside=outside,
        again=lambda: ImapSource(settings),
        is_real=True,
    )


def folder_post(folder: Path) -> Post:
    """Two Maildirs."""
    settings = FolderSettings(mailbox="own", incoming=str(folder / "in"), outgoing=str(folder / "out"))
    number = itertools.count(1)

    def drop(raw: bytes) -> None:
        drop_into(folder / "in", raw, f"{next(number):06d}.mail")

    def outside() -> list[bytes]:
        return [file.read_bytes() for file in sorted((folder / "out" / "new").glob("*"))]

    return Post(
        source=FolderSource(settings),
        sender=FolderSender(settings),
        own_address="own@shop.test",
        customer="customer@shop.test",
        drop=drop,
        outside=outside,
        again=lambda: FolderSource(settings),
    )


@pytest.fixture(
    params=[
        "folder",
        pytest.param("plain", marks=pytest.mark.mail_server),
        pytest.param("starttls", marks=pytest.mark.mail_server),
        pytest.param("tls", marks=pytest.mark.mail_server),
    ]
)
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Post]:
    """One mailbox and one way out, on each transport."""
    if request.param == "folder":
        made = folder_post(tmp_path)
    else:
        security: Security = "none" if request.param == "plain" else request.param
        made = real_post(request.getfixturevalue("mail_servers"), security)
    yield made
    made.source.close()
    for source in made.opened:
        source.close()
