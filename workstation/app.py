"""Composition root of the desk: builds and wires every object; nothing else does."""

from __future__ import annotations

import logging
import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from workstation.async_bridge import AsyncTasks
from workstation.casework.clock import Clock
from workstation.ports import EmbeddedHub, HubApi, SecretStore, StoreUnusable
from workstation.services.attachments import Attachments
from workstation.services.case_desk import CaseDesk
from workstation.services.changes import ChangeFeed
from workstation.services.commands import CommandWriter
from workstation.services.decisions import Decisions
from workstation.services.history import History
from workstation.services.identities import IdentityActs
from workstation.services.identity import Me
from workstation.services.inbox import Inbox
from workstation.services.joining import JoiningActs
from workstation.services.leaving import Leaving
from workstation.services.link import HubLink
from workstation.services.outbox_view import OutboxView
from workstation.services.overlay import Overlay
from workstation.services.pictures import Pictures
from workstation.services.presence import Presence
from workstation.services.reference import Reference
from workstation.services.replies import Replies
from workstation.services.search import Find
from workstation.services.session import Session
from workstation.services.sync import Sync
from workstation.services.sync_care import CopyCare
from workstation.services.sync_snapshot import SnapshotLoader
from workstation.services.text_shelf import TextShelf
from workstation.services.uploads import Uploads
from workstation.services.work import Work
from workstation.system import keys
from workstation.system.clock import SystemClock
from workstation.system.lock import AlreadyRunning, ProcessLock
from workstation.system.paths import make_private, why_unsafe
from workstation.system.workers import LaneWorkers

if TYPE_CHECKING:
    from workstation.storage.outbox import SqlOutbox
    from workstation.storage.replica import SqlReplica
    from workstation.storage.snapshot_spool import SnapshotSpool
    from workstation.storage.upload_spool import UploadSpool

LOCK_FILE = "desk.lock"
_log = logging.getLogger(__name__)


class _Files(TypedDict):
    outbox: SqlOutbox
    replica: SqlReplica
    workers: LaneWorkers


class _Shared(TypedDict):
    tasks: AsyncTasks
    overlay: Overlay
    changes: ChangeFeed


class _Known(TypedDict):
    reference: Reference
    me: Me
    clock: SystemClock


@dataclass
class Desk:
    """Everything the window asks; one per process and profile."""

    profile: Path
    clock: SystemClock
    tasks: AsyncTasks
    workers: LaneWorkers
    changes: ChangeFeed
    session: Session
    sync: Sync
    inbox: Inbox
    case_desk: CaseDesk
    decisions: Decisions
    replies: Replies
    history: History
    find: Find
    outbox_view: OutboxView
    leaving: Leaving
    attachments: Attachments
    pictures: Pictures
    work: Work
    joining: JoiningActs
    identities: IdentityActs
    presence: Presence
    reference: Reference
    texts: TextShelf
    me: Me
    link: HubLink
    outbox: SqlOutbox
    replica: SqlReplica
    lock: ProcessLock
    salvaged: int = 0
    """Rows of a broken outbox that were taken back from its journal at this start."""
    _is_started: bool = field(default=False, repr=False)

    async def start(self) -> None:
        """Find out where we stand and begin to sync; returns at once, hub or no hub."""
        await self.attachments.forget()
        await self.session.start()
        await self.reference.load()
        await self.decisions.start()
        self.tasks.start(self.sync.run(), name="sync", owner=self)
        self.tasks.start(self.find.let_go(), name="find.let_go", owner=self)
        self.tasks.start(self.presence.run(), name="presence", owner=self)
        self._is_started = True

    async def close(self, *, wait_s: float = 3.0) -> int:
        """Let held decisions go, wait a moment for the hub, end all work; returns what still waits."""
        left = 0
        try:
            left = await self.decisions.flush_all(wait_s) if self._is_started else 0
        except StoreUnusable as error:
            _log.warning("what is held stays held until the next start: %s", error)
        self.link.set(None)
        await self.tasks.close()
        await self.attachments.forget()
        self.workers.close()
        self.replica.close()
        self.outbox.close()
        self.lock.release()
        return left

    def team_name(self) -> str:
        """Name of the signed-in person's team."""
        worker = self.me.now
        team = self.reference.data.team(worker.team_id) if worker is not None else None
        return team.name if team is not None else ""


@dataclass(frozen=True)
class _Opened:
    """The profile's files, open and locked."""

    lock: ProcessLock
    workers: LaneWorkers
    secrets: SecretStore
    key_place: str
    device_key: bytes
    outbox: SqlOutbox
    replica: SqlReplica
    spool: SnapshotSpool
    uploads: UploadSpool
    salvaged: int

    def sign(self, message: bytes) -> str:
        """Sign as this device, base64."""
        return keys.b64(keys.sign(self.device_key, message))


@dataclass(frozen=True)
class _Base:
    """What the session is built on and everybody shares."""

    changes: ChangeFeed
    link: HubLink
    me: Me
    session: Session


def _open_profile(profile: Path, clock: Clock, *, may_use_key_files: bool) -> _Opened:
    make_private(profile)
    reason = why_unsafe(profile)
    if reason:
        raise StoreUnusable(reason, profile)
    try:
        lock = ProcessLock(profile / LOCK_FILE).acquire()
    except AlreadyRunning as error:
        raise StoreUnusable("store.locked", profile, f"process {error.pid}") from error
    workers = LaneWorkers()
    try:
        return _open_files(profile, clock, lock, workers, may_use_key_files=may_use_key_files)
    except BaseException:
        workers.close()
        lock.release()
        raise


def _open_files(
    profile: Path, clock: Clock, lock: ProcessLock, workers: LaneWorkers, *, may_use_key_files: bool
) -> _Opened:
    from workstation.storage.opening import OUTBOX_FILE, REPLICA_FILE, open_outbox, open_replica
    from workstation.storage.secret_place import key_of, open_secrets
    from workstation.storage.snapshot_spool import SnapshotSpool
    from workstation.storage.upload_spool import UploadSpool

    secrets, place = open_secrets(profile, may_use_files=may_use_key_files)
    device_key = secrets.read("device-key")
    if device_key is None:
        device_key = keys.new_signing_key()
        secrets.write("device-key", device_key)
    private = device_key
    outbox_key = key_of(secrets, "outbox-key", is_new=not (profile / OUTBOX_FILE).exists())
    outbox, salvaged = open_outbox(
        profile,
        outbox_key,
        clock,
        lambda message: keys.b64(keys.sign(private, message)),
        defer=lambda work: workers.post("outbox", work),
    )
    replica_key = key_of(secrets, "replica-key", is_new=not (profile / REPLICA_FILE).exists())
    try:
        replica = open_replica(profile, replica_key, clock)
    except BaseException:
        outbox.close()
        raise
    spool = SnapshotSpool(profile, keys.derive(replica_key, "snapshot"))
    uploads = UploadSpool(profile, keys.derive(outbox_key, "uploads"))
    return _Opened(lock, workers, secrets, place, private, outbox, replica, spool, uploads, salvaged)


def build_desk(
    profile: Path,
    *,
    may_use_key_files: bool = False,
    clock: SystemClock | None = None,
    tasks: AsyncTasks | None = None,
    embedded: EmbeddedHub | None = None,
    hub_folder: Path | None = None,
    ca_file: str = "",
) -> Desk:
    """Open the profile's files and wire everything; blocks, so a window calls it on a lane of its own.

    ``hub_folder``: where the hub of this computer lives (default: ``hub`` in the profile).

    Raises:
        StoreUnusable: ``store.locked`` (another desk), ``store.no_secret_store``, ``store.wrong_key``,
            ``store.too_new``, ``store.synced_folder``, ``store.network_folder``, ``store.key_missing``.
    """
    from workstation.remote.embedded import ProcessHub
    from workstation.remote.hub_client import RequestsHub

    now, runner = clock or SystemClock(), tasks or AsyncTasks()
    files = _open_profile(profile, now, may_use_key_files=may_use_key_files)
    changes, link, me = ChangeFeed(), HubLink(), Me()

    def open_hub(url: str) -> HubApi:
        return RequestsHub(url, ca_file=ca_file)

    session = Session(
        outbox=files.outbox,
        workers=files.workers,
        link=link,
        me=me,
        changes=changes,
        clock=now,
        device_key=files.device_key,
        device_name=platform.node() or "PC",
        open_hub=open_hub,
        embedded=embedded or ProcessHub(hub_folder or profile / "hub", files.secrets),
        key_place=files.key_place,
    )
    return _wired(profile, now, runner, files, _Base(changes, link, me, session))


def _sync_of(
    files: _Opened, base: _Base, reference: Reference, now: SystemClock, shared: _Shared, uploads: Uploads
) -> Sync:
    from workstation.remote.retry import FullJitter

    both: _Files = {"outbox": files.outbox, "replica": files.replica, "workers": files.workers}
    link = base.link
    return Sync(
        **both,
        **shared,
        link=link,
        session=base.session,
        reference=reference,
        clock=now,
        backoff=FullJitter,
        loader=SnapshotLoader(**both, spool=files.spool, link=link),
        care=CopyCare(**both, link=link, clock=now),
        uploads=uploads,
    )


def _leaving_of(
    files: _Opened, base: _Base, now: SystemClock, decisions: Decisions, overlay: Overlay, sync: Sync
) -> Leaving:
    leaving = Leaving(
        outbox=files.outbox,
        copies=files.outbox,
        workers=files.workers,
        session=base.session,
        decisions=decisions,
        overlay=overlay,
        changes=base.changes,
        me=base.me,
        clock=now,
        sign=files.sign,
    )
    leaving.on_queued = sync.wake_push
    return leaving


def _wired(profile: Path, now: SystemClock, runner: AsyncTasks, files: _Opened, base: _Base) -> Desk:
    from workstation.remote.pictures import RequestsPictures

    outbox, replica, workers = files.outbox, files.replica, files.workers
    changes, link, me, session = base.changes, base.link, base.me, base.session
    reference, shelf = Reference(replica, workers), TextShelf()
    overlay = Overlay(replica, outbox, workers, reference, changes)
    both: _Files = {"outbox": outbox, "replica": replica, "workers": workers}
    known: _Known = {"reference": reference, "me": me, "clock": now}
    shared: _Shared = {"tasks": runner, "overlay": overlay, "changes": changes}
    writer = CommandWriter(**both, **known, **shared, sign=files.sign)
    uploads = Uploads(spool=files.uploads, workers=workers, link=link, clock=now)
    sync = _sync_of(files, base, reference, now, shared, uploads)
    writer.on_queued = sync.wake_push
    decisions = Decisions(
        outbox=outbox, workers=workers, tasks=runner, writer=writer, reference=reference, clock=now
    )
    presence = Presence(workers=workers, tasks=runner, link=link, changes=changes)
    inbox = Inbox(replica=replica, workers=workers, **known, presence=lambda: presence.others)
    case_desk = CaseDesk(
        **both,
        **known,
        writer=writer,
        topics=lambda: shelf.topics,
        is_online=lambda: sync.state != "offline",
        presence=lambda: presence.others,
    )
    find = Find(replica, workers, pins=replica, link=link, changes=changes, clock=now)
    case_desk.fetch_older = find.fetch_older
    return Desk(
        profile=profile,
        clock=now,
        tasks=runner,
        workers=workers,
        changes=changes,
        session=session,
        sync=sync,
        inbox=inbox,
        case_desk=case_desk,
        decisions=decisions,
        replies=Replies(**both, **known, writer=writer, shelf=shelf),
        history=History(replica=replica, workers=workers, reference=reference, clock=now),
        find=find,
        outbox_view=OutboxView(**both, decisions=decisions, reference=reference, me=me),
        leaving=_leaving_of(files, base, now, decisions, overlay, sync),
        attachments=Attachments(profile / "attachments", workers, link, uploads, sync.wake_uploads),
        pictures=Pictures(RequestsPictures(), workers),
        work=Work(**both, reference=reference, me=me, writer=writer, decisions=decisions),
        joining=JoiningActs(writer=writer, replica=replica, workers=workers, clock=now),
        identities=IdentityActs(writer=writer, replica=replica, workers=workers, me=me, clock=now),
        presence=presence,
        reference=reference,
        texts=shelf,
        me=me,
        link=link,
        outbox=outbox,
        replica=replica,
        lock=files.lock,
        salvaged=files.salvaged,
    )
