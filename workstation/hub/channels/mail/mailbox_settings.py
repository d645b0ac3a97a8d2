"""What a mailbox needs to be read and written: addresses of servers, names, how mails are filed."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

Security = Literal["tls", "starttls", "none"]


class ServerAddress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A mail server. ``security="none"`` is taken for loopback only; ``ca_file`` trusts a firm's own root."""

    host: str
    port: int
    security: Security = "tls"
    user: str = ""
    password: str = ""
    ca_file: str = ""
    timeout_s: float = 30.0


class ImapSettings(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="transport", tag="imap"
):
    """A mailbox read by IMAP.

    ``filing``: what happens to a mail once it is stored here: ``flag`` sets \\Seen, ``move`` moves it to
    ``filed_folder``, ``leave`` changes nothing. ``since``: older mails are not taken.
    """

    mailbox: str
    server: ServerAddress
    folder: str = "INBOX"
    filing: Literal["flag", "move", "leave"] = "flag"
    filed_folder: str = ""
    since: date | None = None


class ArchiveSettings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The firm's own mailbox that receives a copy of each mail, asked by IMAP when an outcome is unknown."""

    address: str
    server: ServerAddress
    folder: str = "INBOX"
    visibility_lag_s: float = 900.0


class SmtpSettings(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="transport", tag="smtp"
):
    """The firm's first server for mails that leave."""

    server: ServerAddress
    archive: ArchiveSettings | None = None
    local_name: str = ""


class FolderSettings(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="transport", tag="folder"
):
    """Mail through two Maildirs: mails in ``incoming`` come in, ``outgoing`` receives what leaves."""

    mailbox: str
    incoming: str
    outgoing: str
