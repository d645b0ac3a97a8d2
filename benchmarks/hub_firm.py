"""A hub as its own process over PostgreSQL that flushes: 32 desks in four teams, a case a command."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg

from benchmarks.children import ROOT, environment
from benchmarks.machine import cpu_s, tree_cpu_s
from benchmarks.measuring import NotMeasured
from tests.servers.ground import free_port
from tests.servers.postgresql import PostgresqlServer
from workstation.casework.case import Case, Due
from workstation.casework.customer import Customer
from workstation.casework.decision import Refund
from workstation.casework.ids import derived_id
from workstation.casework.limit import CustomerWindow, Limit
from workstation.casework.message import Message
from workstation.casework.money import Money
from workstation.casework.people import Person
from workstation.casework.records import LineQuantity, Order, OrderLine, Payment
from workstation.casework.wire.codec import encode, sha256_hex
from workstation.casework.wire.commands import Decide, Envelope, signed_bytes, type_of
from workstation.casework.wire.session import SessionRequest
from workstation.hub.commands.init import create_firm
from workstation.hub.core import open_core
from workstation.hub.ports_access import Device
from workstation.hub.services.people import NewPerson
from workstation.hub.services.sessions import Sessions
from workstation.hub.settings import HubFile, HubSettings, write_settings
from workstation.hub.storage.access import SqlAccessTx
from workstation.hub.storage.books import open_books
from workstation.hub.storage.passwords import Argon2Hasher
from workstation.hub.storage.transaction import SqlTx
from workstation.system import keys
from workstation.system.clock import SystemClock

DESKS, TEAMS = 32, 4
TENANT = "01890000-0000-7000-8000-000000000001"
_PASSWORD = "bench-only-password"
_AMOUNT = Money(1250)
_UNDO_S = 120
"""The longest undo window: nothing is booked while commands are measured."""
_DURABLE = (
    "ALTER SYSTEM SET fsync = on",
    "ALTER SYSTEM SET full_page_writes = on",
    "ALTER SYSTEM SET synchronous_commit = on",
    "ALTER SYSTEM SET autovacuum = on",
    "ALTER SYSTEM SET autovacuum_naptime = '5s'",
    "SELECT pg_reload_conf()",
)


def numbered_id(kind: str, number: int) -> str:
    """Return the id of a prepared thing; ``kind`` is four hex digits and finds it again."""
    return f"01890000-0000-7000-{kind}-{number:012d}"


CASE, CUSTOMER, ORDER, PAYMENT, PERSON, DEVICE, TEAM, MESSAGE, LINE = (
    "8100",
    "8200",
    "8300",
    "8400",
    "8500",
    "8600",
    "8700",
    "8800",
    "8900",
)


def team_of(number: int) -> int:
    """Return the team of a case or desk: cases go round the desks."""
    return number % DESKS * TEAMS // DESKS


@dataclass(frozen=True)
class Desk:
    """A device with a person signed in."""

    device_id: str
    person_id: str
    private: bytes
    token: str


class Durable:
    """A private PostgreSQL server that flushes every commit; ``with Durable() as server``."""

    def __init__(self) -> None:
        self._server = PostgresqlServer()

    def __enter__(self) -> PostgresqlServer:
        try:
            self._server.start()
        except Exception as error:
            raise NotMeasured(f"no PostgreSQL here: {error}") from error
        with psycopg.connect(self._server.dsn("postgres"), autocommit=True) as connection:
            for sql in _DURABLE:
                connection.execute(sql.encode())
            time.sleep(0.5)
            shown = connection.execute("SHOW fsync").fetchone()
        if shown != ("on",):
            self._server.stop()
            raise NotMeasured("this PostgreSQL does not flush its commits")
        return self._server

    def __exit__(self, *_: object) -> None:
        self._server.stop()


class Firm:
    """The firm's data and its hub."""

    def __init__(self, server: PostgresqlServer, folder: Path, cases: int) -> None:
        self.server = server
        self.folder = folder
        self.cases = cases
        self.database = server.create_database()
        self.settings = HubSettings(
            folder,
            HubFile(
                tenant_id=TENANT,
                database=server.dsn(self.database),
                is_trial=True,
                pushes_per_s=0,
                pulls_per_s=0,
            ),
        )
        self.desks: list[Desk] = []
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._seq = [0] * DESKS
        self._epoch = derived_id("epoch")
        self._make()

    def _make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        owner = NewPerson(login="owner", name="Olga Owner", role="owner", password=_PASSWORD)
        create_firm(self.settings, None, "Ofen und Glas", "Service", owner, "BY", "service@shop.example")
        write_settings(self.settings)
        core = open_core(self.settings, None)
        try:
            private = [keys.new_signing_key() for _ in range(DESKS)]
            core.database.run_sql(TENANT, lambda tx: _people(tx, private))
            for start in range(0, self.cases, 50):
                core.database.run_sql(TENANT, _cases(start, min(start + 50, self.cases)))
            sessions = Sessions(core.access, core.hasher, SystemClock(), "bench")
            self.desks = [_signed_in(sessions, number, key) for number, key in enumerate(private)]
        finally:
            core.close()
        with psycopg.connect(self.server.dsn(self.database), autocommit=True) as connection:
            # Only what holds rows: a table analysed while empty counts as empty for the planner ever after.
            names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            for (name,) in names.fetchall():
                row = connection.execute(f'SELECT 1 FROM "{name}" LIMIT 1'.encode()).fetchone()
                if row is not None:
                    connection.execute(f'ANALYZE "{name}"'.encode())

    def copy(self) -> str:
        """Return the name of a copy of the database as it is now; the hub must not run."""
        return self.server.create_database(template=self.database)

    # -- the hub
    def start(self) -> None:
        """Start the hub and wait until it answers."""
        self.port = free_port()
        command = [sys.executable, "-m", "workstation.hub.cli", "--folder", str(self.folder), "serve"]
        with (self.folder / "hub.out").open("ab") as log:
            self._process = subprocess.Popen(
                [*command, "--port", str(self.port)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=environment(self.folder / "home"),
                cwd=ROOT,
            )
        self._wait()

    def _wait(self) -> None:
        import http.client

        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request("GET", "/v1/time")
                connection.getresponse().read()
                connection.close()
                return
            except OSError:
                time.sleep(0.1)
        raise NotMeasured("the hub did not start: " + (self.folder / "hub.out").read_text()[-300:])

    def stop(self) -> None:
        """End the hub as an operator would."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @property
    def hub_pid(self) -> int:
        """The hub's process."""
        assert self._process is not None
        return self._process.pid

    def hub_cpu_s(self) -> float:
        """Return processor seconds the hub has used (user and system)."""
        return cpu_s(self.hub_pid)

    def postgresql_cpu_s(self) -> float:
        """Return processor seconds of the database server with all that it started."""
        with psycopg.connect(self.server.dsn("postgres")) as connection:
            row = connection.execute("SELECT pg_read_file('postmaster.pid', 0, 20)").fetchone()
        assert row is not None
        return tree_cpu_s(int(str(row[0]).split()[0]))

    # -- requests
    def decision(self, number: int) -> bytes:
        """Return a whole request: the desk of case ``number`` pays a bowl back, signed."""
        place = number % DESKS
        desk = self.desks[place]
        self._seq[place] += 1
        body = Decide(
            case_id=numbered_id(CASE, number),
            customer_id=numbered_id(CUSTOMER, number),
            steps=(
                Refund(
                    order_id=numbered_id(ORDER, number),
                    payment_id=numbered_id(PAYMENT, number),
                    amount=_AMOUNT,
                    lines=(LineQuantity(numbered_id(LINE, number), 1),),
                ),
            ),
            undo_left_s=_UNDO_S,
        )
        raw = encode(body)
        unsigned = Envelope(
            cmd_id=derived_id("command", str(number), desk.device_id),
            case_id=body.case_id,
            type=type_of(body),
            body=msgspec.Raw(raw),
            sha256=sha256_hex(raw),
            device_id=desk.device_id,
            outbox_epoch=self._epoch,
            device_seq=self._seq[place],
            person_id=desk.person_id,
            signature="",
            wall=datetime.now(UTC),
        )
        signature = keys.b64(keys.sign(desk.private, signed_bytes(unsigned)))
        envelope = msgspec.structs.replace(unsigned, signature=signature)
        return self.request("/v1/commands", b"[" + encode(envelope) + b"]", desk)

    def request(self, path: str, body: bytes, desk: Desk, encoding: str = "identity") -> bytes:
        """Return a whole HTTP request."""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {desk.token}\r\n"
            f"Content-Type: application/json\r\nAccept-Encoding: {encoding}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    def load(self, requests: list[list[bytes]], expected: str, repeat: int = 1) -> dict[str, Any]:
        """Let each connection send its requests one after the other; returns what the client saw.

        Raises:
            NotMeasured: an answer without ``expected`` in it, or none.
        """
        file = self.folder / "load.bin"
        file.write_bytes(msgspec.msgpack.encode(requests))
        arguments = {"file": str(file), "port": self.port, "expected": expected, "repeat": repeat}
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.load_client", json.dumps(arguments)],
            cwd=ROOT,
            env=environment(self.folder / "home"),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode != 0:
            said = (done.stderr.strip().splitlines() or ["no word"])[-1]
            raise NotMeasured(f"the load client: {said}")
        found: dict[str, Any] = json.loads(done.stdout)
        return found


def _people(tx: SqlTx, private: list[bytes]) -> None:
    reference = tx.reference()
    team = next(iter(reference.teams.values()))
    for number in range(TEAMS):
        tx.put(msgspec.structs.replace(team, team_id=numbered_id(TEAM, number), name=f"T{number}", rev=0))
    tx.put(
        Limit(
            limit_id=derived_id(TENANT, "limit", "agent"),
            name="Service",
            kinds=("*",),
            role="agent",
            per_decision=10**12,
            per_customer=CustomerWindow(10**12, 90),
            per_person_day=10**12,
        )
    )
    access = SqlAccessTx(tx)
    password_hash = Argon2Hasher().hash(_PASSWORD)
    for number, key in enumerate(private):
        person = Person(
            person_id=numbered_id(PERSON, number),
            name=f"Lisa Sommer {number}",
            login=f"lisa{number}",
            role="agent",
            team_id=numbered_id(TEAM, team_of(number)),
        )
        tx.put(person)
        tx.write_out()
        access.set_password_hash(person.person_id, password_hash)
        access.put_device(
            Device(
                device_id=numbered_id(DEVICE, number),
                name=f"PC {number}",
                public_key=keys.b64(keys.public_key_of(key)),
                state="approved",
                code=f"BENCH{number:03d}",
                enrolled_at=tx.now,
                approved_at=tx.now,
            )
        )


def _signed_in(sessions: Sessions, number: int, private: bytes) -> Desk:
    device_id, login = numbered_id(DEVICE, number), f"lisa{number}"
    challenge = sessions.challenge(device_id).challenge
    message = f"workstation-session\n{challenge}\n{login}".encode()
    answer = sessions.sign_in(
        SessionRequest(
            device_id=device_id,
            challenge=challenge,
            login=login,
            password=_PASSWORD,
            signature=keys.b64(keys.sign(private, message)),
        )
    )
    return Desk(device_id, answer.person_id, private, answer.token)


def _cases(start: int, end: int) -> Callable[[SqlTx], None]:
    def work(tx: SqlTx) -> None:
        for number in range(start, end):
            _case(tx, number)

    return work


def _case(tx: SqlTx, number: int) -> None:
    now = tx.now
    customer = Customer(
        customer_id=numbered_id(CUSTOMER, number), name=f"Erika Beispiel {number}", number=f"K-{number}"
    )
    order = Order(
        order_id=numbered_id(ORDER, number),
        number=f"B-{number}",
        customer_id=customer.customer_id,
        placed_at=now - timedelta(days=5),
        lines=(
            OrderLine(
                line_id=numbered_id(LINE, number),
                name="Schale meteorgrau",
                quantity=4,
                unit_price=_AMOUNT,
            ),
        ),
        shipping=Money(490),
    )
    payment = Payment(
        payment_id=numbered_id(PAYMENT, number),
        order_id=order.order_id,
        customer_id=customer.customer_id,
        method="card",
        captured=order.total,
        refunded=Money(0),
        account_hint="4242",
    )
    message = Message(
        message_id=numbered_id(MESSAGE, number),
        case_id=numbered_id(CASE, number),
        kind="inbound",
        at=now - timedelta(minutes=20),
        author_id="customer",
        author_name=customer.name,
        from_address=f"erika{number}@kundin.example",
        subject="Schale zerbrochen",
        text="Guten Tag, eine der Schalen kam zerbrochen an. " * 6,
        rfc_message_id=f"{number}@kundin.example",
    )
    case = Case(
        case_id=message.case_id,
        team_id=numbered_id(TEAM, team_of(number)),
        opened_at=message.at,
        number=number + 1,
        customer_id=customer.customer_id,
        customer_name=customer.name,
        subject=message.subject,
        reply_to=message.from_address,
        order_id=order.order_id,
        waiting_since=message.at,
        last_inbound_at=message.at,
        last_inbound_id=message.message_id,
        due=Due(message.at + timedelta(hours=1), "first_response"),
    )
    for entity in (customer, case, message, order, payment):
        tx.put(entity)
    books = open_books(tx)
    books.keep_customer(customer)
    books.keep_order(order)
    books.keep_payment(payment, f"P-{number}")
