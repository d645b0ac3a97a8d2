"""Mail through two folders (Maildir): what is dropped into one comes in, what leaves lies in the other."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from workstation.hub.channels.mail.mailbox_settings import FolderSettings
from workstation.hub.ports_mail import Accepted, Cursor, MailboxUnavailable, MailNotSent, MailRefused, RawMail
from workstation.system.paths import sync_folder

_POLL_S = 0.25
_NUMBERS = "workstation-numbers"
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*<([^<>\r\n]+)>", re.IGNORECASE | re.MULTILINE)
# A colon cannot be part of a file name on Windows.
_INFO = "!" if sys.platform == "win32" else ":"


def make_maildir(folder: Path) -> Path:
    """Make the three folders of a Maildir where they are missing and return it."""
    for name in ("tmp", "new", "cur"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return folder


class FolderSource:
    """Implements :class:`workstation.hub.ports_mail.MailSource` over a Maildir.

    Numbers are given to files as they are first seen and kept in a small file beside them, so that a
    mail has the same number for ever, whatever else moves it between ``new`` and ``cur``.
    """

    def __init__(self, settings: FolderSettings) -> None:
        self._mailbox = settings.mailbox
        self._folder = Path(settings.incoming)

    @property
    def mailbox(self) -> str:
        """Name of the mailbox, unique within the tenant."""
        return self._mailbox

    def open(self) -> int:
        """Make the folder if need be and return the UIDVALIDITY.

        Raises:
            MailboxUnavailable: ``mailbox.folder_unusable``.
        """
        try:
            make_maildir(self._folder)
            return self._numbered()[0]
        except OSError as error:
            raise self._unusable(error) from error

    def new_since(self, cursor: Cursor) -> Iterator[RawMail]:
        """Yield mails after ``cursor`` by rising uid; all of them when its uidvalidity is another one."""
        try:
            make_maildir(self._folder)
            validity, numbers, files = self._numbered()
            after = cursor.uid if cursor.uidvalidity == validity else 0
            for name, uid in sorted(numbers.items(), key=lambda item: item[1]):
                file = files.get(name)
                if uid <= after or file is None:
                    continue
                found = _read(file)
                if found is not None:
                    yield RawMail(self._mailbox, validity, uid, *found)
        except OSError as error:
            raise self._unusable(error) from error

    def file_away(self, uidvalidity: int, uids: tuple[int, ...]) -> None:
        """Move stored mails from ``new`` to ``cur`` as seen; a mail that is gone is no error."""
        try:
            validity, numbers, files = self._numbered()
            if validity != uidvalidity:
                return
            wanted = set(uids)
            for name, uid in numbers.items():
                file = files.get(name)
                if uid in wanted and file is not None and file.parent.name == "new":
                    try:
                        file.replace(self._folder / "cur" / f"{name}{_INFO}2,S")
                    except FileNotFoundError:
                        continue
        except OSError as error:
            raise self._unusable(error) from error

    def wait(self, timeout_s: float, should_stop: Callable[[], bool]) -> bool:
        """Look into ``new`` until something lies there (True), time is over or ``should_stop`` (False)."""
        ends = time.monotonic() + timeout_s
        while not should_stop():
            try:
                if any(file.is_file() for file in (self._folder / "new").iterdir()):
                    return True
            except OSError as error:
                raise self._unusable(error) from error
            if time.monotonic() >= ends:
                return False
            time.sleep(_POLL_S)
        return False

    def close(self) -> None:
        """Nothing is held open."""

    def _numbered(self) -> tuple[int, dict[str, int], dict[str, Path]]:
        files = {
            file.name.split(_INFO)[0]: file for part in ("cur", "new") for file in _files(self._folder / part)
        }
        path = self._folder / _NUMBERS
        validity, numbers = _load_numbers(path)
        fresh = [name for name in files if name not in numbers]
        if fresh or validity == 0:
            validity = validity or max(1, self._folder.stat().st_mtime_ns // 1_000_000_000)
            last = max(numbers.values(), default=0)
            for name in sorted(fresh, key=lambda name: (_age(files[name]), name)):
                last += 1
                numbers[name] = last
            lines = [f"{validity}\n", *(f"{uid} {name}\n" for name, uid in numbers.items())]
            _write_through(path.with_suffix(".tmp"), "".join(lines).encode("utf-8", "surrogateescape"))
            path.with_suffix(".tmp").replace(path)
        return validity, numbers, files

    def _unusable(self, error: OSError) -> MailboxUnavailable:
        return MailboxUnavailable(
            "mailbox.folder_unusable", folder=str(self._folder), why=error.strerror or str(error)
        )


class FolderSender:
    """Implements :class:`workstation.hub.ports_mail.MailSender`: the folder is its own archive.

    A mail's file is named after its Message-ID and linked into place, so the same mail exists once.
    """

    has_archive = True
    visibility_lag_s = 0.0

    def __init__(self, settings: FolderSettings, before_data: Callable[[], None] = lambda: None) -> None:
        self._folder = Path(settings.outgoing)
        self._before_data = before_data

    def send(
        self, message: bytes, envelope_from: str, recipients: tuple[str, ...], *, takes_partial: bool = False
    ) -> Accepted:
        """Lay the mail into ``new``, whole and on the disk, once.

        Raises:
            MailRefused: ``mail.no_recipient`` or ``mail.no_message_id``.
            MailNotSent: the folder cannot be written.
        """
        if not recipients:
            raise MailRefused("mail.no_recipient")
        told = _MESSAGE_ID.search(message[: message.find(b"\r\n\r\n") + 2] or message)
        if told is None:
            raise MailRefused("mail.no_message_id")
        name = file_name(told[1].decode("utf-8", "replace"))
        try:
            make_maildir(self._folder)
            if self._find(name) is not None:
                return Accepted()
            part = self._folder / "tmp" / f"{name}.{os.getpid()}"
            head = f"Return-Path: <{envelope_from}>\r\nX-Envelope-To: {', '.join(recipients)}\r\n"
            _write_through(part, head.encode() + message)
            self._before_data()
            _put_in_place(part, self._folder / "new" / name)
            sync_folder(self._folder / "new")
        except OSError as error:
            raise MailNotSent(f"{self._folder}: {error.strerror or error}") from error
        return Accepted()

    def is_archived(self, message_id: str) -> bool:
        """Tell whether the mail lies in the folder, read or not."""
        return self._find(file_name(message_id)) is not None

    def _find(self, name: str) -> Path | None:
        fresh = self._folder / "new" / name
        if fresh.exists():
            return fresh
        return next(
            (file for file in _files(self._folder / "cur") if file.name.split(_INFO)[0] == name), None
        )


def file_name(message_id: str) -> str:
    """Return the name of an outgoing mail's file; the same Message-ID always gives the same name."""
    return f"{hashlib.sha256(message_id.encode()).hexdigest()[:40]}.workstation"


def drop_into(folder: Path, raw: bytes, name: str) -> Path:
    """Deliver a raw mail into a Maildir as a mail server would: written aside, then moved in whole."""
    make_maildir(folder)
    part = folder / "tmp" / name
    _write_through(part, raw)
    return part.replace(folder / "new" / name)


def _put_in_place(part: Path, target: Path) -> None:
    """Give a finished file its name; a mail that has it already stays as it is."""
    try:
        # A link, not a rename: it never replaces a mail that is there already.
        os.link(part, target)
    except FileExistsError:
        pass
    except OSError:
        # Some file systems know no links; then the one process that writes here looks first.
        if not target.exists():
            part.replace(target)
    part.unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    try:
        return [file for file in folder.iterdir() if not file.name.startswith(".") and file.is_file()]
    except FileNotFoundError:
        return []


def _age(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _read(file: Path) -> tuple[bytes, datetime] | None:
    try:
        return file.read_bytes(), datetime.fromtimestamp(file.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None


def _load_numbers(path: Path) -> tuple[int, dict[str, int]]:
    try:
        lines = path.read_bytes().decode("utf-8", "surrogateescape").splitlines()
    except FileNotFoundError:
        return 0, {}
    numbers: dict[str, int] = {}
    for line in lines[1:]:
        uid, _, name = line.partition(" ")
        if uid.isdigit() and name:
            numbers[name] = int(uid)
    return (int(lines[0]) if lines and lines[0].isdigit() else 0), numbers


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
