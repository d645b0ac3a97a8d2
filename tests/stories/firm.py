"""The firm the stories play in: a hub with real mail servers, a shop's records, an agent at a desk."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path

from tests.servers.ground import free_port
from tests.servers.mail import ARCHIVE, SERVICE, MailServers
from tests.servers.postgresql import PostgresqlServer
from tests.stories.processes import DeskProcess, HubProcess, StepFailed, wait_for

PASSWORD = "lisa-lisa-lisa-1"
POINTS = """name,address,lat,lon,hours
Kiosk Yilmaz,"Schwarzwaldstr. 12, 79102 Freiburg",47.9871,7.8702,"Mo-Fr 08:00-18:30, Sa 09:00-14:00"
Schreibwaren Kern,"Günterstalstr. 5, 79102 Freiburg",47.9880,7.8480,"Mo-Fr 09:00-18:00"
Getränke Rombach,"Lorettostr. 40, 79100 Freiburg",47.9822,7.8401,"Mo-Sa 08:00-20:00"
Bahnhof Service,"Bismarckallee 9, 79098 Freiburg",47.9976,7.8421,"Mo-So 06:00-22:00"
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

    # -- mail
    def write(self, who: Customer, subject: str = "", text: str = "") -> datetime:
        """Send a mail of a customer to the firm by SMTP; returns when."""
        message = EmailMessage()
        message["From"] = f"{who.name} <{who.address}>"
        message["To"] = SERVICE
        message["Subject"] = subject or who.subject
        now = datetime.now(UTC)
        message["Date"] = format_datetime(now)
        message["Message-ID"] = make_msgid(domain="kundin.test")
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
