"""``dunning show``: invoices with their levels, fees, blocks and reminders, as a table or as JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

import msgspec

from workstation.casework.params import money_param
from workstation.casework.records import DunningNotice, Invoice
from workstation.hub.commands.context import DONE, Context, table
from workstation.hub.commands.trouble import failed
from workstation.hub.commands.words import Words
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import Block
from workstation.hub.storage.billing import open_billing


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """An invoice, what stops its reminders now, and those that were sent or kept back, oldest first."""

    invoice: Invoice
    blocks: tuple[Block, ...]
    notices: tuple[DunningNotice, ...]


def add_to(acts: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the command."""
    show = acts.add_parser("show", help=words.line("help.dunning.show"))
    show.add_argument("--invoice", default="", metavar="NUMBER", help=words.line("help.dunning.invoice"))
    show.add_argument("--json", action="store_true", help=words.line("help.json"))
    show.set_defaults(run=_show)


def _show(context: Context) -> int:
    number = str(context.arguments.invoice)
    with context.hub() as hub:
        found = hub.database.read(hub.tenant_id, lambda tx: _read(tx, number))
    if context.arguments.json:
        answer: object = found[0] if number else found
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(answer)).decode() + "\n")
        return DONE
    print(table(_rows(context.words, found)))
    return DONE


def _read(tx: Tx, number: str) -> tuple[Shown, ...]:
    """Return one invoice, or all that are unpaid, stopped or paid beyond what was owed, oldest first.

    Raises:
        CommandFailed: ``cli.invoice_unknown``.
    """
    billing = open_billing(tx)
    if number:
        invoice_id = billing.invoices_by_numbers((number,)).get(number)
        one = tx.get(Invoice, invoice_id) if invoice_id else None
        if one is None:
            raise failed("cli.invoice_unknown", number=number)
        invoices: Iterable[Invoice] = (one,)
    else:
        invoices = (one for one in tx.all_of(Invoice) if one.open or one.is_dunning_blocked or one.overpaid)
    found = []
    for invoice in sorted(invoices, key=lambda one: (one.issued_on, one.number)):
        notices = tx.records_of(invoice.customer_id, DunningNotice)
        mine = (one for one in notices if one.invoice_id == invoice.invoice_id)
        found.append(
            Shown(
                invoice=invoice,
                blocks=tuple(billing.blocks_of(invoice.invoice_id)),
                notices=tuple(sorted(mine, key=lambda one: (one.sent_on, one.level))),
            )
        )
    return tuple(found)


def _rows(words: Words, found: Iterable[Shown]) -> list[tuple[str, ...]]:
    heads = ("invoice", "due", "total", "credited", "paid", "open", "credit", "level", "fee", "state", "why")
    rows = [tuple(words.line(f"column.{head}") for head in heads)]
    for one in found:
        invoice = one.invoice
        state = words.line("dunning.blocked") if invoice.is_dunning_blocked else ""
        until = invoice.dunning_blocked_until
        rows.append(
            (
                invoice.number,
                invoice.due_on.isoformat(),
                *(
                    money_param(amount)
                    for amount in (
                        invoice.total,
                        invoice.credited,
                        invoice.paid,
                        invoice.open,
                        invoice.overpaid,
                    )
                ),
                str(invoice.dunning_level),
                money_param(invoice.fee_open),
                state,
                " ".join(filter(None, (invoice.dunning_block_reason, until.isoformat() if until else ""))),
            )
        )
    return rows
