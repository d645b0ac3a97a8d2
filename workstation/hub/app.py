"""Composition root of the hub: builds and wires every object; nothing else does."""

from __future__ import annotations

import hashlib
import logging
import platform
import signal
import socket
import ssl
import threading
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from workstation.casework.clock import Clock
from workstation.casework.records import WorkOrder
from workstation.casework.texts import TEXT_FILES, Texts, texts_from
from workstation.hub.backends.executors import ShopExecutor
from workstation.hub.backends.house_books.shop import HouseBooks
from workstation.hub.backends.house_books.work_orders import confirm
from workstation.hub.channels.mail.connection import is_loopback
from workstation.hub.channels.mail.executor import MailExecutor, Outlet
from workstation.hub.channels.mail.mailbox_settings import FolderSettings, ImapSettings, SmtpSettings
from workstation.hub.channels.mail.reading import LimitedReader
from workstation.hub.channels.mail.transport_folder import FolderSender, FolderSource
from workstation.hub.channels.mail.transport_imap import ImapSource
from workstation.hub.channels.mail.transport_smtp import SmtpSender
from workstation.hub.channels.mail.worker import ParseWorker
from workstation.hub.executor import Lanes
from workstation.hub.ports import Executor, Tx
from workstation.hub.ports_access import AccessStore, PasswordHasher
from workstation.hub.ports_mail import MailSender, MailSource
from workstation.hub.services.audit import AuditSealer
from workstation.hub.services.blobs import BlobDesk
from workstation.hub.services.case_acts import EffectRoute
from workstation.hub.services.clocks import Clocks
from workstation.hub.services.devices import Devices
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.effects import EffectWorker
from workstation.hub.services.feed import Feed
from workstation.hub.services.html_remake import HtmlRemake
from workstation.hub.services.intake import Intake, IntakePorts
from workstation.hub.services.mailbox_loop import MailboxLoop
from workstation.hub.services.online_search import OnlineSearch
from workstation.hub.services.people import People
from workstation.hub.services.presence import PresenceBoard
from workstation.hub.services.promise_executor import PromiseExecutor
from workstation.hub.services.receive_commands import CommandReceiver
from workstation.hub.services.sessions import Sessions
from workstation.hub.settings import HubSettings, MailboxRecord, SettingsBroken
from workstation.hub.storage.access import SqlAccess
from workstation.hub.storage.books import open_books
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.intake_ledger import open_intake_ledger
from workstation.hub.storage.opening import open_database
from workstation.hub.storage.passwords import Argon2Hasher
from workstation.hub.workers import Job, Workers
from workstation.system.clock import SystemClock, new_id
from workstation.system.resources import resource_path
from workstation.system.sanitise import SANITISER_VERSION

if TYPE_CHECKING:
    from workstation.hub.api.application import Application
    from workstation.hub.api.doors import Doors, Stopper

log = logging.getLogger(__name__)

HOUSE_BOOKS = "house_books"
_EFFECT_WORKERS = 2
_TIDY_EVERY_S = 3600.0


def program_version() -> str:
    """Return the version of the installed program."""
    try:
        return version("workstation")
    except PackageNotFoundError:
        return "0"


@dataclass(frozen=True)
class HubCore:
    """A hub's data opened for work: what every command of the command line needs, without any thread."""

    settings: HubSettings
    clock: Clock
    database: SqlDatabase
    access: AccessStore
    hasher: PasswordHasher
    people: People
    devices: Devices

    @property
    def tenant_id(self) -> str:
        """The firm this hub serves."""
        return self.settings.file.tenant_id

    def close(self) -> None:
        """Close the database."""
        self.database.close()


def open_core(settings: HubSettings, key: bytes | None, local_proof: str = "") -> HubCore:
    """Open the data of a hub; ``local_proof`` lets devices of this PC in by themselves.

    Raises:
        StoreUnusable: the database cannot be opened. SettingsBroken: ``hub.tenant_missing``.
    """
    clock = SystemClock(settings.offset)
    database = open_database(settings.database_url, key, clock)
    if settings.file.tenant_id not in database.tenants():
        database.close()
        raise SettingsBroken("hub.tenant_missing", settings.folder, tenant_id=settings.file.tenant_id)
    access = SqlAccess(database, settings.file.tenant_id)
    hasher = Argon2Hasher()
    return HubCore(
        settings=settings,
        clock=clock,
        database=database,
        access=access,
        hasher=hasher,
        people=People(access, hasher, clock),
        devices=Devices(access, local_proof),
    )


def load_texts() -> Texts:
    """Return the texts of the program."""
    files = {
        name: tomllib.loads(resource_path("texts", f"{name}.toml").read_text("utf-8")) for name in TEXT_FILES
    }
    return texts_from(files)


def source_of(box: MailboxRecord) -> MailSource:
    """Return where a mailbox is read from."""
    if isinstance(box.incoming, ImapSettings):
        return ImapSource(box.incoming)
    return FolderSource(box.incoming)


def sender_of(box: MailboxRecord) -> MailSender:
    """Return where a mailbox's answers leave."""
    if isinstance(box.outgoing, SmtpSettings):
        return SmtpSender(box.outgoing)
    assert isinstance(box.outgoing, FolderSettings)
    return FolderSender(box.outgoing)


@dataclass
class MailRoom:
    """The mailboxes of a hub: what reads them, and one child process that parses."""

    core: HubCore
    parser: ParseWorker = field(default_factory=ParseWorker)

    def boxes(self) -> tuple[MailboxRecord, ...]:
        """Return the mailboxes with their passwords."""
        settings = self.core.settings
        if not settings.file.mailboxes:
            return ()
        secrets = settings.secrets()
        return tuple(settings.with_passwords(box, secrets) for box in settings.file.mailboxes)

    def intake(self, team: str = "") -> Intake:
        """Return an intake whose new cases go to ``team`` (name or id; empty: the first team).

        Raises:
            SettingsBroken: ``hub.mailbox_team_unknown``.
        """
        return Intake(self.ports(), self.core.tenant_id, self.team_id(team))

    def ports(self) -> IntakePorts:
        """Return what reading mail stands on."""
        return IntakePorts(
            database=self.core.database,
            open_ledger=open_intake_ledger,
            open_books=open_books,
            reader=LimitedReader(self.parser),
            clock=self.core.clock,
        )

    def team_id(self, team: str) -> str:
        """Return the id of a team given by name or id.

        Raises:
            SettingsBroken: ``hub.mailbox_team_unknown``.
        """
        teams = self.core.people.teams()
        for known in teams:
            if not team or team == known.team_id or team.casefold() == known.name.casefold():
                return known.team_id
        names = ", ".join(known.name for known in teams)
        raise SettingsBroken("hub.mailbox_team_unknown", self.core.settings.folder, given=team, teams=names)

    def loops(self, stop: threading.Event) -> list[MailboxLoop]:
        """Return a loop a mailbox."""
        return [
            MailboxLoop(source_of(box), self.intake(box.team), self.core.clock, stop) for box in self.boxes()
        ]

    def outlets(self) -> tuple[Outlet, ...]:
        """Return a way out a mailbox."""
        return tuple(
            Outlet(
                sender=sender_of(box),
                address=box.address,
                name=box.sender_name,
                team_id=self.team_id(box.team) if box.team else "",
            )
            for box in self.boxes()
        )

    def close(self) -> None:
        """End the child process."""
        self.parser.close()


@dataclass
class Hub:
    """A whole hub: the application to be served, its threads, and the order in which they end."""

    core: HubCore
    application: Application
    doors: Doors
    workers: Workers
    mailboxes: list[MailboxLoop]
    mail_room: MailRoom
    stopper: Stopper

    def start(self) -> None:
        """Start the threads; serving is up to the caller."""
        # This process alone has the folder, and the file if there is one: whoever worked here is dead.
        before = _node(self.core.settings) if self.core.settings.is_postgresql else ""
        self.core.database.take_over_claims(self.core.clock.now(), before)
        self.workers.start()

    def close(self) -> None:
        """End threads first, then the database."""
        self.workers.stop()
        self.doors.lanes.close()
        self.mail_room.close()
        self.core.close()


def build_hub(settings: HubSettings, key: bytes | None, local_proof: str = "") -> Hub:
    """Build a hub; nothing runs before :meth:`Hub.start`.

    Raises:
        StoreUnusable, SettingsBroken
    """
    core = open_core(settings, key, local_proof)
    try:
        return _hub(core, local_proof)
    except BaseException:
        core.close()
        raise


def _hub(core: HubCore, local_proof: str) -> Hub:
    # The web framework takes its time to import, and most commands do without it.
    from workstation.hub.api.application import build_application
    from workstation.hub.api.doors import Doors, Stopper
    from workstation.hub.api.heads import HeadsPoller
    from workstation.hub.api.pace import Pace

    mail_room = MailRoom(core)
    executors = _executors(core, mail_room.outlets())
    routes = {
        kind: EffectRoute(_target(kind), executor.effect_class)
        for executor in executors
        for kind in executor.kinds
    }
    receiver = CommandReceiver(core.database, core.tenant_id, routes, confirm_work)
    feed = Feed(core.database, core.tenant_id, core.clock)
    lanes = Lanes()
    stopper = Stopper(local_proof)
    file = core.settings.file
    doors = Doors(
        clock=core.clock,
        lanes=lanes,
        heads=HeadsPoller(lambda: lanes.read(feed.heads)),
        sessions=Sessions(core.access, core.hasher, core.clock, program_version()),
        devices=core.devices,
        presence=PresenceBoard(core.clock),
        blobs=BlobDesk(core.database.blobs, core.tenant_id),
        search=OnlineSearch(core.database, core.tenant_id),
        receive=receiver.receive,
        look_up=receiver.look_up,
        pull=lambda caller, request: feed.pull(caller.scopes, request),
        digest=feed.digest,
        pushes=Pace(file.pushes_per_s, 40),
        pulls=Pace(file.pulls_per_s, 60),
        stopper=stopper,
    )
    workers, mailboxes = _workers(core, executors, mail_room)
    return Hub(
        core, build_application(doors, program_version()), doors, workers, mailboxes, mail_room, stopper
    )


def _target(kind: str) -> str:
    return "mail" if kind == "mail" else HOUSE_BOOKS


def confirm_work(tx: Tx, work_order_id: str, person_id: str) -> WorkOrder:
    """Say that a person did a work order; raises RuleViolation when it is not open."""
    return confirm(tx, open_books(tx), work_order_id, person_id)


def _executors(core: HubCore, outlets: tuple[Outlet, ...]) -> list[Executor]:
    executors: list[Executor] = [ShopExecutor(HouseBooks(core.database, open_books)), PromiseExecutor()]
    if outlets:
        executors.append(MailExecutor(core.database, outlets, load_texts()))
    return executors


def _node(settings: HubSettings) -> str:
    """How the workers of this machine and folder are called first: the same after a restart."""
    place = f"{platform.node()}\n{settings.folder.resolve()}"
    return hashlib.sha256(place.encode()).hexdigest()[:12] + "-"


def _workers(
    core: HubCore, executors: Sequence[Executor], mail_room: MailRoom
) -> tuple[Workers, list[MailboxLoop]]:
    stop = threading.Event()
    services = [
        (
            f"effects-{number}",
            EffectWorker(
                core.database,
                executors,
                CaseProjector(),
                core.clock,
                f"{_node(core.settings)}{new_id(core.clock)}",
                core.tenant_id,
            ),
        )
        for number in range(_EFFECT_WORKERS)
    ]
    jobs = [Job(name, _until(stop, worker.run)) for name, worker in services]
    jobs.append(Job("clocks", _until(stop, Clocks(core.database, core.clock, open_books).run)))
    jobs.append(Job("audit", _until(stop, AuditSealer(core.database, core.clock).run)))
    jobs.append(Job("tidy", lambda: _tidy_hourly(core, stop)))
    remake = HtmlRemake(mail_room.ports(), core.tenant_id, SANITISER_VERSION)
    jobs.append(Job("html", _until(stop, remake.run)))
    loops = mail_room.loops(stop)
    jobs += [Job(f"mail-{loop.status.mailbox}", loop.run) for loop in loops]
    return Workers(jobs, stop), loops


def _tidy_hourly(core: HubCore, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            core.database.tidy(core.clock.now())
        except Exception:
            # The database may be away for a while; an hour later is early enough.
            log.exception("could not tidy up")
        stop.wait(_TIDY_EVERY_S)


def _until(
    stop: threading.Event, run: Callable[[Callable[[], bool], Callable[[float], object]], None]
) -> Callable[[], None]:
    return lambda: run(stop.is_set, stop.wait)


@dataclass(frozen=True)
class Listening:
    """Where a hub is to listen; port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 7411
    tls_cert: str = ""
    tls_key: str = ""


def check_listening(where: Listening) -> None:
    """Refuse to be heard by other machines without TLS.

    Raises:
        SettingsBroken: ``hub.tls_needed``, ``hub.tls_unusable``.
    """
    if bool(where.tls_cert) != bool(where.tls_key):
        raise SettingsBroken("hub.tls_needed", Path(where.tls_cert or where.tls_key), host=where.host)
    if where.tls_cert:
        try:
            ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(where.tls_cert, where.tls_key)
        except (OSError, ssl.SSLError) as error:
            why = error.strerror or str(error)
            raise SettingsBroken("hub.tls_unusable", Path(where.tls_cert), why=why) from error
    elif not is_loopback(where.host):
        raise SettingsBroken("hub.tls_needed", Path(), host=where.host)


def serve(hub: Hub, where: Listening, on_ready: Callable[[int], None]) -> None:
    """Serve until a signal asks to stop; ``on_ready`` is told the port once requests are answered.

    Raises:
        OSError: the port is taken. SettingsBroken: see :func:`check_listening`.
    """
    import uvicorn

    check_listening(where)
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    listener = socket.create_server((where.host, where.port), family=family, backlog=2048)

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                hub.start()
                on_ready(int(listener.getsockname()[1]))

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            # Whoever waits for news is told to come back, else the server would wait for them.
            hub.doors.heads.drain()
            await super().shutdown(sockets)

    config = uvicorn.Config(
        hub.application,
        log_config=None,
        access_log=False,
        lifespan="on",
        proxy_headers=False,
        server_header=False,
        ws="none",
        timeout_keep_alive=75,
        timeout_graceful_shutdown=10,
        ssl_certfile=where.tls_cert or None,
        ssl_keyfile=where.tls_key or None,
    )
    server = Server(config)

    def stop() -> None:
        server.should_exit = True

    hub.stopper.ask = stop
    if threading.current_thread() is threading.main_thread():
        # The server raises the signal again once it has shut down: by default that would end the process
        # before whoever called us could close the hub and take its endpoint away.
        signal.signal(signal.SIGTERM, lambda _number, _frame: None)
    with listener:
        server.run(sockets=[listener])
