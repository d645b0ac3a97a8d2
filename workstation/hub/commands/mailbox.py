"""``mailbox``: where mails come from and where answers leave; passwords go to the secrets, never the file."""

from __future__ import annotations

import argparse
import smtplib
from datetime import date
from pathlib import Path

from workstation.hub.channels.mail.connection import UnsafeServer, open_smtp
from workstation.hub.channels.mail.mailbox_settings import (
    ArchiveSettings,
    FolderSettings,
    ImapSettings,
    Security,
    ServerAddress,
    SmtpSettings,
)
from workstation.hub.commands.context import DONE, FOUND_SOMETHING, Context, table
from workstation.hub.commands.trouble import failed
from workstation.hub.commands.words import Words
from workstation.hub.mail_room import MailRoom, sender_of, source_of
from workstation.hub.ports_mail import MailboxUnavailable
from workstation.hub.services.people import checked_name
from workstation.hub.settings import HubSettings, MailboxRecord, store_passwords, write_settings

_SECURITY = ("tls", "starttls", "none")
_IMAP_PORTS: dict[str, int] = {"tls": 993, "starttls": 143, "none": 143}
_SMTP_PORTS: dict[str, int] = {"tls": 465, "starttls": 587, "none": 25}


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the commands."""
    mailbox = commands.add_parser("mailbox", help=words.line("help.mailbox"))
    acts = mailbox.add_subparsers(required=True, metavar="ACT")
    add = acts.add_parser("add", help=words.line("help.mailbox.add"))
    add.add_argument("name")
    add.add_argument("--address", required=True, help=words.line("help.mailbox.address"))
    add.add_argument("--sender-name", default="")
    add.add_argument("--team", default="")
    add.add_argument("--maildir-in", default="", metavar="DIR", help=words.line("help.mailbox.maildir_in"))
    add.add_argument("--maildir-out", default="", metavar="DIR", help=words.line("help.mailbox.maildir_out"))
    add.add_argument("--imap", default="", metavar="HOST[:PORT]")
    add.add_argument("--imap-security", choices=_SECURITY, default="tls")
    add.add_argument("--imap-user", default="", help=words.line("help.mailbox.user"))
    add.add_argument("--imap-folder", default="INBOX")
    add.add_argument("--filing", choices=("flag", "move", "leave"), default="flag")
    add.add_argument("--filed-folder", default="")
    add.add_argument("--since", default="", metavar="YYYY-MM-DD", help=words.line("help.mailbox.since"))
    add.add_argument("--smtp", default="", metavar="HOST[:PORT]")
    add.add_argument("--smtp-security", choices=_SECURITY, default="starttls")
    add.add_argument("--smtp-user", default="", help=words.line("help.mailbox.user"))
    add.add_argument("--archive", default="", metavar="ADDRESS", help=words.line("help.mailbox.archive"))
    add.add_argument("--archive-imap", default="", metavar="HOST[:PORT]")
    add.add_argument("--archive-security", choices=_SECURITY, default="tls")
    add.add_argument("--archive-user", default="")
    add.add_argument("--archive-folder", default="INBOX")
    add.add_argument("--archive-lag", type=float, default=900.0, metavar="S")
    add.add_argument("--ca-file", default="", metavar="FILE")
    add.set_defaults(run=_add)
    acts.add_parser("list", help=words.line("help.mailbox.list")).set_defaults(run=_list)
    for name, run in (("test", _test), ("remove", _remove)):
        act = acts.add_parser(name, help=words.line(f"help.mailbox.{name}"))
        act.add_argument("name")
        act.set_defaults(run=run)


def _add(context: Context) -> int:
    given = context.arguments
    name = checked_name("name", given.name, 40)
    if not all(character.isalnum() or character in "-_." for character in name):
        raise failed("mailbox.name_malformed", given=name)
    local, at, domain = given.address.rpartition("@")
    if not (local and at and domain) or any(c.isspace() for c in given.address):
        raise failed("mailbox.address_malformed", given=given.address[:120])
    settings = context.settings()
    if settings.mailbox(name) is not None:
        raise failed("mailbox.name_taken", name=name)
    with context.hub() as hub:
        MailRoom(hub).team_id(given.team)
    box = MailboxRecord(
        name=name,
        address=given.address,
        incoming=_incoming(context, name),
        outgoing=_outgoing(context, name),
        team=given.team,
        sender_name=given.sender_name,
    )
    store_passwords(box, settings.secrets())
    write_settings(settings.with_file(mailboxes=(*settings.file.mailboxes, box)))
    context.say("mailbox.added", name=name)
    return DONE


def _incoming(context: Context, name: str) -> ImapSettings | FolderSettings:
    given = context.arguments
    if bool(given.imap) == bool(given.maildir_in):
        raise failed("mailbox.one_way_in")
    if given.maildir_in:
        return FolderSettings(
            mailbox=name, incoming=_absolute(given.maildir_in), outgoing=_absolute(given.maildir_out)
        )
    if given.filing == "move" and not given.filed_folder:
        raise failed("mailbox.filed_folder_missing")
    server = _server(context, given.imap, given.imap_security, _IMAP_PORTS, given.imap_user, "IMAP")
    return ImapSettings(
        mailbox=name,
        server=server,
        folder=given.imap_folder,
        filing=given.filing,
        filed_folder=given.filed_folder,
        since=_since(given.since),
    )


def _outgoing(context: Context, name: str) -> SmtpSettings | FolderSettings:
    given = context.arguments
    if bool(given.smtp) == bool(given.maildir_out):
        raise failed("mailbox.one_way_out")
    if given.maildir_out:
        return FolderSettings(
            mailbox=name, incoming=_absolute(given.maildir_in), outgoing=_absolute(given.maildir_out)
        )
    server = _server(context, given.smtp, given.smtp_security, _SMTP_PORTS, given.smtp_user, "SMTP")
    archive = None
    if given.archive:
        if not given.archive_imap:
            raise failed("mailbox.archive_imap_missing")
        kept = _server(
            context, given.archive_imap, given.archive_security, _IMAP_PORTS, given.archive_user, "IMAP"
        )
        archive = ArchiveSettings(
            address=given.archive,
            server=kept,
            folder=given.archive_folder,
            visibility_lag_s=given.archive_lag,
        )
    return SmtpSettings(server=server, archive=archive)


def _server(
    context: Context, place: str, security: Security, ports: dict[str, int], user: str, kind: str
) -> ServerAddress:
    host, _, port_text = place.rpartition(":") if ":" in place else (place, "", "")
    is_port = port_text.isascii() and port_text.isdigit() and 0 < int(port_text) < 65536
    if not host or (port_text and not is_port):
        raise failed("mailbox.server_malformed", given=place[:120])
    password = context.secret(f"prompt.{kind.lower()}_password") if user else ""
    return ServerAddress(
        host=host.strip("[]"),
        port=int(port_text) if port_text else ports[security],
        security=security,
        user=user,
        password=password,
        ca_file=context.arguments.ca_file,
    )


def _since(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise failed("mailbox.since_malformed", given=text[:40]) from error


def _list(context: Context) -> int:
    boxes = context.settings().file.mailboxes
    rows = [(box.name, box.address, _shown(box.incoming), _shown(box.outgoing), box.team) for box in boxes]
    columns = ("name", "address", "in", "out", "team")
    print(table([tuple(context.words.line(f"column.{name}") for name in columns), *rows]))
    return DONE


def _shown(way: ImapSettings | SmtpSettings | FolderSettings) -> str:
    if isinstance(way, FolderSettings):
        return f"{way.incoming} -> {way.outgoing}"
    return f"{way.server.host}:{way.server.port} ({way.server.security})"


def _known(settings: HubSettings, name: str) -> MailboxRecord:
    box = settings.mailbox(name)
    if box is None:
        names = ", ".join(one.name for one in settings.file.mailboxes) or "-"
        raise failed("mailbox.name_unknown", name=name[:40], names=names)
    return box


def _remove(context: Context) -> int:
    settings = context.settings()
    box = _known(settings, context.arguments.name)
    secrets = settings.secrets()
    write_settings(settings.with_file(mailboxes=tuple(b for b in settings.file.mailboxes if b is not box)))
    for way in ("imap", "smtp", "archive"):
        secrets.delete(f"mailbox.{box.name}.{way}")
    context.say("mailbox.removed", name=box.name)
    return DONE


def _test(context: Context) -> int:
    settings = context.settings()
    box = settings.with_passwords(_known(settings, context.arguments.name), settings.secrets())
    troubles = mailbox_troubles(box)
    for code, params in troubles:
        print(f"{box.name}: {context.words.of_code(code, params)} [{code}]")
    if troubles:
        return FOUND_SOMETHING
    context.say("mailbox.fine", name=box.name)
    return DONE


def mailbox_troubles(box: MailboxRecord) -> list[tuple[str, dict[str, str]]]:
    """Return what is wrong with a mailbox (passwords filled in): its way in, its way out, its archive."""
    troubles: list[tuple[str, dict[str, str]]] = []
    source = source_of(box)
    try:
        source.open()
    except MailboxUnavailable as error:
        troubles.append((error.code, error.params))
    finally:
        source.close()
    if isinstance(box.outgoing, SmtpSettings):
        troubles += _smtp_troubles(box.outgoing)
        if box.outgoing.archive is not None and not troubles:
            try:
                sender_of(box).is_archived("probe@workstation.invalid")
            except MailboxUnavailable as error:
                troubles.append((error.code, error.params))
    return troubles


def _smtp_troubles(way: SmtpSettings) -> list[tuple[str, dict[str, str]]]:
    where = {"host": way.server.host, "port": str(way.server.port)}
    try:
        connection = open_smtp(way.server)
        connection.quit()
    except UnsafeServer:
        return [("mailbox.unsafe", where)]
    except smtplib.SMTPAuthenticationError:
        return [("mailbox.sign_in_refused", {**where, "user": way.server.user})]
    except (OSError, smtplib.SMTPException) as error:
        return [("mailbox.unreachable", {**where, "why": str(error)[:200]})]
    return []


def _absolute(path: str) -> str:
    return str(Path(path).absolute()) if path else ""
