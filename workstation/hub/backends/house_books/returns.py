"""Returns the customer may send: opened once for a reference, never for more pieces than were ordered."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.ids import derived_id
from workstation.casework.records import LineQuantity, Order, ReturnAuthorisation
from workstation.hub.backends.house_books.acts import Raced
from workstation.hub.backends.house_books.money_back import keep_work
from workstation.hub.backends.house_books.numbers import local_day, numbered
from workstation.hub.backends.house_books.order_lines import line_of, order_of
from workstation.hub.backends.house_books.work_orders import parcel_to_expect
from workstation.hub.ports import Tx
from workstation.hub.ports_backend import ReturnBooked, ReturnRequest
from workstation.hub.ports_books import Books


def authorise(tx: Tx, books: Books, request: ReturnRequest) -> ReturnBooked:
    """Open a return, or return what the same reference opened before.

    Raises:
        RuleViolation: nothing was stored.
    """
    known = books.return_by_reference(request.reference)
    if known is not None:
        return authorised(tx, known, is_repeat=True)
    order = order_of(tx, request.order_id)
    if not request.lines:
        raise RuleViolation("return.no_lines")
    if request.deadline < local_day(tx):
        raise RuleViolation("return.deadline_passed", deadline=request.deadline.isoformat())
    # The number is drawn first: its row makes two returns of one tenant wait for one another.
    number = numbered(tx, "RMA", "return")
    _check_returnable(tx, order, books.returns_of(order.order_id), request.lines)
    return_id = derived_id(tx.tenant_id, "return", request.reference)
    opened = ReturnAuthorisation(
        return_id=return_id,
        number=number,
        order_id=order.order_id,
        customer_id=order.customer_id,
        lines=request.lines,
        created_at=tx.now,
        deadline=request.deadline,
        decision_id=request.decision_id,
        label_code=f"{number}-{return_id[-6:].upper()}",
    )
    if not books.add_return(opened, request.reference):
        raise Raced
    tx.put(opened)
    keep_work(tx, books, parcel_to_expect(opened))
    return _told(opened)


def authorised(tx: Tx, return_id: str, *, is_repeat: bool) -> ReturnBooked:
    """Return a return as the outside is told of it.

    Raises:
        RuleViolation: ``return.unknown``.
    """
    found = tx.get(ReturnAuthorisation, return_id)
    if found is None:
        raise RuleViolation("return.unknown", return_id=return_id)
    return msgspec.structs.replace(_told(found), is_repeat=is_repeat)


def _check_returnable(tx: Tx, order: Order, known: Sequence[str], wanted: Sequence[LineQuantity]) -> None:
    under_way: dict[str, int] = {}
    for earlier in tx.get_many(ReturnAuthorisation, known).values():
        if earlier.status == "authorised":
            for one in earlier.lines:
                under_way[one.line_id] = under_way.get(one.line_id, 0) + one.quantity
    for one in wanted:
        line = line_of(order, one.line_id)
        under_way[one.line_id] = under_way.get(one.line_id, 0) + one.quantity
        if one.quantity < 1 or line.returned_quantity + under_way[one.line_id] > line.quantity:
            raise RuleViolation("line.above_ordered", name=line.name, quantity=line.quantity)


def _told(opened: ReturnAuthorisation) -> ReturnBooked:
    return ReturnBooked(
        ext_ref=opened.return_id,
        number=opened.number,
        deadline=opened.deadline,
        created_at=opened.created_at,
        label_code=opened.label_code,
    )
