"""``books note``: one credit note as PDF, in the customer's language."""

from __future__ import annotations

import argparse
from pathlib import Path

from workstation.casework.customer import Customer
from workstation.casework.records import Booking, Invoice, Order
from workstation.hub.commands.context import DONE, Context
from workstation.hub.commands.trouble import failed
from workstation.hub.commands.words import Words
from workstation.hub.documents.credit_note import CreditNoteOf, render_credit_note
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import seller_in
from workstation.hub.ports_books import folded_number
from workstation.hub.storage.billing import open_billing


def add_to(acts: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the act of ``books`` that is found here."""
    note = acts.add_parser("note", help=words.line("help.books.note"))
    note.add_argument("number")
    note.add_argument("file", metavar="FILE")
    note.set_defaults(run=_note)


def _note(context: Context) -> int:
    given = context.arguments
    with context.hub() as hub:
        source = hub.database.read(hub.tenant_id, lambda tx: _source(tx, str(given.number)))
    try:
        Path(given.file).write_bytes(render_credit_note(source))
    except OSError as error:
        raise failed("file.unwritable", path=given.file, why=error.strerror or "") from error
    context.say("books.note_written", number=source.booking.credit_note_number, file=given.file)
    return DONE


def _source(tx: Tx, number: str) -> CreditNoteOf:
    """Return all that the credit note with that number says.

    Raises:
        CommandFailed: ``cli.credit_note_unknown``, ``billing.seller_missing``.
    """
    wanted = folded_number(number)
    bookings = tx.all_of(Booking)
    booking = next((one for one in bookings if folded_number(one.credit_note_number) == wanted), None)
    order = tx.get(Order, booking.order_id) if booking is not None else None
    if booking is None or order is None:
        raise failed("cli.credit_note_unknown", number=number)
    seller = seller_in(open_billing(tx))
    if seller is None:
        raise failed("billing.seller_missing")
    billed = [one for one in tx.records_of(order.customer_id, Invoice) if one.order_id == order.order_id]
    named = {one.invoice_id for one in booking.credits}
    shown = sorted(one.number for one in billed if not named or one.invoice_id in named)
    undone = tx.get(Booking, booking.reverses) if booking.reverses else None
    return CreditNoteOf(
        booking=booking,
        order=order,
        customer=tx.get(Customer, booking.customer_id),
        seller=seller,
        time_zone=tx.reference().tenant.time_zone,
        invoices=tuple(shown),
        reversed_number=undone.credit_note_number if undone else "",
    )
