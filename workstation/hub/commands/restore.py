"""``restore``: put a copy of the database back; every desk offers again what the copy lacks."""

from __future__ import annotations

import argparse
from pathlib import Path

from workstation.hub.commands.context import DONE, Context
from workstation.hub.commands.trouble import CommandFailed, Finding
from workstation.hub.commands.words import Words
from workstation.hub.embedded import LOCK_NAME
from workstation.hub.storage.overview import CannotCopy
from workstation.hub.storage.restoring import restore_postgresql, restore_sqlite
from workstation.system.clock import SystemClock
from workstation.system.lock import ProcessLock


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the command."""
    restore = commands.add_parser("restore", help=words.line("help.restore"))
    restore.add_argument("file", metavar="FILE")
    restore.set_defaults(run=_restore)


def _restore(context: Context) -> int:
    settings = context.settings()
    key = context.handed_over_key(settings)
    source, tenant_id = Path(context.arguments.file), settings.file.tenant_id
    clock = SystemClock(settings.offset)
    # A hub that runs would write into what is taken away under it.
    with ProcessLock(settings.folder / LOCK_NAME).acquire():
        try:
            if settings.is_postgresql:
                restore_postgresql(source, settings.database_url, tenant_id, clock)
            else:
                target = Path(settings.database_url)
                aside = restore_sqlite(source, key, target, tenant_id, clock)
                context.say("restore.aside", path=aside)
        except CannotCopy as error:
            raise CommandFailed(Finding(error.code, error.params)) from error
    context.say("restore.done", path=source)
    return DONE
