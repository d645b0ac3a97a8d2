"""``import`` and ``intake import``: records from CSV or JSON, mails from files; bad rows are named."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from workstation.hub.commands.context import DONE, FAILED, FOUND_SOMETHING, Context
from workstation.hub.commands.trouble import failed
from workstation.hub.commands.words import Words
from workstation.hub.mail_room import MailRoom
from workstation.hub.services.import_columns import KINDS, Kind
from workstation.hub.services.imports import Imports
from workstation.hub.services.intake_import import import_mails
from workstation.hub.storage.books import open_books


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the commands."""
    records = commands.add_parser("import", help=words.line("help.import"))
    records.add_argument("kind", choices=("all", *(kind.replace("_", "-") for kind in KINDS)))
    records.add_argument("files", nargs="+", metavar="FILE")
    records.add_argument("--json", action="store_true", help=words.line("help.json"))
    records.set_defaults(run=_records)
    intake = commands.add_parser("intake", help=words.line("help.intake"))
    acts = intake.add_subparsers(required=True, metavar="ACT")
    mails = acts.add_parser("import", help=words.line("help.intake.import"))
    mails.add_argument("path")
    mails.add_argument("--team", default="")
    mails.set_defaults(run=_mails)


def _records(context: Context) -> int:
    given = context.arguments
    kind: Kind | None = next((one for one in KINDS if one == given.kind.replace("-", "_")), None)
    paths = [Path(name) for name in given.files]
    missing = [path for path in paths if not path.exists()]
    if missing:
        raise failed("import.no_such_file", path=str(missing[0]), file=str(missing[0]))
    with context.hub() as hub:
        report = Imports(hub.database, open_books, hub.tenant_id).import_paths(paths, kind)
    sentences = context.words.codes()
    if given.json:
        sys.stdout.write(report.as_json(sentences).decode() + "\n")
    else:
        print(report.as_text(sentences))
    if report.is_clean:
        return DONE
    has_taken = any(sum(counts.values()) for counts in report.counts.values())
    return FOUND_SOMETHING if has_taken else FAILED


def _mails(context: Context) -> int:
    path = Path(context.arguments.path)
    if not path.exists():
        raise failed("import.no_such_file", path=str(path), file=str(path))
    with context.hub() as hub:
        room = MailRoom(hub)
        try:
            report = import_mails(room.intake(context.arguments.team), path)
        finally:
            room.close()
    context.say("intake.imported", taken=report.taken, known=report.known, unreadable=report.unreadable)
    for problem in report.problems:
        place = f"{problem.file}:{problem.row}" if problem.row else problem.file
        sys.stderr.write(f"{place}: {context.words.of_code(problem.code, problem.params)} [{problem.code}]\n")
    return FOUND_SOMETHING if report.problems else DONE
