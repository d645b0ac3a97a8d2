"""A desk of the simulation: the product's services over memory files; it crashes and starts again."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from typing import Any, cast

from tests.fakes.running import InlineWorkers
from tests.faults.sim.chance import Chance, Died, ShiftedClock, TrueTime
from tests.faults.sim.firm import PEOPLE, device_id, device_key
from tests.faults.sim.line import Line
from tests.faults.sim.memory import Memory, MemoryJournal, WideRoom
from tests.faults.sim.on_disk import KeptList, KeptSet, OnDisk, journal_at
from workstation.ports import HubApi
from workstation.services.changes import ChangeFeed
from workstation.services.commands import CommandWriter
from workstation.services.decisions import Decisions
from workstation.services.identity import Me, Worker
from workstation.services.link import HubLink
from workstation.services.overlay import Overlay
from workstation.services.reference import Reference
from workstation.services.session import Session
from workstation.services.sync import Sync
from workstation.services.sync_snapshot import SnapshotLoader
from workstation.services.views import SessionView
from workstation.storage.journal import Journal
from workstation.storage.outbox import SqlOutbox
from workstation.storage.replica import SqlReplica
from workstation.storage.snapshot_spool import SnapshotSpool
from workstation.storage.steps import OUTBOX_STEPS, REPLICA_STEPS, migrate
from workstation.system import keys
from workstation.system.sealed_file import BLOCK


class LateTasks:
    """Tasks that run when the simulation lets them; a hold's timer never runs by itself."""

    def __init__(self) -> None:
        self.waiting: list[Coroutine[Any, Any, None]] = []

    def start(self, work: Coroutine[Any, Any, None], *, name: str, owner: object) -> None:
        """Keep the work for later."""
        if name.startswith(("hold", "pause")):
            work.close()
            return
        self.waiting.append(work)

    def cancel(self, owner: object) -> None:
        """Timers are not kept, so there is nothing to end."""

    async def run(self) -> None:
        """Do all that was put off, and what that starts."""
        while self.waiting:
            await self.waiting.pop(0)

    def drop(self) -> None:
        """The process ended."""
        for work in self.waiting:
            work.close()
        self.waiting.clear()


class _SignedIn:
    """The part of the session that the sync uses, for a person who is signed in for good."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.view = SessionView(state="signed_in")
        self.on_signed_in: Any = None

    def sign(self, message: bytes) -> str:
        """Return the device's signature."""
        return keys.b64(keys.sign(self._key, message))


_templates: list[Memory] = []


def _files(folder: Path | None) -> tuple[Memory, Memory]:
    if not _templates:
        for steps in (OUTBOX_STEPS, REPLICA_STEPS):
            made = Memory()
            migrate(made.engine, steps, Path("memory"))
            _templates.append(made)
    if folder is None:
        return Memory(_templates[0]), Memory(_templates[1])
    folder.mkdir(exist_ok=True)
    return OnDisk(folder / "outbox.db", _templates[0]), OnDisk(folder / "replica.db", _templates[1])


class SimDesk:
    """One desk with one person; ``saved`` is what that person has been told is saved."""

    def __init__(
        self, name: str, line: Line, chance: Chance, time: TrueTime, folder: Path | None = None
    ) -> None:
        self.name = name
        self.person = next(person for person in PEOPLE if person.login == name)
        self.line = line
        self.chance = chance
        self.clock = ShiftedClock(time)
        self.outbox_file, self.replica_file = _files(folder)
        self.journal = journal_at(folder / "outbox.journal") if folder else MemoryJournal()
        self.saved: list[str] = KeptList(folder / "saved") if folder else []
        self.undone: set[str] = KeptSet(folder / "undone") if folder else set()
        self.told: dict[str, str] = {}
        """What the person has seen of each command: its verdict in a word."""
        self.crashes = 0
        self._folder = folder
        self._older_replica: Memory | None = None
        self._key = device_key(name)
        self._start()
        if not self.outbox.note("outbox_epoch"):
            self.outbox.set_note("device_id", device_id(name))
            self.outbox.set_note("outbox_epoch", f"epoch of {name}")
            self._start()

    def _start(self) -> None:
        self.outbox = SqlOutbox(self.outbox_file.engine, cast(Journal, self.journal), WideRoom(), self.clock)
        self.replica = SqlReplica(self.replica_file.engine, self.replica_file.engine)
        workers, self.tasks = InlineWorkers(), LateTasks()
        changes, link, me = ChangeFeed(), HubLink(), Me()
        link.set(cast(HubApi, self.line))
        person = self.person
        me.now = Worker(person.person_id, person.name, person.login, person.role, person.team_id)
        session = _SignedIn(self._key)
        self.reference = Reference(self.replica, workers)
        self.overlay = Overlay(self.replica, self.outbox, workers, self.reference, changes)
        self.writer = CommandWriter(
            outbox=self.outbox,
            replica=self.replica,
            workers=workers,
            tasks=self.tasks,
            overlay=self.overlay,
            reference=self.reference,
            changes=changes,
            me=me,
            clock=self.clock,
            sign=session.sign,
        )
        self.sync = Sync(
            outbox=self.outbox,
            replica=self.replica,
            workers=workers,
            tasks=self.tasks,
            link=link,
            session=cast(Session, session),
            overlay=self.overlay,
            reference=self.reference,
            changes=changes,
            clock=self.clock,
            backoff=cast(Any, None),
            loader=self._loader(workers, link),
        )
        self.decisions = Decisions(
            outbox=self.outbox,
            workers=workers,
            tasks=self.tasks,
            writer=self.writer,
            reference=self.reference,
            clock=self.clock,
        )

    def _loader(self, workers: InlineWorkers, link: HubLink) -> SnapshotLoader | None:
        """What loads whole scopes; only a desk with a folder has room for a file on its way."""
        if self._folder is None:
            return None
        return SnapshotLoader(
            replica=self.replica,
            spool=SnapshotSpool(self._folder, b"s" * 32),
            outbox=self.outbox,
            workers=workers,
            link=link,
            worth_rows=1,
            piece=BLOCK,
        )

    async def read(self) -> None:
        """Take all that is new: pages of the feed, and snapshots of what is not here yet."""
        while True:
            while await self.sync.pull_once():
                continue
            if not await self.sync._load():
                return

    async def start(self) -> None:
        """As at the start of the program."""
        await self.reference.load()
        await self.overlay.rebuild()
        await self.decisions.start()

    async def guarded(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Do something at this desk; when its process dies on the way, it starts again."""
        try:
            return await work
        except Died:
            await self.die()
            return None

    async def die(self) -> None:
        """The process ends and another one starts, which may die while it does."""
        while True:
            self.crash()
            try:
                return await self.start()
            except Died:
                continue

    def crash(self) -> None:
        """The process ends: memory is gone, files hold what was committed."""
        self.crashes += 1
        self.tasks.drop()
        if self._older_replica is not None and self.chance.hit(0.5):
            # A power cut: the replica is not flushed at each commit, so its last ones may be gone.
            self.replica_file.put_back(self._older_replica)
        self._forget_older()
        self._start()

    def remember_replica(self) -> None:
        """The disk holds the replica as it is now; later commits may still be on their way to it."""
        self._forget_older()
        self._older_replica = self.replica_file.copy()

    def flushed(self) -> None:
        """The disk has caught up."""
        self._forget_older()

    def _forget_older(self) -> None:
        if self._older_replica is not None:
            self._older_replica.close()
            self._older_replica = None

    def close(self) -> None:
        """Throw everything away."""
        self.tasks.drop()
        self._forget_older()
        self.outbox_file.close()
        self.replica_file.close()
