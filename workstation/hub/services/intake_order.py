"""Which order a mail is about: named by its number, else the customer's only recent one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from workstation.casework.customer import Customer
from workstation.casework.records import Order
from workstation.hub.ports import Tx
from workstation.hub.ports_books import Books
from workstation.hub.ports_mail import IncomingMail

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9\-/_.]{1,30}[A-Za-z0-9]")
_MOST_WORDS = 300
_RECENT = timedelta(days=60)
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
ORDER_OF_OTHER = "mail.order_of_other_customer"


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """The order, empty when it is not clear; ``hints`` warn that a number belongs to somebody else."""

    order_id: str = ""
    hints: tuple[str, ...] = ()


def order_for(tx: Tx, books: Books, mail: IncomingMail, customer: Customer | None) -> FoundOrder:
    """Return the order a mail is about, if one can be told without doubt."""
    named = books.orders_by_numbers(words_like_numbers(f"{mail.subject}\n{mail.text}"))
    orders = tx.get_many(Order, named.values())
    if customer is not None:
        own = [one for one in orders.values() if one.customer_id == customer.customer_id]
        if len(own) == 1:
            return FoundOrder(own[0].order_id)
        if own:
            return FoundOrder()
    if orders:
        return FoundOrder(hints=(ORDER_OF_OTHER,))
    if customer is None:
        return FoundOrder()
    recent = books.orders_of(customer.customer_id, tx.now - _RECENT)
    if not recent:
        recent = books.orders_of(customer.customer_id, _EVER)
    return FoundOrder(recent[0] if len(recent) == 1 else "")


def words_like_numbers(text: str) -> tuple[str, ...]:
    """Return words with a digit that may be numbers of orders, each once, in order of appearance."""
    found: dict[str, None] = {}
    for match in _WORD.finditer(text[:100_000]):
        word = match[0].strip("-/_.")
        if any(character.isdigit() for character in word):
            found.setdefault(word)
            if len(found) >= _MOST_WORDS:
                break
    return tuple(found)
