"""Opening a hub's data for the first time with this program: money kept by an earlier one can go back."""

from datetime import UTC, date, datetime
from pathlib import Path

from workstation.casework.customer import Customer
from workstation.casework.money import Money
from workstation.casework.records import Invoice, Order, OrderLine, Payment
from workstation.hub.core import open_core
from workstation.hub.ports import Tx
from workstation.hub.ports_billing import InvoicePayment
from workstation.hub.services.earlier_payments import DONE
from workstation.hub.settings import read_settings
from workstation.hub.storage.books import open_books
from workstation.system.clock import new_id


def test_opening_the_data_makes_the_payments_that_are_missing(firm: Path) -> None:
    core = open_core(read_settings(firm), None)
    customer_id, order_id, line_id, invoice_id = (new_id(core.clock) for _ in range(4))
    price, day = Money(8370), date(2026, 10, 1)

    def before(tx: Tx) -> None:
        """What a program that knew no such payments left behind."""
        books = open_books(tx)
        line = OrderLine(line_id=line_id, name="Schale", quantity=1, unit_price=price)
        order = Order(
            order_id=order_id,
            number="B-1",
            customer_id=customer_id,
            placed_at=datetime(2026, 10, 1, tzinfo=UTC),
            status="placed",
            lines=(line,),
            shipping=Money(0),
        )
        invoice = Invoice(
            invoice_id=invoice_id,
            number="R-1",
            customer_id=customer_id,
            order_id=order_id,
            total=price,
            open=Money(0),
            issued_on=day,
            due_on=day,
        )
        tx.put(Customer(customer_id=customer_id, name="Erika Sommer", number="K-1"))
        books.keep_order(tx.put(order))
        books.keep_invoice(tx.put(invoice))
        books.billing.keep_invoice(invoice)
        books.billing.keep_payment(
            InvoicePayment(number="Z-1", invoice_id=invoice_id, amount=price, paid_on=day)
        )
        books.billing.keep_setting(DONE, b"{}")

    core.database.run(core.tenant_id, before)
    core.close()
    for _ in range(2):
        core = open_core(read_settings(firm), None)
        found = core.database.read(core.tenant_id, lambda tx: tx.records_of(customer_id, Payment))
        core.close()
        assert [(one.order_id, one.captured, one.refunded) for one in found] == [(order_id, price, Money(0))]
