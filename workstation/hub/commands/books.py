"""``books``: what has been booked back to customers and which returns may come, as a table or as JSON."""

from __future__ import annotations

import argparse
import sys
from typing import Any

import msgspec

from workstation.casework.records import Booking, Order, ReturnAuthorisation
from workstation.hub.commands import books_export, books_note
from workstation.hub.commands.context import DONE, Context, table
from workstation.hub.commands.trouble import failed
from workstation.hub.commands.words import Words
from workstation.hub.ports import Tx
from workstation.hub.storage.books import open_books


def add_to(commands: argparse._SubParsersAction[argparse.ArgumentParser], words: Words) -> None:
    """Declare the command."""
    books = commands.add_parser("books", help=words.line("help.books"))
    acts = books.add_subparsers(required=True, metavar="ACT")
    show = acts.add_parser("show", help=words.line("help.books.show"))
    show.add_argument("--order", default="", metavar="NUMBER", help=words.line("help.books.order"))
    show.add_argument("--json", action="store_true", help=words.line("help.json"))
    show.set_defaults(run=_show)
    books_export.add_to(acts, words)
    books_note.add_to(acts, words)


def _read(tx: Tx, number: str) -> tuple[tuple[Booking, ...], tuple[ReturnAuthorisation, ...], dict[str, str]]:
    """Return bookings and returns (of one order, if one is named), oldest first, and numbers of orders by id.

    Raises:
        CommandFailed: ``cli.order_unknown``.
    """
    bookings, returns = tx.all_of(Booking), tx.all_of(ReturnAuthorisation)
    if number:
        order_id = open_books(tx).orders_by_numbers((number,)).get(number)
        if order_id is None:
            raise failed("cli.order_unknown", number=number)
        bookings = tuple(item for item in bookings if item.order_id == order_id)
        returns = tuple(item for item in returns if item.order_id == order_id)
    wanted = {booking.order_id for booking in bookings} | {item.order_id for item in returns}
    orders = (tx.get(Order, order_id) for order_id in sorted(wanted))
    return (
        tuple(sorted(bookings, key=lambda item: item.booked_at)),
        tuple(sorted(returns, key=lambda item: item.created_at)),
        {order.order_id: order.number for order in orders if order is not None},
    )


def _state_of(booking: Booking) -> str:
    """Return the key of the word for how far a booking is; a counter booking is done when it is booked."""
    if booking.reverses:
        return "booking.counter"
    is_credited = not booking.paid_out and booking.status != "withdrawn"
    return "booking.credited" if is_credited else f"booking.{booking.status}"


def _show(context: Context) -> int:
    number = str(context.arguments.order)
    with context.hub() as hub:
        bookings, returns, orders = hub.database.read(hub.tenant_id, lambda tx: _read(tx, number))
    if context.arguments.json:
        plain: dict[str, Any] = {"bookings": bookings, "returns": returns, "orders": orders}
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(plain)).decode() + "\n")
        return DONE
    line = context.words.line
    rows: list[tuple[str, ...]] = [
        (
            line("column.number"),
            line("column.since"),
            line("column.amount"),
            line("column.order"),
            line("column.state"),
        )
    ]
    for booking in bookings:
        amount = f"{booking.amount.minor_units / 100:.2f} {booking.amount.currency}"
        when = f"{booking.booked_at:%Y-%m-%d %H:%M}"
        order = orders.get(booking.order_id, "-")
        rows.append((booking.credit_note_number, when, amount, order, line(_state_of(booking))))
    for item in returns:
        order = orders.get(item.order_id, "-")
        rows.append(
            (item.number, f"{item.created_at:%Y-%m-%d %H:%M}", "-", order, line(f"return.{item.status}"))
        )
    print(table(rows))
    return DONE
