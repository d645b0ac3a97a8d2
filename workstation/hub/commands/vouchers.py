"""``vouchers``: which vouchers were issued and what became of them; redeeming one for an order, once."""

from __future__ import annotations

import argparse
import sys

import msgspec

from workstation.casework.customer import Customer
from workstation.casework.params import money_param
from workstation.casework.records import Voucher
from workstation.hub.backends.house_books.vouchers import redeem
from workstation.hub.commands.context import DONE, Context, table
from workstation.hub.commands.words import Words
from workstation.hub.ports import Tx
from workstation.hub.storage.books import open_books

ACTOR = "rule:command_line"


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the command."""
    vouchers = commands.add_parser("vouchers", help=words.line("help.vouchers"))
    acts = vouchers.add_subparsers(required=True, metavar="ACT")
    listed = acts.add_parser("list", help=words.line("help.vouchers.list"))
    listed.add_argument("--open", action="store_true", help=words.line("help.vouchers.open"))
    listed.add_argument("--json", action="store_true", help=words.line("help.json"))
    listed.set_defaults(run=_list)
    used = acts.add_parser("redeem", help=words.line("help.vouchers.redeem"))
    used.add_argument("code", metavar="CODE")
    used.add_argument("--order", required=True, metavar="NUMBER", help=words.line("help.vouchers.order"))
    used.set_defaults(run=_redeem)


def _list(context: Context) -> int:
    only_open = bool(context.arguments.open)

    def read(tx: Tx) -> tuple[tuple[Voucher, ...], dict[str, Customer]]:
        found = tx.all_of(Voucher)
        kept = tuple(one for one in found if one.status == "open" or not only_open)
        names = tx.get_many(Customer, (one.customer_id for one in kept))
        return tuple(sorted(kept, key=lambda one: (one.created_at, one.voucher_id))), names

    with context.hub() as hub:
        vouchers, customers = hub.database.read(hub.tenant_id, read)
    if context.arguments.json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(vouchers)).decode() + "\n")
        return DONE
    line = context.words.line
    heading = ("column.code", "column.since", "column.amount", "column.until", "column.name", "column.state")
    rows: list[tuple[str, ...]] = [tuple(line(key) for key in heading)]
    for one in vouchers:
        customer = customers.get(one.customer_id)
        rows.append(
            (
                one.code,
                f"{one.created_at:%Y-%m-%d %H:%M}",
                money_param(one.amount),
                one.expires_on.isoformat() if one.expires_on else "-",
                customer.name if customer else "-",
                line(f"voucher.{one.status}"),
            )
        )
    print(table(rows))
    return DONE


def _redeem(context: Context) -> int:
    given = context.arguments
    with context.hub() as hub:
        used = hub.database.run(
            hub.tenant_id, lambda tx: redeem(tx, open_books(tx), given.code, given.order, actor=ACTOR)
        )
    context.say("vouchers.redeemed", code=used.code, amount=money_param(used.amount), order=given.order)
    return DONE
