"""The firm of the simulation: two teams, three people with limits, customers with orders; a second firm."""

from __future__ import annotations

import hashlib
import tempfile
from datetime import date
from functools import cache
from pathlib import Path

import msgspec

from tests.faults.sim.chance import BEGIN, ShiftedClock, TrueTime
from tests.faults.sim.memory import Memory, from_file
from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.ids import derived_id
from workstation.casework.limit import CustomerWindow, Limit
from workstation.casework.money import Money
from workstation.casework.people import Person, Team, Tenant
from workstation.casework.records import Invoice, Order, OrderLine, Payment
from workstation.hub.ports import Tx
from workstation.hub.ports_access import Device
from workstation.hub.ports_billing import SELLER, Seller
from workstation.hub.services.identity import identity
from workstation.hub.storage.access import SqlAccessTx
from workstation.hub.storage.billing import open_billing
from workstation.hub.storage.books import open_books
from workstation.hub.storage.opening import open_database
from workstation.hub.storage.transaction import SqlTx
from workstation.system import keys

TENANT = derived_id("tenant", "one")
OTHER_TENANT = derived_id("tenant", "two")
FOREIGN = "FREMDE-FIRMA"
"""A word that only the other firm's data holds."""
TEAMS = (derived_id("team", "one"), derived_id("team", "two"))
CUSTOMERS = tuple(derived_id("customer", str(number)) for number in range(3))
ADDRESSES = tuple(f"kunde{number}@kundin.test" for number in range(3))
ORDERS_EACH = 3
LINES_EACH = 3
UNIT = 2000
QUANTITY = 4
ISSUED, DUE = date(2026, 10, 1), date(2026, 10, 15)

PEOPLE = (
    Person(person_id=derived_id("person", "lisa"), name="Lisa", login="lisa", role="agent", team_id=TEAMS[0]),
    Person(person_id=derived_id("person", "max"), name="Max", login="max", role="agent", team_id=TEAMS[1]),
    Person(
        person_id=derived_id("person", "tanja"), name="Tanja", login="tanja", role="lead", team_id=TEAMS[0]
    ),
)
LIMITS = (
    Limit(
        limit_id=derived_id("limit", "agent"),
        name="Service",
        kinds=("money_back",),
        role="agent",
        per_decision=5000,
        per_customer=CustomerWindow(16000, 90),
        per_person_day=20000,
    ),
    Limit(
        limit_id=derived_id("limit", "lead"),
        name="Leitung",
        kinds=("money_back",),
        role="lead",
        per_decision=20000,
        per_person_day=60000,
    ),
)


def order_id(customer: int, number: int) -> str:
    """The id of an order."""
    return derived_id("order", str(customer), str(number))


def payment_id(customer: int, number: int) -> str:
    """The id of its payment."""
    return derived_id("payment", str(customer), str(number))


def line_id(customer: int, number: int, line: int) -> str:
    """The id of one of its lines."""
    return derived_id("line", str(customer), str(number), str(line))


def invoice_id(customer: int) -> str:
    """The id of a customer's unpaid invoice, over their first order."""
    return derived_id("invoice", str(customer))


def device_key(name: str) -> bytes:
    """The private key of a desk: always the same, so that a seed replays."""
    return hashlib.sha256(f"key of {name}".encode()).digest()


def device_id(name: str) -> str:
    """The id of a desk's device."""
    return derived_id("device", name)


def device_of(name: str) -> Device:
    """A desk's device, let in."""
    return Device(
        device_id=device_id(name),
        name=name,
        public_key=keys.b64(keys.public_key_of(device_key(name))),
        state="approved",
        code="",
        enrolled_at=BEGIN,
    )


@cache
def founded() -> Memory:
    """The hub's database of the firm as it is before anything happens; made once a process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hub.db"
        database = open_database(str(path), None, ShiftedClock(TrueTime()))
        for tenant_id in (TENANT, OTHER_TENANT):
            database.create_tenant(tenant_id)
        database.run_sql(TENANT, _found)
        database.run(OTHER_TENANT, _found_other)
        database.close()
        return from_file(path)


def _found(tx: SqlTx) -> None:
    tx.put(Tenant(tenant_id=TENANT, name="Eins", mail_domain="shop.test", sender_address="service@shop.test"))
    for number, team_id in enumerate(TEAMS):
        tx.put(Team(team_id=team_id, name=f"Team {number + 1}"))
    for person in PEOPLE:
        tx.put(person)
        SqlAccessTx(tx).put_device(device_of(person.login))
    for limit in LIMITS:
        tx.put(limit)
    seller = Seller(name="Eins", street="Weg 1", postcode="70173", city="Stuttgart", vat_id="DE123456789")
    open_billing(tx).keep_setting(SELLER, msgspec.json.encode(seller))
    for number, customer_id in enumerate(CUSTOMERS):
        _customer(tx, number, customer_id)


def _customer(tx: Tx, number: int, customer_id: str) -> None:
    books = open_books(tx)
    customer = Customer(
        customer_id=customer_id,
        name=f"Kunde {number}",
        number=f"K-{number}",
        identities=(identity("email", ADDRESSES[number], at=tx.now, by="rule:import"),),
    )
    tx.put(customer)
    books.keep_customer(customer)
    for count in range(ORDERS_EACH):
        order = Order(
            order_id=order_id(number, count),
            number=f"B-{number}{count}",
            customer_id=customer_id,
            placed_at=BEGIN,
            shipping=Money(0),
            lines=tuple(
                OrderLine(
                    line_id=line_id(number, count, line),
                    name=f"Ware {line}",
                    quantity=QUANTITY,
                    unit_price=Money(UNIT),
                )
                for line in range(LINES_EACH)
            ),
        )
        payment = Payment(
            payment_id=payment_id(number, count),
            order_id=order.order_id,
            customer_id=customer_id,
            method="card",
            captured=order.total,
            refunded=Money(0),
        )
        tx.put(order)
        tx.put(payment)
        books.keep_order(order)
        books.keep_payment(payment, f"P-{number}{count}")
        if count == 0:
            _unpaid(tx, number, order)


def _unpaid(tx: Tx, number: int, order: Order) -> None:
    invoice = Invoice(
        invoice_id=invoice_id(number),
        number=f"R-{number}",
        customer_id=order.customer_id,
        order_id=order.order_id,
        total=order.total,
        open=order.total,
        issued_on=ISSUED,
        due_on=DUE,
    )
    open_billing(tx).keep_invoice(invoice)
    open_books(tx).keep_invoice(invoice)
    tx.put(invoice)


def _found_other(tx: Tx) -> None:
    tx.put(Tenant(tenant_id=OTHER_TENANT, name=FOREIGN))
    tx.put(Team(team_id=TEAMS[0], name=FOREIGN))
    tx.put(
        Case(
            case_id=derived_id("case", "foreign"),
            team_id=TEAMS[0],
            opened_at=BEGIN,
            number=1,
            subject=FOREIGN,
        )
    )
