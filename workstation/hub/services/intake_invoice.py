"""Which invoice a mail is about: named by its number, else the only one a reminder was sent for."""

from __future__ import annotations

from workstation.casework.customer import Customer
from workstation.casework.proposal import TopicWords
from workstation.casework.records import DunningNotice, Invoice, Order
from workstation.casework.words import is_about, tokens_of
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import Billing, is_dunned
from workstation.hub.ports_mail import IncomingMail
from workstation.hub.services.intake_order import words_like_numbers


def invoice_for(
    tx: Tx,
    billing: Billing,
    mail: IncomingMail,
    customer: Customer,
    order_id: str = "",
    dunning_words: TopicWords | None = None,
) -> Invoice | None:
    """Return the customer's invoice a mail is about, if one can be told without doubt.

    A number counts, also that of the dunned invoice's order; without one, words of a reminder count when
    the customer has exactly one invoice that was dunned.
    """
    text = f"{mail.subject}\n{mail.text}"
    named = billing.invoices_by_numbers(words_like_numbers(text))
    own = [
        one
        for one in tx.get_many(Invoice, set(named.values())).values()
        if one.customer_id == customer.customer_id
    ]
    if own:
        return own[0] if len(own) == 1 else None
    notices = tx.records_of(customer.customer_id, DunningNotice)
    dunned = [one for one in tx.records_of(customer.customer_id, Invoice) if is_dunned(one, notices)]
    of_order = [one for one in dunned if order_id and one.order_id == order_id]
    is_of_reminder = dunning_words is not None and is_about(tokens_of(text[:100_000]), dunning_words)
    if len(of_order) == 1 and (is_of_reminder or _names(order_id, tx, text)):
        return of_order[0]
    return dunned[0] if is_of_reminder and len(dunned) == 1 else None


def _names(order_id: str, tx: Tx, text: str) -> bool:
    order = tx.get(Order, order_id)
    return order is not None and order.number.casefold() in text.casefold()
