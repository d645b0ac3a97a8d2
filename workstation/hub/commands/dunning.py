"""``dunning``: its levels as TOML, and the run of a day with its report."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import msgspec

from workstation.casework.params import money_param
from workstation.hub.commands import dunning_show
from workstation.hub.commands.context import DONE, FOUND_SOMETHING, Context, table
from workstation.hub.commands.dunning_files import LevelFile, level_errors, level_of, level_table
from workstation.hub.commands.toml_files import dump, load
from workstation.hub.commands.trouble import failed
from workstation.hub.commands.words import Words
from workstation.hub.core import HubCore, load_dunning_texts
from workstation.hub.mail_room import MailRoom
from workstation.hub.ports import Tx
from workstation.hub.ports_backend import EffectClass
from workstation.hub.ports_billing import LEVELS, levels_in
from workstation.hub.services.dunning_run import DunningRun, RunReport
from workstation.hub.services.dunning_texts import OWN_CARD
from workstation.hub.services.dunning_undo import take_back_run
from workstation.hub.storage.billing import open_billing


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the commands."""
    dunning = commands.add_parser("dunning", help=words.line("help.dunning"))
    acts = dunning.add_subparsers(required=True, metavar="ACT")
    levels = acts.add_parser("levels", help=words.line("help.dunning.levels"))
    ways = levels.add_subparsers(required=True, metavar="ACT")
    out = ways.add_parser("export", help=words.line("help.rules.export"))
    out.add_argument("file", nargs="?", default="-")
    out.set_defaults(run=_export)
    into = ways.add_parser("import", help=words.line("help.rules.import"))
    into.add_argument("file")
    into.add_argument("--dry-run", action="store_true", help=words.line("help.rules.dry_run"))
    into.set_defaults(run=_import)
    dunning_show.add_to(acts, words)
    run = acts.add_parser("run", help=words.line("help.dunning.run"))
    run.add_argument("--on", required=True, metavar="DATE", help=words.line("help.dunning.on"))
    run.add_argument("--dry-run", action="store_true", help=words.line("help.dunning.dry_run"))
    run.add_argument("--json", action="store_true", help=words.line("help.json"))
    run.set_defaults(run=_run)
    back = acts.add_parser("take-back", help=words.line("help.dunning.take_back"))
    back.add_argument("--on", required=True, metavar="DATE", help=words.line("help.dunning.on"))
    back.set_defaults(run=_take_back)


def write_out(context: Context, text: str) -> int:
    """Write TOML where the arguments say.

    Raises:
        CommandFailed: ``file.unwritable``.
    """
    target = str(context.arguments.file)
    if target == "-":
        sys.stdout.write(text)
        return DONE
    try:
        Path(target).write_text(text, "utf-8")
    except OSError as error:
        raise failed("file.unwritable", path=target, why=error.strerror or "") from error
    context.say("rules.exported", file=target)
    return DONE


def day_from(text: str) -> date:
    """Return a day written like 2026-12-24.

    Raises:
        CommandFailed: ``cli.not_a_day``.
    """
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise failed("cli.not_a_day", value=text) from error
    if len(text) != 10 or not 1970 <= day.year <= 2100:
        raise failed("cli.not_a_day", value=text)
    return day


def _export(context: Context) -> int:
    with context.hub() as hub:
        levels = hub.database.read(
            hub.tenant_id, lambda tx: levels_in(open_billing(tx), tx.reference().tenant.currency)
        )
    head = context.words.line("head.dunning")
    return write_out(context, dump(head, [("level", [level_table(level) for level in levels])]))


def _texts(hub: HubCore) -> tuple[Sequence[str], str]:
    def work(tx: Tx) -> tuple[Sequence[str], str]:
        reference = tx.reference()
        own = [
            card.key.removeprefix(OWN_CARD) for card in reference.cards.values() if card.key[:8] == OWN_CARD
        ]
        return sorted({*load_dunning_texts()["de"], *own}), reference.tenant.currency

    return hub.database.read(hub.tenant_id, work)


def _import(context: Context) -> int:
    loaded = load(Path(context.arguments.file), LevelFile)
    with context.hub() as hub:
        texts, currency = _texts(hub)
        loaded.refuse(level_errors(loaded.value, texts))
        levels = tuple(level_of(entry, currency) for entry in loaded.value.level)

        def work(tx: Tx) -> bool:
            billing = open_billing(tx)
            is_same = billing.setting(LEVELS) is not None and levels_in(billing, currency) == levels
            if not context.arguments.dry_run and not is_same:
                billing.keep_setting(LEVELS, msgspec.json.encode(levels))
                tx.audit("dunning.levels_imported", actor="cli", subject=tx.tenant_id)
            return not is_same

        is_changed = hub.database.run(hub.tenant_id, work)
    key = "dunning.levels_would_be" if context.arguments.dry_run else "dunning.levels_are"
    context.say(key, count=len(levels), changed=context.words.line("yes" if is_changed else "no"))
    return DONE


def _run(context: Context) -> int:
    on = day_from(context.arguments.on)
    with context.hub() as hub:
        outlets = MailRoom(hub).outlets()
        if not outlets and not context.arguments.dry_run:
            raise failed("dunning.no_mailbox")
        mail_class: EffectClass = "B" if all(one.sender.has_archive for one in outlets) else "C"
        run = DunningRun(hub.database, open_billing, hub.tenant_id, load_dunning_texts(), mail_class)
        report = run.run(on, is_dry=context.arguments.dry_run)
    _tell(context, report)
    return FOUND_SOMETHING if report.count("withheld") else DONE


def _take_back(context: Context) -> int:
    on = day_from(context.arguments.on)
    with context.hub() as hub:
        done = take_back_run(hub.database, open_billing, hub.tenant_id, on, "cli")
    context.say(
        "dunning.taken_back",
        on=on.isoformat(),
        invoices=done.invoices,
        called_back=done.called_back,
    )
    return DONE


def _tell(context: Context, report: RunReport) -> None:
    if context.arguments.json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(report)).decode() + "\n")
        return
    line, codes = context.words.line, context.words.of_code
    if report.items:
        heads = ("invoice", "name", "due", "level", "open", "fee", "state", "why")
        rows: list[tuple[str, ...]] = [tuple(line(f"column.{head}") for head in heads)]
        for item in report.items:
            state = line(f"dunning.{item.outcome}")
            why = codes(item.code, {}) if item.code else ""
            due, open_, fee = item.due_on.isoformat(), money_param(item.open), money_param(item.fee)
            rows.append(
                (item.invoice_number, item.customer_name, due, str(item.level), open_, fee, state, why)
            )
        print(table(rows))
    key = "dunning.would_be" if report.is_dry else "dunning.was" if report.is_repeat else "dunning.done"
    context.say(
        key,
        on=report.on.isoformat(),
        reminded=report.count("reminded"),
        withheld=report.count("withheld"),
        blocked=report.count("blocked"),
    )
