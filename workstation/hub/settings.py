"""What a hub needs to know before it can open its data: the file ``hub.toml`` in its folder, mode 0600."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import msgspec

from workstation.hub.channels.mail.mailbox_settings import (
    ArchiveSettings,
    FolderSettings,
    ImapSettings,
    ServerAddress,
    SmtpSettings,
)
from workstation.system.keys import KEY_BYTES, FileSecrets, KeyringSecrets, NoKeyring, Secrets
from workstation.system.paths import make_private, write_private

FILE_NAME = "hub.toml"
SQLITE_NAME = "hub.db"
_HEAD = "# Settings of this hub. `workstation-hub doctor` checks them.\n"

Encryption = Literal["none", "key_file", "handed_over"]
SecretPlace = Literal["keyring", "files"]


class SettingsBroken(Exception):
    """The settings cannot be used; ``code`` and ``params`` have a sentence, ``path`` names the file."""

    def __init__(self, code: str, path: Path, **params: str) -> None:
        super().__init__(code, str(path), params)
        self.code = code
        self.path = path
        self.params = params


class MailboxRecord(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """A mailbox of the firm; passwords are kept with the secrets and never in the file."""

    name: str
    address: str
    incoming: ImapSettings | FolderSettings
    outgoing: SmtpSettings | FolderSettings
    team: str = ""
    """Name or id of the team its mails go to."""
    sender_name: str = ""


class HubFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The content of ``hub.toml``."""

    tenant_id: str
    database: str = SQLITE_NAME
    """A file in the hub's folder, or ``postgresql://...``."""
    encryption: Encryption = "none"
    key_file: str = ""
    secrets: SecretPlace = "files"
    is_trial: bool = False
    time_offset_s: int = 0
    """Only honoured for a trial tenant."""
    pushes_per_s: float = 2.0
    pulls_per_s: float = 5.0
    """What one device may ask for in the long run; 0 = no limit."""
    strangers_per_s: float = 20.0
    """What one address may ask for before anybody is known, such as signing in; 0 = no limit."""
    snapshot_from: int = 5000
    """Scopes with that many changes get a snapshot; 0 = none is ever made."""
    mailboxes: tuple[MailboxRecord, ...] = ()


@dataclass(frozen=True)
class HubSettings:
    """A hub's folder and what its file says."""

    folder: Path
    file: HubFile

    @property
    def is_postgresql(self) -> bool:
        """Whether the data lies in a PostgreSQL server."""
        return self.file.database.startswith(("postgresql://", "postgresql+psycopg://"))

    @property
    def database_url(self) -> str:
        """What the storage is opened with: an URL, or the path of a file."""
        return self.file.database if self.is_postgresql else str(self.folder / self.file.database)

    @property
    def offset(self) -> timedelta:
        """By how much the hub's clock is ahead: nothing unless the tenant is a trial."""
        return timedelta(seconds=self.file.time_offset_s if self.file.is_trial else 0)

    def secrets(self) -> Secrets:
        """Return where the hub's secrets are kept.

        Raises:
            SettingsBroken: ``hub.no_keyring``.
        """
        if self.file.secrets == "files":
            make_private(self.folder / "secrets")
            return FileSecrets(self.folder / "secrets")
        try:
            return KeyringSecrets(f"hub-{self.file.tenant_id}")
        except NoKeyring as error:
            raise SettingsBroken("hub.no_keyring", self.folder / FILE_NAME) from error

    def key(self, handed_over: str = "") -> bytes | None:
        """Return the key of the database file; ``handed_over`` is the hex text given on standard input.

        Raises:
            SettingsBroken: ``hub.key_missing``, ``hub.key_malformed``.
        """
        if self.is_postgresql or self.file.encryption == "none":
            return None
        if self.file.encryption == "handed_over":
            return _hex_key(handed_over, self.folder / FILE_NAME)
        path = self.folder / self.file.key_file
        try:
            text = path.read_text("ascii", "replace")
        except OSError as error:
            raise SettingsBroken("hub.key_missing", path) from error
        return _hex_key(text, path)

    def with_file(self, **changes: Any) -> HubSettings:
        """Return these settings with some fields of the file changed."""
        return HubSettings(self.folder, msgspec.structs.replace(self.file, **changes))

    def mailbox(self, name: str) -> MailboxRecord | None:
        """Return the mailbox called ``name``."""
        return next((box for box in self.file.mailboxes if box.name == name), None)

    def with_passwords(self, box: MailboxRecord, secrets: Secrets) -> MailboxRecord:
        """Return ``box`` with its passwords filled in from the secrets."""
        incoming, outgoing = box.incoming, box.outgoing
        if isinstance(incoming, ImapSettings):
            server = _with_password(incoming.server, secrets, f"mailbox.{box.name}.imap")
            incoming = msgspec.structs.replace(incoming, server=server)
        if isinstance(outgoing, SmtpSettings):
            server = _with_password(outgoing.server, secrets, f"mailbox.{box.name}.smtp")
            archive = outgoing.archive
            if archive is not None:
                kept = _with_password(archive.server, secrets, f"mailbox.{box.name}.archive")
                archive = msgspec.structs.replace(archive, server=kept)
            outgoing = msgspec.structs.replace(outgoing, server=server, archive=archive)
        return msgspec.structs.replace(box, incoming=incoming, outgoing=outgoing)


def _with_password(server: ServerAddress, secrets: Secrets, name: str) -> ServerAddress:
    kept = secrets.read(name)
    return server if kept is None else msgspec.structs.replace(server, password=kept.decode())


def _hex_key(text: str, path: Path) -> bytes:
    try:
        key = bytes.fromhex(text.strip())
    except ValueError as error:
        raise SettingsBroken("hub.key_malformed", path) from error
    if len(key) != KEY_BYTES:
        raise SettingsBroken("hub.key_malformed" if key else "hub.key_missing", path)
    return key


def read_settings(folder: Path) -> HubSettings:
    """Read the settings of the hub in ``folder``.

    Raises:
        SettingsBroken: ``hub.not_here``, ``hub.settings_malformed``.
    """
    path = folder / FILE_NAME
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise SettingsBroken("hub.not_here", path, folder=str(folder)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsBroken("hub.settings_malformed", path, what=str(error)[:200]) from error
    try:
        file = msgspec.convert(tomllib.loads(text), HubFile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SettingsBroken("hub.settings_malformed", path, what=str(error)[:200]) from error
    return HubSettings(folder, file)


def write_settings(settings: HubSettings) -> None:
    """Write the settings in one move; passwords are left out."""
    import tomlkit

    make_private(settings.folder)
    content = msgspec.to_builtins(_without_passwords(settings.file))
    text = _HEAD + tomlkit.dumps(content)
    write_private(settings.folder / FILE_NAME, text.encode())


def _without_passwords(file: HubFile) -> HubFile:
    return msgspec.structs.replace(file, mailboxes=tuple(_bare(box) for box in file.mailboxes))


def _bare(box: MailboxRecord) -> MailboxRecord:
    incoming, outgoing = box.incoming, box.outgoing
    if isinstance(incoming, ImapSettings):
        server = msgspec.structs.replace(incoming.server, password="")
        incoming = msgspec.structs.replace(incoming, server=server)
    if isinstance(outgoing, SmtpSettings):
        server = msgspec.structs.replace(outgoing.server, password="")
        archive: ArchiveSettings | None = outgoing.archive
        if archive is not None:
            kept = msgspec.structs.replace(archive.server, password="")
            archive = msgspec.structs.replace(archive, server=kept)
        outgoing = msgspec.structs.replace(outgoing, server=server, archive=archive)
    return msgspec.structs.replace(box, incoming=incoming, outgoing=outgoing)


def store_passwords(box: MailboxRecord, secrets: Secrets) -> None:
    """Keep the passwords of a mailbox with the secrets."""
    if isinstance(box.incoming, ImapSettings) and box.incoming.server.password:
        secrets.write(f"mailbox.{box.name}.imap", box.incoming.server.password.encode())
    if isinstance(box.outgoing, SmtpSettings):
        if box.outgoing.server.password:
            secrets.write(f"mailbox.{box.name}.smtp", box.outgoing.server.password.encode())
        archive = box.outgoing.archive
        if archive is not None and archive.server.password:
            secrets.write(f"mailbox.{box.name}.archive", archive.server.password.encode())


def default_folder() -> Path:
    """Return the hub's folder when none is named: ``WORKSTATION_HUB`` or beside the profiles."""
    from workstation.system.paths import data_home

    given = os.environ.get("WORKSTATION_HUB")
    return Path(given) if given else data_home() / "hub"
