"""One matter, many mails: a new mail of a customer joins their open case unless it names another order."""

from __future__ import annotations

import re
from dataclasses import replace

from workstation.casework.case import Case
from workstation.casework.case_state import CaseState, with_case
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
_NAME = re.compile(r"[^\W\d_]+")


def same_matter(
    tx: Tx, books: Books, mail: IncomingMail, customer: Customer | None, joined: Joined
) -> Joined:
    """Return where a mail that answers nothing belongs: the customer's only open case, or a new one.

    With several open cases, or when it names an order that the open case is not about, or when the customer
    knows nothing of the open one, or another person writes from an address several share, it becomes a case
    of its own that is linked with those. Machines never join this way.
    """
    if customer is None or joined.case_id or mail.is_auto_reply or mail.is_bounce or mail.is_delayed:
        return joined
    if joined.hints or joined.relatives:
        # It named a case that is not its sender's, or answered somebody else's: a person sorts that out.
        return joined
    cases = [one for one in tx.cases_of_customer(customer.customer_id) if _is_open(one)]
    if not cases:
        return joined
    named = _own_orders(tx, books, mail, customer)
    theirs = [one for one in cases if _is_theirs(one) and not _is_of_another(tx, mail, customer, one)]
    fitting = [one for one in theirs if one.order_id in named] if named else theirs
    if named and not fitting and len(theirs) == 1 and not theirs[0].order_id:
        fitting = theirs
    if len(fitting) == 1:
        return replace(joined, case_id=fitting[0].case_id, hints=(SAME_CUSTOMER,))
    relatives = tuple(sorted(one.case_id for one in cases[:_MOST_RELATIVES]))
    return replace(joined, relatives=relatives)


def answered_to_theirs(after: CaseState, before: CaseState, sender: Customer | None) -> CaseState:
    """Return ``after`` with answers going where they went: who else writes in a case does not take it over.

    A colleague in copy, or somebody the mail was passed on to, may be added to an answer by a person.
    """
    case = before.the_case
    if not case.customer_id or not case.reply_to or (sender and sender.customer_id == case.customer_id):
        return after
    return with_case(after, reply_to=case.reply_to)


def _is_open(case: Case) -> bool:
    return case.shown_status in _OPEN and not case.merged_into


def _is_theirs(case: Case) -> bool:
    """Whether the customer knows of the case: what reminds us of our own work is no matter of theirs."""
    is_of_rule = case.channel == "system" or case.opened_by.startswith("rule:")
    return not is_of_rule or case.last_inbound_at is not None


def _is_of_another(tx: Tx, mail: IncomingMail, customer: Customer, case: Case) -> bool:
    """Whether another person wrote in that case: several may share one address, such as info@.

    Only a name of at least two words tells, and only when it has no word in common with the customer's and
    with those who wrote there: «E. Beispiel» and «Beispiel, Erika» are one.
    """
    name = _words(mail.from_name)
    if len(name) < 2:
        return False
    authors = [one.author_name for one in tx.messages_of(case.case_id) if one.is_customer_speaking]
    return not any(name & _words(known) for known in (customer.name, *authors))


def _words(name: str) -> frozenset[str]:
    return frozenset(word for word in _NAME.findall(name.casefold()) if len(word) > 1)


def _own_orders(tx: Tx, books: Books, mail: IncomingMail, customer: Customer) -> frozenset[str]:
    named = books.orders_by_numbers(words_like_numbers(f"{mail.subject}\n{mail.text}"))
    orders = tx.get_many(Order, named.values())
    return frozenset(one.order_id for one in orders.values() if one.customer_id == customer.customer_id)
