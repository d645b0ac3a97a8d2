"""The one sync loop: push what waits, pull what is new, listen for pokes, notice a standstill.

Read it top to bottom: ``run`` starts four loops; ``push_once`` and ``pull_once`` are one round each.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from workstation.casework.clock import Clock
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.codec import SCHEMA
from workstation.casework.wire.commands import MAX_BATCH, CommandsAnswer, Envelope
from workstation.casework.wire.sync import PAGE_BYTES, PAGE_ROWS, PullRequest
from workstation.ports import (
    Backoff,
    Changes,
    DiskState,
    GenerationChanged,
    HubUnavailable,
    Outbox,
    ProtocolMismatch,
    Replica,
    SignInRequired,
    StoreUnusable,
    TaskRunner,
    Workers,
)
from workstation.services.changes import ChangeFeed
from workstation.services.link import HubLink
from workstation.services.overlay import Overlay
from workstation.services.reference import Reference
from workstation.services.session import Session
from workstation.services.sync_batches import LANES
from workstation.services.sync_care import CopyCare
from workstation.services.sync_copies import CopyKeeping
from workstation.services.sync_generation import GenerationKeeping
from workstation.services.sync_schema import common_schema
from workstation.services.sync_snapshot import SnapshotLoader
from workstation.services.sync_uploads import UploadKeeping
from workstation.services.sync_waiting import Hurry, either
from workstation.services.uploads import KEPT_FOR, Uploads
from workstation.services.views import Connection, ConnectionState
from workstation.system.crashpoint import crashpoint

_log = logging.getLogger(__name__)
PULL_EVERY_S = 60.0
PULL_EVERY_WITHOUT_POKES_S = 15.0
STALE_AFTER = timedelta(seconds=60)
STUCK_AFTER = timedelta(minutes=2)
WATCH_EVERY_S = 15.0
QUIET = frozenset({"case.mark_read"})
"""Acts nobody waits for are not counted as waiting."""


class Sync(GenerationKeeping, CopyKeeping, UploadKeeping):
    """Moves commands up and state down. Nothing it meets makes it drop a command."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        replica: Replica,
        workers: Workers,
        tasks: TaskRunner,
        link: HubLink,
        session: Session,
        overlay: Overlay,
        reference: Reference,
        changes: ChangeFeed,
        clock: Clock,
        backoff: Callable[[], Backoff],
        loader: SnapshotLoader | None = None,
        care: CopyCare | None = None,
        uploads: Uploads | None = None,
    ) -> None:
        self._outbox = outbox
        self._replica = replica
        self._workers = workers
        self._tasks = tasks
        self._link = link
        self._session = session
        self._overlay = overlay
        self._reference = reference
        self._changes = changes
        self._clock = clock
        self._new_backoff = backoff
        self._loader = loader
        self._care = care
        self._uploads = uploads
        self._uploads_wanted = asyncio.Event()
        self._push_wanted = asyncio.Event()
        self._pull_wanted = asyncio.Event()
        self._may_go = asyncio.Event()
        self._hurry = Hurry()
        self._needs_reach = True
        self._pulling = asyncio.Lock()
        self._pushing = asyncio.Lock()
        self._state: ConnectionState = "offline"
        self._since = clock.now()
        self._code = ""
        self._last_sync_at: datetime | None = None
        self._reading_stopped = ""
        self._schema = SCHEMA
        self._has_pokes = False
        self._is_closing = False
        self._waiting = 0
        self._held = 0
        self._disk = DiskState(free=0)
        session.on_signed_in = self.signed_in
        session.before_sign_out = self.compare_now
        changes.subscribe(self._on_changes)

    # ------------------------------------------------------------------ the loops

    async def run(self) -> None:
        """Run until cancelled."""
        try:
            await self._reference.load()
            await self._overlay.rebuild()
            await self._count()
            if self._session.view.state == "signed_in":
                self._may_go.set()
            self._push_wanted.set()
            self._pull_wanted.set()
            self._uploads_wanted.set()
            loops = (self._push_loop, self._pull_loop, self._upload_loop, self._poke_loop, self._watch_loop)
            for loop in loops:
                self._tasks.start(loop(), name=f"sync{loop.__name__}", owner=self)
            await asyncio.Event().wait()
        finally:
            self._is_closing = True
            self._tasks.cancel(self)

    async def _upload_loop(self) -> None:
        await self._forever(self._uploads_wanted, lambda: PULL_EVERY_S, self._bring_up)

    async def _push_loop(self) -> None:
        async def round_() -> None:
            while await self.push_once():
                pass

        await self._forever(self._push_wanted, lambda: PULL_EVERY_S, round_)

    async def _pull_loop(self) -> None:
        async def round_() -> None:
            while not self._reading_stopped and (await self.pull_once() or await self._load()):
                pass
            if not self._reading_stopped:
                await self._look_after()

        def every() -> float:
            return PULL_EVERY_S if self._has_pokes else PULL_EVERY_WITHOUT_POKES_S

        await self._forever(self._pull_wanted, every, round_)

    async def _poke_loop(self) -> None:
        await self._forever(asyncio.Event(), lambda: 0.2, self._listen)

    async def _forever(
        self, wanted: asyncio.Event, every: Callable[[], float], work: Callable[[], Awaitable[None]]
    ) -> None:
        """Do ``work`` whenever it is wanted or its time has come; wait longer after each failure."""
        backoff = self._new_backoff()
        delay: float | None = None
        failures = 0
        while True:
            await self._may_go.wait()
            if delay is None:
                await either(wanted, every())
            else:
                # After a failure new work does not shorten the wait; a sign that the hub is back does.
                await self._hurry.wait(delay, failures)
            wanted.clear()
            delay, failures = None, failures + 1
            try:
                await self._with_token(work)
                backoff.reset()
                failures = 0
            except HubUnavailable as error:
                self._needs_reach = True
                self._show("offline", error.why)
                delay = max(backoff.next_s(), error.retry_after_s or 0.0)
            except SignInRequired as error:
                self._stop(error)
            except ProtocolMismatch as error:
                # Reading stops, the outbox still goes.
                self._reading_stopped = error.code
                self._show("update_needed", error.code)
                delay = backoff.next_s()
            except StoreUnusable as error:
                # A full disk: nothing is lost, and it goes on by itself once there is room again.
                _log.error("what came or went could not be stored: %s", error)
                self._show(self._state, error.reason)
                delay = backoff.next_s()
            except RuleViolation as error:
                _log.error("the hub turned a whole call down: %s", error)
                self._show(self._state, error.code)
                delay = backoff.next_s()

    async def _with_token(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do ``work`` with a good token; one the hub no longer takes is renewed once."""
        if self._needs_reach:
            await self._session.reach()
            self._needs_reach = False
            # Perhaps it was away to be renewed.
            self._reading_stopped = ""
            self._speak(SCHEMA)
        await self._session.fresh_token()
        try:
            await work()
        except SignInRequired as error:
            _log.info("the token was not taken: %s", error.code)
            self._session.token_refused()
            await self._session.fresh_token()
            await work()

    # ------------------------------------------------------------------ up

    async def push_once(self) -> bool:
        """Hand over what may leave now, in up to four batches; returns whether there may be more to do.

        They name the hub's data they are meant for. Where that was restored meanwhile nothing is taken: what
        was settled before is offered again and goes first, or the new would be turned down for lack of it.
        """
        async with self._pushing:
            ready, generation, cursors = await self._ready(LANES * MAX_BATCH)
            if not ready:
                return False
            crashpoint("desk.push.before")
            leaving = await self._batches(ready)
            answers = await asyncio.gather(
                *(self._push(batch, generation, cursors) for batch in leaving), return_exceptions=True
            )
            failures = [answer for answer in answers if isinstance(answer, BaseException)]
            settled = sum(answer for answer in answers if not isinstance(answer, BaseException))
            for failure in failures:
                if isinstance(failure, GenerationChanged):
                    await self._turned_away(failure, generation)
                    return True
            if failures:
                raise failures[0]
            self._was_turned_away = False
            return settled > 0

    async def _push(self, batch: tuple[Envelope, ...], generation: str, cursors: dict[str, int]) -> int:
        read = {envelope.cmd_id: envelope.sha256 for envelope in batch}
        hub, now = self._link.hub, self._clock.now
        ids = await self._workers.run("outbox", lambda: self._outbox.mark_sent(tuple(read), now(), read))
        # What was taken back since it was read stays: it goes up as nothing in the next round.
        batch = tuple(envelope for envelope in batch if envelope.cmd_id in ids)
        if not batch:
            return 0
        try:
            answer = await self._workers.run("net", lambda: hub.push(batch, generation, cursors))
        except GenerationChanged:
            await self._workers.run("outbox", lambda: self._outbox.mark_untaken(tuple(ids)))
            raise
        except (HubUnavailable, SignInRequired, RuleViolation) as error:
            code = error.why if isinstance(error, HubUnavailable) else error.code
            await self._workers.run("outbox", lambda: self._outbox.mark_unanswered(tuple(ids), code))
            self._changes.publish(Changes(outbox=True))
            raise
        crashpoint("desk.push.answered")
        return await self._settle(answer)

    async def _settle(self, answer: CommandsAnswer) -> int:
        settled = await self._workers.run("outbox", lambda: self._settled_by(answer))
        self._online()
        self._changes.publish(Changes(outbox=True))
        await self._overlay.refresh({item.case_id for item in settled})
        self._pull_wanted.set()
        known, _ = await self._workers.run("read", self._replica.cursors)
        if known and answer.generation != known:
            await self._begin_anew(GenerationChanged(is_restored=True))
        await self._spoken_to(answer.generation)
        return len(settled)

    # ------------------------------------------------------------------ down

    async def pull_once(self) -> bool:
        """Read and store one page; returns whether there is more."""
        async with self._pulling:
            generation, cursors = await self._workers.run("read", self._replica.cursors)
            request = PullRequest(
                generation=generation,
                schema=self._schema,
                cursors=cursors,
                limit=PAGE_ROWS,
                max_bytes=PAGE_BYTES,
                skip=self._loader.scopes if self._loader else (),
            )
            hub = self._link.hub
            try:
                answer = await self._workers.run("net", lambda: hub.pull(request))
            except GenerationChanged as change:
                await self._begin_anew(change)
                return True
            except ProtocolMismatch as refusal:
                self._speak(common_schema(refusal, request.schema))
                return True
            if self._loader is not None:
                answer = self._loader.without_loading(cursors, answer)
            changes = await self._workers.run("replica", lambda: self._replica.apply_page(answer))
            await self._spoken_to(answer.generation)
            self._try_parked(changes)
            # What a snapshot is still to bring has not been seen yet.
            loading = dict.fromkeys(self._loader.scopes, 0) if self._loader else {}
            await self._show_stored(changes, {**loading, **answer.cursors})
            self._last_sync_at = self._clock.now()
            self._online()
            if not answer.more and not (self._loader and self._loader.scopes) and not self._is_caught_up:
                self._is_caught_up = True
                self._changes.publish(Changes(connection=True))
            return answer.more

    # ------------------------------------------------------------------ pokes

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        hub = self._link.hub

        def on_poke(_: dict[str, int]) -> None:
            loop.call_soon_threadsafe(self._poked)

        try:
            await self._workers.run("net", lambda: hub.listen(on_poke, lambda: self._is_closing))
        finally:
            self._has_pokes = False

    def _poked(self) -> None:
        self._has_pokes = True
        self._pull_wanted.set()
        if self._state == "offline":
            self.wake()

    # ------------------------------------------------------------------ standstill, and states

    async def _watch_loop(self) -> None:
        """Say when the picture is old; tear the connections down when nothing moves any more."""
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            try:
                await self._workers.run("outbox", lambda: self._outbox.prune(self._clock.now() - KEPT_FOR))
            except StoreUnusable as error:
                _log.warning("old rows stay for now: %s", error)
            await self._count()
            if self._uploads is not None:
                await self._uploads.prune()
            if self._state not in ("online", "stale"):
                continue
            now = self._clock.now()
            oldest = await self._workers.run("outbox", self._outbox.oldest_waiting)
            is_stale = self._last_sync_at is None or now - self._last_sync_at > STALE_AFTER
            is_stuck = oldest is not None and now - oldest > STUCK_AFTER
            if is_stale:
                self._show("stale", "sync.standstill")
            if is_stale or (is_stuck and not self._is_uploading):
                _log.warning(
                    "the sync stands still (stale %s, stuck %s): new connections", is_stale, is_stuck
                )
                self._link.hub.renew_connections()
                self.wake()

    def wake(self) -> None:
        """Something may leave or should be looked for: do both now, whatever failed before."""
        self._push_wanted.set()
        self._pull_wanted.set()
        self._uploads_wanted.set()
        self._hurry.sign()

    def poke(self) -> None:
        """«Try now»; a hub of this computer that was ended on purpose is started again."""
        self._session.want_hub()
        self._hurry.insist()
        self.wake()

    def wake_push(self) -> None:
        """Something has been queued."""
        self._push_wanted.set()

    def signed_in(self) -> None:
        """A person has signed in: go on."""
        self._may_go.set()
        self._reading_stopped = ""
        self._hurry.insist()
        self.wake()

    def _stop(self, error: SignInRequired) -> None:
        """The pump stops and asks for a sign-in; nothing is dropped, work goes on offline."""
        self._may_go.clear()
        self._session.expire(error.code)
        self._show("sign_in", error.code)

    def _online(self) -> None:
        if self._state == "offline":
            self.wake()
        self._show("update_needed" if self._reading_stopped else "online", self._reading_stopped)

    def _show(self, state: ConnectionState, code: str) -> None:
        if (state, code) == (self._state, self._code):
            return
        if self._state == "sign_in" and not self._may_go.is_set():
            return  # what was still under way says nothing about the next session
        if state != self._state:
            self._since = self._clock.now()
        self._state, self._code = state, code
        self._changes.publish(Changes(connection=True))

    @property
    def connection(self) -> Connection:
        """What the top bar says; a change of it is told by ``Changes(connection=True)``."""
        return Connection(
            state=self._state,
            since=self._since,
            last_sync_at=self._last_sync_at,
            waiting=self._waiting,
            held=self._held,
            is_read_only=self._disk.is_read_only,
            is_disk_low=self._disk.is_low,
            code=self._code,
            loading=self._loader.progress if self._loader else None,
            mended=self._care.mended if self._care else 0,
            compared_at=self._care.compared_at if self._care else None,
            is_caught_up=self._is_caught_up,
        )

    def _on_changes(self, changes: Changes) -> None:
        if changes.outbox and not self._is_closing:
            self._tasks.start(self._count(), name="sync.count", owner=self)

    async def _count(self) -> None:
        """Look at the outbox and the disk; told only when something is different."""
        items = await self._workers.run("outbox", lambda: self._outbox.items(limit=0))
        disk = await self._workers.run("outbox", self._outbox.disk)
        shown = [item for item in items if item.type not in QUIET]
        held = sum(1 for item in shown if item.state == "held")
        before = (self._waiting, self._held, self._disk.is_low, self._disk.is_read_only)
        self._waiting, self._held, self._disk = len(shown) - held, held, disk
        if before != (self._waiting, self._held, disk.is_low, disk.is_read_only):
            self._changes.publish(Changes(connection=True))

    @property
    def state(self) -> ConnectionState:
        """How it stands with the hub."""
        return self._state
