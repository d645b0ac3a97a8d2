"""A firm that bills: Erika's unpaid invoice, levels, a mailbox of folders, and all that works on them."""

import email
import email.policy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from tests.hub.mail_out.texts import load_texts
from tests.hub.small_firm import ERIKA, NOW, ORDER, TEAM, TENANT, SetClock
from workstation.casework.customer import PostalAddress
from workstation.casework.money import Money
from workstation.casework.people import Person
from workstation.casework.records import DunningNotice, Invoice, Order
from workstation.hub.backends.billing_executor import BillingExecutor
from workstation.hub.backends.executors import ShopExecutor, TillExecutor
from workstation.hub.backends.house_books.billing import HouseBilling
from workstation.hub.backends.house_books.case_stops import HouseCaseStops
from workstation.hub.backends.house_books.shop import HouseBooks
from workstation.hub.backends.house_books.till import HouseTill
from workstation.hub.channels.mail.executor import MailExecutor, Outlet
from workstation.hub.channels.mail.mailbox_settings import FolderSettings
from workstation.hub.channels.mail.reading import LimitedReader
from workstation.hub.channels.mail.transport_folder import FolderSender
from workstation.hub.channels.mail.worker import ParseWorker
from workstation.hub.core import load_dunning_texts
from workstation.hub.ports import Executor, Tx
from workstation.hub.ports_billing import SELLER, ReminderRow, Seller
from workstation.hub.ports_intake import IntakeRow
from workstation.hub.ports_mail import MailSender, RawMail
from workstation.hub.ports_values import CaseFile
from workstation.hub.services.case_acts import MAIL, EffectRoute
from workstation.hub.services.copy_mails import CopyMailExecutor
from workstation.hub.services.dunning_guard import DunningClock
from workstation.hub.services.dunning_run import DunningRun, RunReport
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.effects import EffectWorker
from workstation.hub.services.intake import Intake, IntakePorts
from workstation.hub.storage.billing import open_billing
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.intake_ledger import open_intake_ledger

INVOICE = "01890000-0000-7000-8000-000000000050"
OWNER = Person(
    person_id="01890000-0000-7000-8000-0000000000a9",
    name="Peter Lindner",
    login="peter",
    role="owner",
    team_id=TEAM,
)
THE_SELLER = Seller(
    name="Ofen und Glas GmbH",
    street="Königstraße 12",
    postcode="70173",
    city="Stuttgart",
    vat_id="DE123456789",
    iban="DE02120300000000202051",
)
ISSUED, DUE = date(2026, 10, 1), date(2026, 10, 15)


def an_invoice(order: Order, **changes: Any) -> Invoice:
    """Erika's invoice: sent, unpaid, due five weeks ago."""
    values: dict[str, Any] = {
        "invoice_id": INVOICE,
        "number": "R-2026-00017",
        "customer_id": ERIKA,
        "order_id": ORDER,
        "total": order.total,
        "open": order.total,
        "issued_on": ISSUED,
        "due_on": DUE,
    }
    return Invoice(**{**values, **changes})


def bill(database: SqlDatabase, **changes: Any) -> Invoice:
    """Store Erika's invoice with its rows, the seller and the owner."""

    def work(tx: Tx) -> Invoice:
        order = tx.get(Order, ORDER)
        assert order is not None
        billing = open_billing(tx)
        billing.keep_setting(SELLER, msgspec.json.encode(THE_SELLER))
        invoice = an_invoice(order, **changes)
        billing.keep_invoice(invoice)
        open_books(tx).keep_invoice(invoice)
        tx.put(OWNER)
        return tx.put(invoice)

    return database.run(TENANT, work)


def dun(database: SqlDatabase, level: int = 1, fee: int = 500, on: date = date(2026, 11, 1)) -> None:
    """Let Erika have got a reminder of that level, with its fee."""

    def work(tx: Tx) -> None:
        known = tx.get(Invoice, INVOICE)
        assert known is not None
        invoice = msgspec.structs.replace(known, dunning_level=level, fee_open=Money(fee))
        billing = open_billing(tx)
        billing.keep_invoice(invoice)
        tx.put(invoice)
        notice_id = "01890000-0000-7000-8000-000000000059"
        billing.keep_reminder(
            ReminderRow(invoice_id=INVOICE, level=level, notice_id=notice_id, run_on=on, status="sent")
        )
        tx.put(
            DunningNotice(
                notice_id=notice_id,
                invoice_id=INVOICE,
                customer_id=ERIKA,
                level=level,
                sent_on=on,
                fee=Money(fee),
                number="M-1",
            )
        )

    database.run(TENANT, work)


@dataclass
class House:
    """Everything that works on invoices, over one database and a folder of mail."""

    database: SqlDatabase
    clock: SetClock
    folder: Path
    parser: ParseWorker
    uids: "count[int]" = field(default_factory=lambda: count(1))

    def run(self, on: date | None = None, *, is_dry: bool = False) -> RunReport:
        """Run the dunning of a day, by default today's."""
        made = DunningRun(self.database, open_billing, TENANT, load_dunning_texts(), "A")
        return made.run(on or self.clock.now().date(), is_dry=is_dry)

    def worker(self, sender: MailSender | None = None) -> EffectWorker:
        """Return the worker that sends reminders and carries out decisions."""
        settings = FolderSettings(mailbox="service", incoming="", outgoing=str(self.folder / "out"))
        outlet = Outlet(sender or FolderSender(settings), "service@shop.test", "Ofen und Glas")
        executors: list[Executor] = [
            BillingExecutor(HouseBilling(self.database, open_billing), self.database),
            ShopExecutor(HouseBooks(self.database, open_books)),
            TillExecutor(HouseTill(self.database, open_books)),
            MailExecutor(self.database, (outlet,), load_texts()),
            CopyMailExecutor(self.database, load_texts(), EffectRoute(MAIL, "B")),
        ]
        return EffectWorker(self.database, executors, CaseProjector(open_billing), self.clock, "worker")

    def work(self) -> None:
        """Carry out all that is due."""
        worker = self.worker()
        while worker.step():
            self.clock.pass_by(timedelta(seconds=1))

    def rest(self) -> None:
        """Carry out effects until all rest; time passes while there is nothing to do."""
        for _ in range(12):
            self.work()
            self.clock.pass_by(timedelta(minutes=2))

    def take(self, raw: bytes) -> IntakeRow:
        """Let a mail come in."""
        words = next(one for one in load_texts().topics.topics if one.topic == "dunning")
        ports = IntakePorts(
            database=self.database,
            open_ledger=open_intake_ledger,
            open_books=open_books,
            reader=LimitedReader(self.parser),
            clock=self.clock,
            open_billing=open_billing,
            case_stops=HouseCaseStops(open_billing),
            dunning_words=words,
        )
        mail = RawMail("service", 7, next(self.uids), raw, self.clock.now())
        return Intake(ports, TENANT, TEAM).take(mail)

    def look(self) -> int:
        """Let the clock of the blocks look; returns how many it lifted."""
        return DunningClock(self.database, open_billing, self.clock).look(TENANT)

    def invoice(self) -> Invoice:
        """Return Erika's invoice as it is now."""
        found = self.database.read(TENANT, lambda tx: tx.get(Invoice, INVOICE))
        assert found is not None
        return found

    def notices(self) -> tuple[DunningNotice, ...]:
        """Return Erika's notices by level."""
        found = self.database.read(TENANT, lambda tx: tx.records_of(ERIKA, DunningNotice))
        return tuple(sorted(found, key=lambda one: one.level))

    def file(self, case_id: str) -> CaseFile:
        """Return a case with all that belongs to it."""
        return self.database.read(TENANT, lambda tx: tx.case_file(case_id))

    def codes(self, case_id: str) -> list[str]:
        """Return the codes of a case's system lines."""
        return [one.code for one in self.file(case_id).messages if one.kind == "system"]

    def sent(self) -> list[EmailMessage]:
        """Return the mails that have left, oldest first."""
        files = sorted((self.folder / "out" / "new").glob("*"))
        return [email.message_from_bytes(file.read_bytes(), policy=email.policy.default) for file in files]

    def reminders(self) -> list[EmailMessage]:
        """Return the reminders that have left."""
        names = ("Mahnung", "Erinnerung", "eminder")
        return [one for one in self.sent() if any(name in str(one["Subject"]) for name in names)]


def after(days: int, hours: float = 0) -> datetime:
    """Return the moment that long after the tests' beginning."""
    return NOW + timedelta(days=days, hours=hours)


def at_home() -> PostalAddress:
    """Where Erika lives."""
    return PostalAddress(street="Lindenallee 3", postcode="70565", city="Stuttgart")
