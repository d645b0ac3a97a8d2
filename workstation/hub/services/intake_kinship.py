"""«Gehört auch zu Erika Muster?»: signs that an unknown sender is somebody we know; shown, never acted on."""

from __future__ import annotations

import re

from workstation.casework.case import Case, Kinship
from workstation.casework.customer import Customer, normalise
from workstation.casework.errors import RuleViolation
from workstation.casework.records import Order
from workstation.hub.ports import Tx
from workstation.hub.ports_books import Books
from workstation.hub.ports_mail import IncomingMail
from workstation.hub.services.identity import find_customer
from workstation.hub.services.intake_order import words_like_numbers
from workstation.hub.services.intake_threading import OTHER_SENDER, Joined

_PHONE = re.compile(r"(?<![\w+])(?:\+|00|0)[1-9][\d\s/().\-]{5,20}\d(?!\w)")
_MOST_PHONES = 10


def kinship_of(
    tx: Tx, books: Books, mail: IncomingMail, case: Case, joined: Joined, sender: Customer | None
) -> Kinship | None:
    """Return whose other address this may be, for a sender nobody knew before; None without a sign.

    ``sender`` is the customer the address is linked to now. Nothing is read into a mail of a machine.
    """
    if mail.is_bounce or mail.is_auto_reply or mail.is_delayed or not mail.from_address:
        return None
    original = find_customer(tx, "email", mail.forwarded_from) if mail.forwarded_from else None
    if original is not None and original.customer_id != case.customer_id:
        return _kinship(original, mail.forwarded_from, "forward")
    if OTHER_SENDER in joined.hints:
        owner = tx.get(Customer, case.customer_id) if case.customer_id else None
        is_other = owner is not None and (sender is None or sender.customer_id != owner.customer_id)
        return _kinship(owner, mail.from_address, "reply") if owner is not None and is_other else None
    if sender is None or not _is_newcomer(tx, sender):
        return None
    return _by_phone(tx, mail, sender) or _by_order(tx, books, mail, sender)


def _kinship(customer: Customer, value: str, why: str, detail: str = "") -> Kinship:
    return Kinship(
        customer_id=customer.customer_id,
        customer_name=customer.name,
        value=value,
        why=why,  # type: ignore[arg-type]
        detail=detail,
    )


def _is_newcomer(tx: Tx, sender: Customer) -> bool:
    """Whether nothing but this mail is known of the sender: made in this very transaction."""
    return sender.since == tx.now and not sender.number


def _by_phone(tx: Tx, mail: IncomingMail, sender: Customer) -> Kinship | None:
    name = " ".join(mail.from_name.split()).casefold()
    if not name:
        return None
    for match in list(_PHONE.finditer(f"{mail.text}\n{mail.quoted}"[:100_000]))[:_MOST_PHONES]:
        try:
            number = normalise("phone", match[0])
        except RuleViolation:
            continue
        known = tx.customer_by_identity("phone", number)
        is_other = known is not None and known.customer_id != sender.customer_id
        if known is not None and is_other and " ".join(known.name.split()).casefold() == name:
            return _kinship(known, mail.from_address, "phone", match[0].strip())
    return None


def _by_order(tx: Tx, books: Books, mail: IncomingMail, sender: Customer) -> Kinship | None:
    named = books.orders_by_numbers(words_like_numbers(f"{mail.subject}\n{mail.text}"))
    orders = tx.get_many(Order, named.values())
    owners = {one.customer_id: one.number for one in orders.values() if one.customer_id}
    if len(owners) != 1:
        return None
    [(customer_id, number)] = owners.items()
    owner = tx.get(Customer, customer_id)
    if owner is None or owner.customer_id == sender.customer_id:
        return None
    return _kinship(owner, mail.from_address, "order", number)
