"""One matter, many mails: a new mail of a customer joins their open case unless it names another order."""

from __future__ import annotations

from dataclasses import replace

from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.records import Order
from workstation.hub.ports import Tx
from workstation.hub.ports_books import Books
from workstation.hub.ports_mail import IncomingMail
from workstation.hub.services.intake_order import words_like_numbers
from workstation.hub.services.intake_threading import Joined

SAME_CUSTOMER = "mail.joined_by_customer"
_OPEN = ("open", "waiting", "snoozed")
_MOST_RELATIVES = 5


def same_matter(
    tx: Tx, books: Books, mail: IncomingMail, customer: Customer | None, joined: Joined
) -> Joined:
    """Return where a mail that answers nothing belongs: the customer's only open case, or a new one.

    With several open cases, or when it names an order that the open case is not about, or when the customer
    knows nothing of the open one, it becomes a case of its own that is linked with those. Machines never
    join this way.
    """
    if customer is None or joined.case_id or mail.is_auto_reply or mail.is_bounce or mail.is_delayed:
        return joined
    if joined.hints:
        # It named a case that is not its sender's: a person sorts that out.
        return joined
    cases = [one for one in tx.cases_of_customer(customer.customer_id) if _is_open(one)]
    if not cases:
        return joined
    named = _own_orders(tx, books, mail, customer)
    theirs = [one for one in cases if _is_theirs(one)]
    fitting = [one for one in theirs if one.order_id in named] if named else theirs
    if named and not fitting and len(theirs) == 1 and not theirs[0].order_id:
        fitting = theirs
    if len(fitting) == 1:
        return replace(joined, case_id=fitting[0].case_id, hints=(SAME_CUSTOMER,))
    relatives = tuple(sorted(one.case_id for one in cases[:_MOST_RELATIVES]))
    return replace(joined, relatives=relatives)


def _is_open(case: Case) -> bool:
    return case.shown_status in _OPEN and not case.merged_into


def _is_theirs(case: Case) -> bool:
    """Whether the customer knows of the case: what reminds us of our own work is no matter of theirs."""
    is_of_rule = case.channel == "system" or case.opened_by.startswith("rule:")
    return not is_of_rule or case.last_inbound_at is not None


def _own_orders(tx: Tx, books: Books, mail: IncomingMail, customer: Customer) -> frozenset[str]:
    named = books.orders_by_numbers(words_like_numbers(f"{mail.subject}\n{mail.text}"))
    orders = tx.get_many(Order, named.values())
    return frozenset(one.order_id for one in orders.values() if one.customer_id == customer.customer_id)
