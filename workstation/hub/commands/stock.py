"""``stock``: how many pieces of each article can be sent now, as a table or as JSON."""

from __future__ import annotations

import argparse
import sys

import msgspec

from workstation.casework.records import StockLevel
from workstation.hub.commands.context import DONE, Context, table
from workstation.hub.commands.words import Words


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the command."""
    stock = commands.add_parser("stock", help=words.line("help.stock"))
    acts = stock.add_subparsers(required=True, metavar="ACT")
    listed = acts.add_parser("list", help=words.line("help.stock.list"))
    listed.add_argument("--json", action="store_true", help=words.line("help.json"))
    listed.set_defaults(run=_list)


def _list(context: Context) -> int:
    with context.hub() as hub:
        found = hub.database.read(hub.tenant_id, lambda tx: tx.all_of(StockLevel))
    levels = sorted(found, key=lambda one: (one.sku.casefold(), one.stock_id))
    if context.arguments.json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(levels)).decode() + "\n")
        return DONE
    line = context.words.line
    heading = ("column.article", "column.name", "column.available", "column.expected")
    rows: list[tuple[str, ...]] = [tuple(line(key) for key in heading)]
    rows += [
        (
            one.sku,
            one.name or "-",
            str(one.available),
            one.expected_on.isoformat() if one.expected_on else "-",
        )
        for one in levels
    ]
    print(table(rows))
    return DONE
