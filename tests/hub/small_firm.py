"""A small firm in a real database: tenant, team, Erika, her order of glasses and bowls, paid by card."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from workstation.casework.customer import Customer
from workstation.casework.money import Money
from workstation.casework.people import Team, Tenant
from workstation.casework.records import Order, OrderLine, Payment
from workstation.hub.ports import Tx
from workstation.hub.services.identity import identity
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.opening import open_database

TENANT = "01890000-0000-7000-8000-000000000001"
TEAM = "01890000-0000-7000-8000-000000000002"
ERIKA = "01890000-0000-7000-8000-000000000010"
ORDER = "01890000-0000-7000-8000-000000000020"
GLASSES = "01890000-0000-7000-8000-000000000021"
BOWLS = "01890000-0000-7000-8000-000000000022"
PAYMENT = "01890000-0000-7000-8000-000000000030"
NOW = datetime(2026, 11, 20, 9, 11, tzinfo=UTC)


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()

    def pass_by(self, span: timedelta) -> None:
        self.at += span


@contextmanager
def database_at(url: str, clock: SetClock) -> Iterator[SqlDatabase]:
    """An empty database with all tables; `url` is a path or the address of a PostgreSQL database."""
    database = open_database(url, None, clock)
    try:
        yield database
    finally:
        database.close()


def found_firm(database: SqlDatabase) -> None:
    """Make tenant, team, Erika and her order."""
    database.create_tenant(TENANT)
    database.run(TENANT, _found)


def _found(tx: Tx) -> None:
    tx.put(
        Tenant(
            tenant_id=TENANT,
            name="Ofen und Glas",
            mail_domain="shop.test",
            sender_address="service@shop.test",
        )
    )
    tx.put(Team(team_id=TEAM, name="Service"))
    erika = Customer(
        customer_id=ERIKA,
        name="Erika Beispiel",
        number="K-1001",
        identities=(identity("email", "erika@kundin.test", at=tx.now, by="rule:import"),),
    )
    tx.put(erika)
    order = Order(
        order_id=ORDER,
        number="B-10023",
        customer_id=ERIKA,
        placed_at=NOW - timedelta(days=5),
        lines=(
            OrderLine(line_id=GLASSES, name="Glas klar", quantity=2, unit_price=Money(1450)),
            OrderLine(line_id=BOWLS, name="Schale meteorgrau", quantity=2, unit_price=Money(2490)),
        ),
        shipping=Money(490),
    )
    tx.put(order)
    payment = Payment(
        payment_id=PAYMENT,
        order_id=ORDER,
        customer_id=ERIKA,
        method="card",
        captured=order.total,
        refunded=Money(0),
        account_hint="4242",
    )
    tx.put(payment)
    books = open_books(tx)
    books.keep_customer(erika)
    books.keep_order(order)
    books.keep_payment(payment, "P-10023")


@cache
def _founded() -> bytes:
    """The file of a freshly founded firm, made once a test process: migrating takes its time."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "hub.db"
        with database_at(str(file), SetClock()) as database:
            found_firm(database)
        return file.read_bytes()


@contextmanager
def small_firm(folder: Path) -> Iterator[tuple[SqlDatabase, SetClock]]:
    """The firm in a SQLite file of its own."""
    clock = SetClock()
    (folder / "hub.db").write_bytes(_founded())
    with database_at(str(folder / "hub.db"), clock) as database:
        yield database, clock
