"""Which case a mail belongs to: by Message-IDs looked up exactly, by a token only for those who take part."""

from __future__ import annotations

from dataclasses import dataclass, replace

from workstation.casework.customer import Customer
from workstation.casework.message import Message
from workstation.hub.ports import Tx
from workstation.hub.ports_mail import IncomingMail
from workstation.hub.services.joining import going_on

_MOST_IDS = 200
_MOST_TOKENS = 5
TOKEN_OF_STRANGER = "mail.token_of_stranger"
OTHER_SENDER = "mail.other_sender"
REPLY_TO_DIFFERS = "mail.reply_to_differs"


@dataclass(frozen=True, slots=True)
class Joined:
    """The case to join, empty for a new one; ``returned`` are our messages a bounce sends back."""

    case_id: str = ""
    hints: tuple[str, ...] = ()
    returned: tuple[str, ...] = ()
    relatives: tuple[str, ...] = ()
    """Cases a new one is linked with, by id."""


def case_to_join(tx: Tx, mail: IncomingMail, customer: Customer | None) -> Joined:
    """Return where a mail belongs; a subject alone never says it."""
    if mail.is_bounce:
        ours = [one for one in _messages(tx, mail.returned_ids) if one.kind == "outbound"]
        if ours:
            first = ours[0].case_id
            # A bounce goes to the very case: there our message is marked; what it went into follows.
            return Joined(first, returned=tuple(one.message_id for one in ours if one.case_id == first))
    overheard = ""
    for found in _messages(tx, (*mail.answered_ids, *mail.returned_ids)):
        matter = going_on(tx, found.case_id)
        if any(
            takes_part(tx, one, mail.from_address, customer) for one in dict.fromkeys((found.case_id, matter))
        ):
            return Joined(matter)
        overheard = overheard or matter
        if found.kind == "outbound":
            # Our answer was passed on to somebody: it is the same matter, and a person should know.
            is_machine = mail.is_bounce or mail.is_delayed or mail.is_auto_reply
            return Joined(
                found.case_id if is_machine else matter, hints=() if is_machine else (OTHER_SENDER,)
            )
    joined = _by_token(tx, mail, customer)
    if overheard and not joined.case_id:
        # Somebody has that mail who was not among those it went to: a case of their own, beside it.
        return replace(joined, relatives=(overheard,))
    return joined


def answered_elsewhere(mail: IncomingMail, sender: str) -> tuple[str, ...]:
    """Return the warning that an answer goes to somebody else than ``sender``, whose mail it says it is.

    Nobody proves who they are by mail: what concerns a customer would go to whoever writes in their name,
    so a person has to see where it goes.
    """
    is_machine = mail.is_auto_reply or mail.is_bounce
    is_same = not mail.reply_to or mail.reply_to.casefold() == sender.casefold()
    return () if is_machine or is_same else (REPLY_TO_DIFFERS,)


def takes_part(tx: Tx, case_id: str, address: str, customer: Customer | None) -> bool:
    """Tell whether an address is the customer's, or of somebody the case's mails went to or came from."""
    file = tx.case_file(case_id)
    if file.case is None:
        return False
    if customer is not None and customer.customer_id == file.case.customer_id:
        return True
    wanted = address.strip().casefold()
    if not wanted:
        return False
    return any(
        wanted in {one.strip().casefold() for one in (message.from_address, *message.to, *message.cc)}
        for message in file.messages
        if message.kind in ("inbound", "outbound")
    )


def _by_token(tx: Tx, mail: IncomingMail, customer: Customer | None) -> Joined:
    is_named = False
    for number in mail.case_numbers[:_MOST_TOKENS]:
        case = tx.case_by_number(number)
        if case is None:
            continue
        if takes_part(tx, case.case_id, mail.from_address, customer):
            return Joined(going_on(tx, case.case_id))
        is_named = True
    return Joined(hints=(TOKEN_OF_STRANGER,) if is_named else ())


def _messages(tx: Tx, ids: tuple[str, ...]) -> tuple[Message, ...]:
    wanted = tuple(dict.fromkeys(one for one in ids if one))[:_MOST_IDS]
    return tx.messages_by_rfc_ids(wanted) if wanted else ()
