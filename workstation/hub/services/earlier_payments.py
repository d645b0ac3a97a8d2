"""Money that came in for invoices before it was kept as payments of their orders: made good once."""

from __future__ import annotations

import msgspec

from workstation.casework.records import Invoice
from workstation.hub.ports import Database, Tx
from workstation.hub.ports_books import Books, OpenBooks
from workstation.hub.services.import_invoices import keep_refundable

DONE = "earlier_payments"
"""The setting that says up to which number it has been done: nobody looks at those again."""


def make_earlier_refundable(database: Database, open_books: OpenBooks, tenant_id: str) -> int:
    """Keep money received earlier as payments of its orders, so that it can go back; returns how many.

    Some hundred at a time: one that stops half way goes on where it was.
    """
    if database.read(tenant_id, lambda tx: _state(open_books(tx))).is_over:
        return 0
    made = 0
    while True:
        step = database.run(tenant_id, lambda tx: _some(tx, open_books(tx)))
        if step is None:
            return made
        made += step


class _State(msgspec.Struct, frozen=True):
    after: str = ""
    is_over: bool = False


def _state(books: Books) -> _State:
    kept = books.billing.setting(DONE)
    return _State() if kept is None else msgspec.json.decode(kept, type=_State)


def _some(tx: Tx, books: Books) -> int | None:
    """Make the payments of some money received; None when there is no more of it."""
    state = _state(books)
    found = () if state.is_over else books.billing.payments_after(state.after)
    made = 0
    for row in found:
        invoice = tx.get(Invoice, row.invoice_id)
        if invoice is None:
            continue
        books.lock_order(invoice.order_id)
        made += keep_refundable(tx, books, row, invoice)
    after = _State(found[-1].number) if found else _State(state.after, is_over=True)
    if after != state:
        books.billing.keep_setting(DONE, msgspec.json.encode(after))
    return made if found else None
