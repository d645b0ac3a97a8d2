"""What happens around a shop backend that only people can do: goods leave, money is paid, stock comes in."""

from datetime import date
from typing import Protocol

import msgspec

from tests.hub.small_firm import BOWLS, ERIKA, GLASSES, ORDER, TENANT
from workstation.casework.records import Order, Payment, StockLevel, WorkOrder
from workstation.hub.backends.house_books.work_orders import confirm
from workstation.hub.ports import Tx
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase

SKUS = {GLASSES: "GLAS-1", BOWLS: "SCHALE-1"}


class World(Protocol):
    """Steers and looks at the system behind a backend, whichever it is."""

    def has_stock(self, sku: str, available: int, expected_on: date | None = None) -> None:
        """So many pieces of an article can be sent."""
        ...

    def stock(self, sku: str) -> int:
        """How many pieces can be sent now."""
        ...

    def send_order(self, order_id: str) -> None:
        """Its goods are on their way."""
        ...

    def do_work(self, kind: str) -> None:
        """People do the one open work of that kind."""
        ...

    def order(self, order_id: str) -> Order:
        """An order as the system has it."""
        ...

    def refunded(self, payment_id: str) -> int:
        """What went back of a payment, minor units."""
        ...


class HouseWorld:
    """The world around the house books: documents and work orders of the hub itself."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        database.run(TENANT, _with_skus)

    def has_stock(self, sku: str, available: int, expected_on: date | None = None) -> None:
        """So many pieces of an article can be sent."""
        level = StockLevel(stock_id=f"stock-{sku}", sku=sku, available=available, expected_on=expected_on)

        def keep(tx: Tx) -> None:
            tx.put(level)
            open_books(tx).keep_stock(level, sku.casefold())

        self._database.run(TENANT, keep)

    def stock(self, sku: str) -> int:
        """How many pieces can be sent now."""
        level = self._database.read(TENANT, lambda tx: tx.get(StockLevel, f"stock-{sku}"))
        assert level is not None
        return level.available

    def send_order(self, order_id: str) -> None:
        """Its goods are on their way."""
        self._database.run(
            TENANT, lambda tx: tx.put(msgspec.structs.replace(_order(tx, order_id), status="shipped"))
        )

    def do_work(self, kind: str) -> None:
        """People do the one open work of that kind."""

        def done(tx: Tx) -> None:
            (work,) = (
                one for one in tx.records_of(ERIKA, WorkOrder) if one.kind == kind and one.status == "open"
            )
            confirm(tx, open_books(tx), work.work_order_id, "person-1")

        self._database.run(TENANT, done)

    def order(self, order_id: str) -> Order:
        """An order as the system has it."""
        return self._database.read(TENANT, lambda tx: _order(tx, order_id))

    def refunded(self, payment_id: str) -> int:
        """What went back of a payment, minor units."""
        payment = self._database.read(TENANT, lambda tx: tx.get(Payment, payment_id))
        assert payment is not None
        return payment.refunded.minor_units


def _order(tx: Tx, order_id: str) -> Order:
    order = tx.get(Order, order_id)
    assert order is not None
    return order


def _with_skus(tx: Tx) -> None:
    order = _order(tx, ORDER)
    lines = tuple(msgspec.structs.replace(line, sku=SKUS[line.line_id]) for line in order.lines)
    tx.put(msgspec.structs.replace(order, lines=lines))
