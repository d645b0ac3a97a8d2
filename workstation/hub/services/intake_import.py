"""Mails from files into cases: folders of .eml, Maildir, mbox; importing twice changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from workstation.hub.ports_mail import RawMail
from workstation.hub.services.import_rows import Problem
from workstation.hub.services.intake import Intake

MAX_MAIL_BYTES = 100_000_000
_VALIDITY = 1


@dataclass(slots=True)
class MailImport:
    """What an import of mails did: counts of mails, and problems by file and number within it (0 = file)."""

    taken: int = 0
    known: int = 0
    unreadable: int = 0
    problems: list[Problem] = field(default_factory=list)


def import_mails(intake: Intake, path: Path, mailbox: str = "import") -> MailImport:
    """Take every mail below ``path``: an .eml or mbox file, a Maildir, or a folder of such things."""
    report = MailImport()
    if not path.exists():
        report.problems.append(Problem(str(path), 0, "", "import.no_such_file"))
        return report
    for name, number, raw in _mails(path, report):
        problem = _unfit(raw)
        if problem:
            report.problems.append(Problem(name, number, "", problem))
            continue
        # The bytes name the mail, so that the same mail from any file is the same mail.
        uid = int(hashlib.sha256(raw).hexdigest()[:15], 16)
        before = intake.store(RawMail(mailbox, _VALIDITY, uid, raw))
        if before.state != "stored":
            report.known += 1
            continue
        row = intake.settle(before)
        if row.state == "repeat":
            report.known += 1
        else:
            report.taken += 1
            report.unreadable += not row.is_readable
    return report


def _mails(path: Path, report: MailImport) -> Iterator[tuple[str, int, bytes]]:
    for file in _files(path):
        try:
            with file.open("rb") as opened:
                is_mbox = opened.read(5) == b"From "
            if not is_mbox:
                yield str(file), 1, file.read_bytes()
            else:
                yield from ((str(file), number, raw) for number, raw in _mbox(file))
        except OSError as error:
            report.problems.append(
                Problem(str(file), 0, "", "import.file_unreadable", {"why": error.strerror or str(error)})
            )


def _files(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    if (path / "cur").is_dir() and (path / "new").is_dir():
        parts = [*_plain(path / "cur"), *_plain(path / "new")]
        below = [one for one in path.iterdir() if one.is_dir() and (one / "cur").is_dir()]
        return sorted(parts) + [file for one in sorted(below) for file in _files(one)]
    files = [one for one in _plain(path) if one.suffix.casefold() in ("", ".eml", ".mbox", ".mbx", ".txt")]
    folders = [one for one in path.iterdir() if one.is_dir() and not one.is_symlink()]
    return sorted(files) + [file for one in sorted(folders) for file in _files(one)]


def _plain(folder: Path) -> list[Path]:
    return [one for one in folder.iterdir() if one.is_file() and not one.name.startswith(".")]


def _mbox(file: Path) -> Iterator[tuple[int, bytes]]:
    """Yield (number, raw mail): a mail begins at «From » after a blank line, «>From » inside is undone."""
    number, was_blank = 0, True
    lines: list[bytes] = []
    with file.open("rb") as opened:
        for line in opened:
            if was_blank and line.startswith(b"From "):
                if number:
                    yield number, _without_last_blank(lines)
                number, lines = number + 1, []
            else:
                lines.append(
                    line[1:] if line.startswith(b">") and line.lstrip(b">")[:5] == b"From " else line
                )
            was_blank = not line.strip(b"\r\n")
    if number:
        yield number, _without_last_blank(lines)


def _without_last_blank(lines: list[bytes]) -> bytes:
    return b"".join(lines[:-1] if lines and not lines[-1].strip(b"\r\n") else lines)


def _unfit(raw: bytes) -> str:
    if not raw.strip():
        return "import.empty"
    if len(raw) > MAX_MAIL_BYTES:
        return "import.mail_too_large"
    head = raw[:4096].lstrip()
    first = head.split(b"\n", 1)[0]
    if b"\x00" in head[:512] or (b":" not in first and not first.startswith(b"From ")):
        return "import.not_a_mail"
    return ""
