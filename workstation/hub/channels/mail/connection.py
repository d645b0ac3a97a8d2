"""Opening IMAP and SMTP connections the one safe way: TLS checked, plain text on loopback only."""

from __future__ import annotations

import ipaddress
import smtplib
import ssl
from typing import TYPE_CHECKING

from workstation.hub.channels.mail.mailbox_settings import ServerAddress
from workstation.hub.ports_mail import MailboxUnavailable

if TYPE_CHECKING:
    from imap_tools import BaseMailBox


class UnsafeServer(Exception):
    """A password would cross a network in plain text."""


def is_loopback(host: str) -> bool:
    """Tell whether ``host`` is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def tls_context(server: ServerAddress) -> ssl.SSLContext:
    """Return a context that checks the server's certificate and name."""
    return ssl.create_default_context(cafile=server.ca_file or None)


def check_safe(server: ServerAddress) -> None:
    """Refuse plain text beyond this machine.

    Raises:
        UnsafeServer
    """
    if server.security == "none" and not is_loopback(server.host):
        raise UnsafeServer(f"{server.host}:{server.port} without TLS")


def open_imap(server: ServerAddress, folder: str) -> BaseMailBox:
    """Sign in and select ``folder`` for reading and filing.

    Raises:
        MailboxUnavailable: ``mailbox.unsafe``, ``mailbox.unreachable``, ``mailbox.certificate``,
            ``mailbox.sign_in_refused`` or ``mailbox.no_such_folder``.
    """
    import imaplib

    from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted
    from imap_tools.errors import ImapToolsError, MailboxLoginError

    where: dict[str, str | int] = {"host": server.host, "port": server.port}
    try:
        check_safe(server)
    except UnsafeServer as error:
        raise MailboxUnavailable("mailbox.unsafe", **where) from error
    box: BaseMailBox | None = None
    try:
        if server.security == "tls":
            box = MailBox(server.host, server.port, server.timeout_s, ssl_context=tls_context(server))
        elif server.security == "starttls":
            box = MailBoxStartTls(server.host, server.port, server.timeout_s, tls_context(server))
        else:
            box = MailBoxUnencrypted(server.host, server.port, server.timeout_s)
        _sign_in(box, server)
    except MailboxLoginError as error:
        close_imap(box)
        raise MailboxUnavailable("mailbox.sign_in_refused", user=server.user, **where) from error
    except ssl.SSLError as error:
        close_imap(box)
        raise MailboxUnavailable("mailbox.certificate", why=str(error)[:200], **where) from error
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        close_imap(box)
        raise MailboxUnavailable("mailbox.unreachable", why=str(error)[:200], **where) from error
    try:
        box.folder.set(folder)
    except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
        close_imap(box)
        raise MailboxUnavailable("mailbox.no_such_folder", folder=folder, **where) from error
    return box


def _sign_in(box: BaseMailBox, server: ServerAddress) -> None:
    if server.user.isascii() and server.password.isascii():
        box.login(server.user, server.password, initial_folder=None)
    else:
        box.login_utf8(server.user, server.password, initial_folder=None)
    # Before signing in a server tells less of what it can do; MOVE and IDLE would be missed.
    told = box.client.capability()[1]
    if told and isinstance(told[0], bytes):
        box.client.capabilities = tuple(told[0].decode("ascii", "replace").upper().split())


def close_imap(box: BaseMailBox | None) -> None:
    """End a connection whatever state it is in."""
    if box is None:
        return
    import imaplib

    try:
        box.client.shutdown()
    except (OSError, imaplib.IMAP4.error):
        return


def open_smtp(server: ServerAddress, local_name: str = "") -> smtplib.SMTP:
    """Connect, secure and sign in.

    Raises:
        UnsafeServer, OSError, smtplib.SMTPException: nothing has been handed over.
    """
    check_safe(server)
    name = local_name or None
    if server.security == "tls":
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, name, timeout=server.timeout_s, context=tls_context(server)
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, name, timeout=server.timeout_s)
    try:
        connection.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            connection.starttls(context=tls_context(server))
            connection.ehlo()
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection
