"""The firm the stories play in: a hub with real mail servers, a shop's records, an agent at a desk."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any

from tests.servers.ground import free_port
from tests.servers.mail import ARCHIVE, SERVICE, MailServers
from tests.servers.postgresql import PostgresqlServer
from tests.stories.processes import DeskProcess, HubProcess, StepFailed, wait_for

CLOCKS_LOOK_WITHIN_S = 6.0
PASSWORD = "lisa-lisa-lisa-1"
POINTS = """name,address,lat,lon,hours
Kiosk Yilmaz,"Schwarzwaldstr. 12, 79102 Freiburg",47.9871,7.8702,"Mo-Fr 08:00-18:30, Sa 09:00-14:00"
Schreibwaren Kern,"Günterstalstr. 5, 79102 Freiburg",47.9880,7.8480,"Mo-Fr 09:00-18:00"
Getränke Rombach,"Lorettostr. 40, 79100 Freiburg",47.9822,7.8401,"Mo-Sa 08:00-20:00"
Bahnhof Service,"Bismarckallee 9, 79098 Freiburg",47.9976,7.8421,"Mo-So 06:00-22:00"
"""
SELLER = """[seller]
name = "Backhaus Lindner GmbH"
street = "Mühlenweg 4"
postcode = "79098"
city = "Freiburg"
vat_id = "DE123456789"
"""
MAIL = (
    "Guten Tag,\n\nheute kam mein Paket an. Eine Schale ist auf dem Transport zerbrochen, und die andere "
    "Schale sieht ganz anders aus als auf dem Bild. Was soll ich jetzt tun?\n\nViele Grüße\n{name}\n"
)


@dataclass
class Customer:
    """Somebody who ordered two glasses and two bowls, delivered yesterday."""

    number: int
    name: str
    address: str
    order: str
    subject: str
    case_id: str = ""
    invoice: str = ""

    @property
    def mailbox(self) -> str:
        """Where answers arrive."""
        return self.address


@dataclass
class Firm:
    """Everything running; ``pictures`` is where pictures of the steps go."""

    folder: Path
    mail: MailServers
    hub: HubProcess
    pictures: Path
    database: str
    hub_port: int
    customers: list[Customer] = field(default_factory=list)
    agent: str = "lisa"
    """The login of the agent at the desk."""

    # -- records of the shop
    def add_customer(self, name: str) -> Customer:
        """Import a customer with the order of the story; returns them."""
        number = len(self.customers) + 1
        address = f"kunde{number}@kundin.test"
        customer = Customer(
            number, name, address, f"B-{10480 + number}", f"Schale kaputt, Bestellung {number}"
        )
        self.mail.create_mailbox(address)
        self.customers.append(customer)
        self._import(customer)
        return customer

    def _import(self, who: Customer) -> None:
        given, _space, family = who.name.partition(" ")
        now = datetime.now(UTC)
        placed = (now - timedelta(days=5)).isoformat(timespec="seconds")
        delivered = (now - timedelta(days=1)).isoformat(timespec="seconds")
        files = {
            "customers": [
                {
                    "number": f"K-{who.number}",
                    "given_name": given,
                    "family_name": family,
                    "salutation": "Frau",
                    "email": who.address,
                    "street": "Wiehre 3",
                    "postcode": "79102",
                    "city": "Freiburg",
                    "lat": 47.987,
                    "lon": 7.854,
                }
            ],
            "orders": [
                {
                    "number": who.order,
                    "customer": f"K-{who.number}",
                    "placed_at": placed,
                    "shipping": "4.90",
                    "status": "delivered",
                    "lines": [
                        {"line": 1, "name": "Glas klar 0,3 l", "quantity": 2, "unit_price": "14.50"},
                        {"line": 2, "name": "Schale Meteorgrau", "quantity": 2, "unit_price": "24.90"},
                    ],
                }
            ],
            "payments": [
                {
                    "number": f"P-{who.number}",
                    "order": who.order,
                    "method": "card",
                    "captured": "83.70",
                    "captured_at": placed,
                    "account_hint": "4242",
                }
            ],
            "parcels": [
                {
                    "tracking_number": f"0034{who.number:08d}",
                    "order": who.order,
                    "carrier": "DHL",
                    "delivered_at": delivered,
                }
            ],
        }
        for kind, rows in files.items():
            place = self.folder / f"{kind}.json"
            place.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
            self.hub.run("import", kind, str(place))

    def add_small_orders(self, who: Customer, count: int) -> list[str]:
        """Import earlier orders of one glass for 12.00 each; returns their numbers."""
        now = datetime.now(UTC)
        placed = (now - timedelta(days=20)).isoformat(timespec="seconds")
        numbers = [f"A-{who.number}{place:03d}" for place in range(count)]
        orders = [
            {
                "number": number,
                "customer": f"K-{who.number}",
                "placed_at": placed,
                "shipping": "4.90",
                "status": "delivered",
                "lines": [{"line": 1, "name": "Glas blau 0,2 l", "quantity": 1, "unit_price": "12.00"}],
            }
            for number in numbers
        ]
        payments = [
            {
                "number": f"P-{number}",
                "order": number,
                "method": "card",
                "captured": "16.90",
                "captured_at": placed,
                "account_hint": "4242",
            }
            for number in numbers
        ]
        for kind, rows in (("orders", orders), ("payments", payments)):
            place = self.folder / f"{kind}.json"
            place.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
            self.hub.run("import", kind, str(place))
        return numbers

    def add_debtor(self, name: str, **invoice: object) -> Customer:
        """Import a customer with an order on invoice, long due; ``invoice`` changes what its row says."""
        number = len(self.customers) + 1
        address = f"kunde{number}@kundin.test"
        who = Customer(
            number,
            name,
            address,
            f"B-{10480 + number}",
            f"Mahnung ohne Rechnung {number}",
            invoice=f"R-{4700 + number}",
        )
        self.mail.create_mailbox(address)
        self.customers.append(who)
        given, _space, family = name.partition(" ")
        now = datetime.now(UTC)
        placed = (now - timedelta(days=50)).isoformat(timespec="seconds")
        row = {
            "number": who.invoice,
            "order": who.order,
            "total": "54.80",
            "open": "54.80",
            "issued_on": (now - timedelta(days=45)).date().isoformat(),
            "due_on": (now - timedelta(days=31)).date().isoformat(),
            **invoice,
        }
        lines = [{"line": 1, "name": "Brotkorb geflochten", "quantity": 2, "unit_price": "24.95"}]
        order = {"number": who.order, "customer": f"K-{number}", "placed_at": placed, "shipping": "4.90"}
        self._import_rows(
            {
                "customers": [
                    {
                        "number": f"K-{number}",
                        "given_name": given,
                        "family_name": family,
                        "salutation": "Frau",
                        "email": address,
                        "street": "Wiehre 3",
                        "postcode": "79102",
                        "city": "Freiburg",
                    }
                ],
                "orders": [{**order, "status": "delivered", "lines": lines}],
                "invoices": [row],
            }
        )
        return who

    def add_reminder(self, who: Customer, days_ago: int) -> None:
        """Import a first reminder with a fee of 5.00 that the customer got so many days ago."""
        sent = (datetime.now(UTC) - timedelta(days=days_ago)).date().isoformat()
        row = {"invoice": who.invoice, "level": 1, "sent_on": sent, "fee": "5.00"}
        self._import_rows({"dunning_notices": [row]})

    def _import_rows(self, files: dict[str, list[dict[str, object]]]) -> None:
        for kind, rows in files.items():
            place = self.folder / f"{kind}.json"
            place.write_text(json.dumps(rows, ensure_ascii=False), "utf-8")
            self.hub.run("import", kind.replace("_", "-"), str(place))

    def invoice(self, who: Customer) -> dict[str, Any]:
        """Return the customer's invoice as the hub's books have it, with its reminders."""
        answer: dict[str, Any] = json.loads(
            self.hub.run("dunning", "show", "--invoice", who.invoice, "--json")
        )
        return answer

    def dun(self, days_ahead: int = 0) -> dict[str, Any]:
        """Run the dunning as of a day; returns the report."""
        day = (datetime.now(UTC) + timedelta(days=days_ahead)).date().isoformat()
        report: dict[str, Any] = json.loads(
            self.hub.run("dunning", "run", "--on", day, "--json", check=False)
        )
        return report

    # -- mail
    def write(self, who: Customer, subject: str = "", text: str = "", answers: str = "") -> datetime:
        """Send a mail of a customer to the firm by SMTP, as an answer to a Message-ID if given."""
        message = EmailMessage()
        message["From"] = f"{who.name} <{who.address}>"
        message["To"] = SERVICE
        message["Subject"] = subject or who.subject
        now = datetime.now(UTC)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid(domain="kundin.test")
        if answers:
            message["In-Reply-To"] = message["References"] = answers
        message.set_content(text or MAIL.format(name=who.name))
        self.mail.send(message.as_bytes(), who.address, SERVICE)
        return now

    def answers_to(self, who: Customer) -> list[bytes]:
        """Return the mails in the customer's mailbox."""
        return self.mail.messages(who.mailbox)

    # -- what the books say
    def books(self, who: Customer) -> dict[str, list[dict[str, object]]]:
        """Return bookings and returns of the customer's order, as the hub exports them."""
        answer: dict[str, list[dict[str, object]]] = json.loads(
            self.hub.run("books", "show", "--order", who.order, "--json")
        )
        return answer

    # -- processes
    def start_hub(self, crash_at: str = "") -> None:
        """Start the hub and wait until it listens."""
        from tests.servers.ground import is_listening

        self.hub.start(self.hub_port, crash_at)
        wait_for(lambda: is_listening(self.hub_port) or not self.hub.is_running, 60, "hub listens")
        if not self.hub.is_running:
            raise StepFailed("the hub has ended at once; see hub.log")

    def travel(self, days: int) -> None:
        """Start the hub anew with a clock that is so many days ahead (it is a trial)."""
        self.hub.stop()
        file = self.folder / "hub" / "hub.toml"
        lines = [line for line in file.read_text("utf-8").splitlines() if "time_offset_s" not in line]
        at = next((place for place, line in enumerate(lines) if line.startswith("[")), len(lines))
        lines.insert(at, f"time_offset_s = {days * 86_400}")
        file.write_text("\n".join(lines) + "\n", "utf-8")
        self.start_hub()

    def hub_has_looked(self) -> None:
        """Wait until the hub's clocks have surely looked once since it started."""
        time.sleep(CLOCKS_LOOK_WITHIN_S)

    def desk(self) -> DeskProcess:
        """Return the desk of the agent whose shift it is (not yet started)."""
        name = self.agent
        return DeskProcess(
            self.folder / f"desk-{name}",
            self.hub.url,
            name,
            PASSWORD,
            self.folder / f"desk-{name}.log",
            lambda code: self.hub.run("devices", "approve", code),
        )


@contextmanager
def firm(database: str, pictures: Path, keep: bool = False) -> Iterator[Firm]:
    """Set the whole firm up from nothing and take it down again."""
    folder = Path(tempfile.mkdtemp(prefix="workstation-story-"))
    postgresql = PostgresqlServer() if database == "postgresql" else None
    mail = MailServers()
    made = Firm(folder, mail, HubProcess(folder / "hub", folder / "hub.log"), pictures, database, free_port())
    try:
        mail.start()
        url = ""
        if postgresql is not None:
            postgresql.start()
            url = postgresql.url(postgresql.create_database())
        _set_up(made, url)
        yield made
    finally:
        made.hub.stop()
        mail.stop()
        if postgresql is not None:
            postgresql.stop()
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _set_up(made: Firm, url: str) -> None:
    run = made.hub.run
    arguments = ["init", "--name", "Backhaus Lindner", "--owner", "Peter Lindner", "--login", "peter"]
    arguments += [
        "--secrets",
        "files",
        "--region",
        "BW",
        "--team",
        "Kundenservice",
        "--mail-address",
        SERVICE,
    ]
    arguments += ["--trial"] + (["--database", url] if url else [])
    run(*arguments, given="peter-peter-peter-1\n")
    run("people", "add", "--name", "Lisa Sommer", "--login", "lisa", "--role", "agent", given=f"{PASSWORD}\n")
    run("people", "add", "--name", "Ole Brandt", "--login", "ole", "--role", "agent", given=f"{PASSWORD}\n")
    run("people", "add", "--name", "Tanja Weiß", "--login", "tanja", "--role", "lead", given=f"{PASSWORD}\n")
    (made.folder / "drop_off_points.csv").write_text(POINTS, "utf-8")
    run("import", "drop-off-points", str(made.folder / "drop_off_points.csv"))
    (made.folder / "seller.toml").write_text(SELLER, "utf-8")
    run("books", "seller", "import", str(made.folder / "seller.toml"))
    ports = made.mail.ports
    run(
        "mailbox",
        "add",
        "service",
        "--address",
        SERVICE,
        *("--imap", f"127.0.0.1:{ports.imap}", "--imap-security", "none", "--imap-user", SERVICE),
        *("--smtp", f"127.0.0.1:{ports.smtp}", "--smtp-security", "none", "--smtp-user", SERVICE),
        *("--archive", ARCHIVE, "--archive-imap", f"127.0.0.1:{ports.imap}", "--archive-security", "none"),
        *("--archive-user", ARCHIVE, "--archive-lag", "2"),
        given="service-pw\nservice-pw\narchive-pw\n",
    )
    made.start_hub()
