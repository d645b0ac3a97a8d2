"""``audit``, ``backup``, ``restored``, ``work`` and ``openapi``: looking after a hub."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from pathlib import Path

from workstation.casework.records import WorkOrder
from workstation.hub.app import confirm_work
from workstation.hub.commands.context import DONE, FOUND_SOMETHING, Context, table
from workstation.hub.commands.effects import MOST_LISTED
from workstation.hub.commands.trouble import CommandFailed, Finding, failed
from workstation.hub.commands.words import Words
from workstation.hub.core import program_version
from workstation.hub.ports import Tx
from workstation.hub.settings import FILE_NAME
from workstation.hub.storage.books import open_books
from workstation.hub.storage.overview import CannotCopy, copy_sqlite, dump_postgresql


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the commands."""
    audit = commands.add_parser("audit", help=words.line("help.audit"))
    audit_acts = audit.add_subparsers(required=True, metavar="ACT")
    audit_acts.add_parser("verify", help=words.line("help.audit.verify")).set_defaults(run=_verify)
    backup = commands.add_parser("backup", help=words.line("help.backup"))
    backup.add_argument("target", metavar="FILE|DIR")
    backup.set_defaults(run=_backup)
    commands.add_parser("restored", help=words.line("help.restored")).set_defaults(run=_restored)
    work = commands.add_parser("work", help=words.line("help.work"))
    work_acts = work.add_subparsers(required=True, metavar="ACT")
    listed = work_acts.add_parser("list", help=words.line("help.work.list"))
    listed.add_argument("--skip", type=int, default=0, metavar="NUMBER", help=words.line("help.skip"))
    listed.set_defaults(run=_work_list)
    confirm = work_acts.add_parser("confirm", help=words.line("help.work.confirm"))
    confirm.add_argument("id")
    confirm.add_argument("--by", required=True, metavar="LOGIN", help=words.line("help.work.by"))
    confirm.set_defaults(run=_work_confirm)
    commands.add_parser("openapi", help=words.line("help.openapi")).set_defaults(run=_openapi)


def _verify(context: Context) -> int:
    with context.hub() as hub:
        found = hub.database.verify_audit(hub.tenant_id)
    if found.broken_at is not None:
        context.say("audit.broken", number=found.broken_at)
        return FOUND_SOMETHING
    context.say("audit.fine", sealed=found.sealed, unsealed=found.unsealed, head=found.head[:16] or "-")
    return DONE


def _backup(context: Context) -> int:
    settings = context.settings()
    key = context.handed_over_key(settings)
    target = Path(context.arguments.target)
    if target.is_dir():
        with context.opened(settings, key) as hub:
            stamp = f"{hub.clock.now():%Y%m%d-%H%M%S}"
        target = target / f"hub-{stamp}.{'dump' if settings.is_postgresql else 'db'}"
    try:
        if settings.is_postgresql:
            size = dump_postgresql(settings.database_url, target)
        else:
            size = copy_sqlite(Path(settings.database_url), key, target)
    except CannotCopy as error:
        raise CommandFailed(Finding(error.code, error.params)) from error
    context.say("backup.done", path=target, size=size)
    context.say("backup.also", path=settings.folder / FILE_NAME)
    return DONE


def _restored(context: Context) -> int:
    with context.hub() as hub:
        generation = hub.database.bump_generation()
    context.say("restored.done", generation=generation)
    return DONE


def _open_orders(tx: Tx, skip: int) -> tuple[WorkOrder, ...]:
    ids = open_books(tx).open_work_orders(tx.now + timedelta(days=1), MOST_LISTED + 1, offset=skip)
    found = tx.get_many(WorkOrder, ids)
    return tuple(found[one] for one in ids if one in found)


def _work_list(context: Context) -> int:
    with context.hub() as hub:
        skip = max(context.arguments.skip, 0)
        orders = hub.database.read(hub.tenant_id, lambda tx: _open_orders(tx, skip))
    if len(orders) > MOST_LISTED:
        print(context.words.line("list.more", skip=skip + MOST_LISTED), file=sys.stderr)
    rows = [
        (
            order.work_order_id,
            context.words.line(f"work.{order.kind}"),
            f"{order.amount.minor_units / 100:.2f} {order.amount.currency}" if order.amount else "",
            order.to_account,
            f"{order.created_at:%Y-%m-%d %H:%M}",
        )
        for order in orders[:MOST_LISTED]
    ]
    columns = ("id", "work", "amount", "account", "since")
    print(table([tuple(context.words.line(f"column.{name}") for name in columns), *rows]))
    return DONE


def _work_confirm(context: Context) -> int:
    given = context.arguments
    with context.hub() as hub:
        person = hub.people.find(given.by)
        if not person.is_active:
            raise failed("person.inactive")
        hub.database.run(hub.tenant_id, lambda tx: confirm_work(tx, given.id, person.person_id))
    context.say("work.confirmed", id=given.id)
    return DONE


def _openapi(context: Context) -> int:
    from workstation.hub.api.openapi import document

    sys.stdout.write(document(program_version()).decode() + "\n")
    return DONE
