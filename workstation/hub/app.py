"""Composition root of the hub: builds and wires every object; nothing else does"""

from __future__ import annotations

import hashlib
import logging
import platform
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workstation.casework.records import WorkOrder
from workstation.hub.backends.billing_executor import BillingExecutor
from workstation.hub.backends.executors import ShopExecutor, TillExecutor
from workstation.hub.backends.house_books.billing import HouseBilling
from workstation.hub.backends.house_books.case_stops import HouseCaseStops
from workstation.hub.backends.house_books.shop import HouseBooks
from workstation.hub.backends.house_books.till import HouseTill
from workstation.hub.backends.house_books.work_orders import confirm
from workstation.hub.channels.mail.executor import MailExecutor, Outlet
from workstation.hub.executor import Lanes
from workstation.hub.ports import Executor, Tx
from workstation.hub.services.audit import AuditSealer
from workstation.hub.services.blobs import BlobDesk
from workstation.hub.services.case_acts import MAIL, EffectRoute
from workstation.hub.services.clocks import Clocks
from workstation.hub.services.copy_mails import CopyMailExecutor
from workstation.hub.services.dunning_guard import DunningClock
from workstation.hub.services.effect_outcomes import CaseProjector
from workstation.hub.services.effects import EffectWorker
from workstation.hub.services.feed import Feed
from workstation.hub.services.html_remake import HtmlRemake
from workstation.hub.services.mailbox_loop import MailboxLoop
from workstation.hub.services.nightly_check import NightlyCheck
from workstation.hub.services.online_search import OnlineSearch
from workstation.hub.services.presence import PresenceBoard
from workstation.hub.services.promise_executor import PromiseExecutor
from workstation.hub.services.receive_commands import CommandReceiver
from workstation.hub.services.sessions import Sessions
from workstation.hub.services.snapshots import SnapshotBuilder
from workstation.hub.services.working_set import WorkingSet
from workstation.hub.settings import HubSettings
from workstation.hub.storage.billing import open_billing
from workstation.hub.storage.books import open_books
from workstation.hub.storage.lost_cases import open_lost_cases
from workstation.hub.storage.snapshot_files import SnapshotFiles
from workstation.hub.workers import Job, Workers
from workstation.system import keys
from workstation.system.clock import new_id
from workstation.system.sanitise import SANITISER_VERSION

if TYPE_CHECKING:
    from workstation.hub.api.application import Application
    from workstation.hub.api.doors import Doors, Stopper


from workstation.hub.core import HubCore, load_texts, open_core, program_version
from workstation.hub.mail_room import MailRoom

log = logging.getLogger(__name__)

HOUSE_BOOKS = "house_books"
_EFFECT_WORKERS = 2
_TIDY_EVERY_S = 3600.0


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
        return _hub(core, key, local_proof)
    except BaseException:
        core.close()
        raise


def _hub(core: HubCore, key: bytes | None, local_proof: str) -> Hub:
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
    stops = HouseCaseStops(open_billing)
    receiver = CommandReceiver(
        core.database, core.tenant_id, routes, confirm_work, open_billing, stops, open_lost_cases
    )
    feed = Feed(core.database, core.tenant_id, core.clock)
    lanes = Lanes()
    shelf = SnapshotFiles(core.settings.folder / "snapshots", keys.derive(key, "snapshots") if key else None)
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
        bucket=feed.bucket,
        backfill=feed.backfill,
        snapshots=shelf,
        pushes=Pace(file.pushes_per_s, 40),
        pulls=Pace(file.pulls_per_s, 60),
        strangers=Pace(file.strangers_per_s, 400),
        stopper=stopper,
    )
    workers, mailboxes = _workers(core, executors, mail_room, shelf)
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
    executors.append(TillExecutor(HouseTill(core.database, open_books)))
    executors.append(BillingExecutor(HouseBilling(core.database, open_billing), core.database))
    if outlets:
        mail = MailExecutor(core.database, outlets, load_texts())
        way_out = EffectRoute(MAIL, mail.effect_class)
        executors += [mail, CopyMailExecutor(core.database, load_texts(), way_out)]
    return executors


def _node(settings: HubSettings) -> str:
    """How the workers of this machine and folder are called first: the same after a restart."""
    place = f"{platform.node()}\n{settings.folder.resolve()}"
    return hashlib.sha256(place.encode()).hexdigest()[:12] + "-"


def _workers(
    core: HubCore, executors: Sequence[Executor], mail_room: MailRoom, shelf: SnapshotFiles
) -> tuple[Workers, list[MailboxLoop]]:
    stop = threading.Event()
    services = [
        (
            f"effects-{number}",
            EffectWorker(
                core.database,
                executors,
                CaseProjector(open_billing),
                core.clock,
                f"{_node(core.settings)}{new_id(core.clock)}",
                core.tenant_id,
            ),
        )
        for number in range(_EFFECT_WORKERS)
    ]
    jobs = [Job(name, _until(stop, worker.run)) for name, worker in services]
    jobs.append(Job("clocks", _until(stop, Clocks(core.database, core.clock, open_books).run)))
    jobs.append(Job("dunning", _until(stop, DunningClock(core.database, open_billing, core.clock).run)))
    jobs.append(Job("audit", _until(stop, AuditSealer(core.database, core.clock).run)))
    jobs.append(Job("tidy", lambda: _tidy_hourly(core, stop)))
    jobs.append(Job("check", _until(stop, NightlyCheck(core.database, core.clock).run)))
    builder = SnapshotBuilder(
        core.database, shelf, core.tenant_id, core.clock, least_moves=core.settings.file.snapshot_from
    )
    jobs.append(Job("snapshots", _until(stop, builder.run)))
    jobs.append(Job("working-set", _until(stop, WorkingSet(core.database, core.tenant_id, core.clock).run)))
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
