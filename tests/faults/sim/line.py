"""The line between a desk and the hub: it drops, doubles, delays and reorders, before the hub or after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from tests.faults.sim.chance import Chance, Died
from tests.faults.sim.firm import FOREIGN
from tests.faults.sim.hub import SimHub
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.codec import decode, encode
from workstation.casework.wire.commands import CommandsAnswer, Envelope
from workstation.casework.wire.sync import PullAnswer, PullRequest
from workstation.ports import GenerationChanged, HubUnavailable
from workstation.ports.copies import SnapshotPiece

T = TypeVar("T")
Heard = Callable[[list[bytes], CommandsAnswer], None]


class Delayed:
    """Batches that are still on their way; they reach the hub when nobody waits for them any more."""

    def __init__(self, hub: SimHub, chance: Chance, heard: Heard) -> None:
        self._hub = hub
        self._chance = chance
        self._heard = heard
        self._waiting: list[tuple[str, list[bytes], str]] = []

    def add(self, name: str, items: list[bytes], generation: str) -> None:
        """Keep a batch for later."""
        self._waiting.append((name, items, generation))

    def deliver(self) -> bool:
        """Let any one of them arrive; False when there is none."""
        if not self._waiting:
            return False
        name, items, meant_for = self._waiting.pop(self._chance.random.randrange(len(self._waiting)))
        try:
            self._heard(items, self._hub.receive(name, items, meant_for))
        except Died:
            self._hub.died()
        except RuleViolation as violation:
            # It was meant for the hub as it was before a restore, and nobody waits for the answer.
            if violation.code != "feed.generation_changed":
                raise
        return True

    def lose(self) -> None:
        """None of them arrives."""
        self._waiting.clear()


class Line:
    """Implements what the sync asks of ``HubApi``; ``trouble``: share of calls that go wrong."""

    url = "sim://hub"

    def __init__(self, name: str, hub: SimHub, chance: Chance, delayed: Delayed, heard: Heard) -> None:
        self.name = name
        self.trouble = 0.0
        self.is_cut = False
        self.broken: list[str] = []
        """What must never come down this line and did."""
        self._hub = hub
        self._chance = chance
        self._delayed = delayed
        self._heard = heard

    def push(
        self, batch: tuple[Envelope, ...], generation: str = "", cursors: Mapping[str, int] | None = None
    ) -> CommandsAnswer:
        """Hand commands over, perhaps."""
        items = [encode(envelope) for envelope in batch]
        fault = self._fault()
        if fault == "lost":
            raise HubUnavailable("net.timeout")
        if fault == "delayed":
            self._delayed.add(self.name, items, generation)
            raise HubUnavailable("net.timeout")
        if fault == "doubled":
            self._called(lambda: self._receive(items, generation))
        answer = self._called(lambda: self._receive(items, generation))
        if fault == "answer lost":
            raise HubUnavailable("net.reset")
        return decode(encode(answer), CommandsAnswer)

    def pull(self, request: PullRequest) -> PullAnswer:
        """Read a page, perhaps."""
        fault = self._fault()
        if fault in ("lost", "delayed"):
            raise HubUnavailable("net.timeout")
        small = PullRequest(
            generation=request.generation,
            cursors=request.cursors,
            limit=self._chance.random.choice((1, 3, 10, 1000)),
        )
        answer = self._called(lambda: self._hub.pull(self.name, small))
        if fault == "answer lost":
            raise HubUnavailable("net.reset")
        raw = encode(answer)
        if FOREIGN.encode() in raw:
            self.broken.append("i20: data of another firm came down")
        return decode(raw, PullAnswer)

    def snapshot_piece(self, scope: str, start: int, length: int, etag: str) -> SnapshotPiece | None:
        """Read a part of a scope's snapshot, perhaps."""
        if self._fault() in ("lost", "delayed", "answer lost"):
            raise HubUnavailable("net.timeout")
        shelf = self._hub.node.shelf
        info = shelf and (shelf.with_etag(scope, etag) or shelf.newest(scope))
        if not shelf or not info:
            return None
        at = start if info.etag == etag else 0
        return SnapshotPiece(info.etag, info.size, at, shelf.read(info, at, length))

    def close(self) -> None:
        """Nothing to close."""

    def _receive(self, items: list[bytes], generation: str) -> CommandsAnswer:
        answer = self._hub.receive(self.name, items, generation)
        self._heard(items, answer)
        return answer

    def _fault(self) -> str:
        if self.is_cut:
            return "lost"
        if not self._chance.hit(self.trouble):
            return ""
        return self._chance.random.choice(("lost", "answer lost", "answer lost", "doubled", "delayed"))

    def _called(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except Died as death:
            self._hub.died()
            raise HubUnavailable("net.reset") from death
        except RuleViolation as violation:
            if violation.code.startswith("feed."):
                is_away = violation.code == "feed.cursor_below_floor"
                generation = str(violation.params.get("generation", ""))
                raise GenerationChanged(is_restored=not is_away, generation=generation) from violation
            raise

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"the simulation does not know the call {name}")
