"""What the routes need of the hub: services, lanes and limits, bound once by the composition root."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from litestar import Request

from workstation.casework.clock import Clock
from workstation.casework.wire.commands import CommandsAnswer
from workstation.casework.wire.digest import Sums
from workstation.casework.wire.sync import (
    BackfillAnswer,
    BackfillRequest,
    BucketAnswer,
    PullAnswer,
    PullRequest,
)
from workstation.hub.api.heads import HeadsPoller
from workstation.hub.api.pace import Pace
from workstation.hub.api.reading import bearer
from workstation.hub.api.slots import Slots
from workstation.hub.executor import Lanes
from workstation.hub.ports_feed import SnapshotShelf
from workstation.hub.services.blobs import BlobDesk
from workstation.hub.services.devices import Devices
from workstation.hub.services.online_search import OnlineSearch
from workstation.hub.services.presence import PresenceBoard
from workstation.hub.services.sessions import Caller, Sessions

T = TypeVar("T")

Receive = Callable[[Caller, Sequence[msgspec.Raw], str], CommandsAnswer]
LookUp = Callable[[Caller, Sequence[str]], CommandsAnswer]
Pull = Callable[[Caller, PullRequest], PullAnswer]
Digest = Callable[[str, int], Sums]
Bucket = Callable[[str, int, int], BucketAnswer]
Backfill = Callable[[BackfillRequest], BackfillAnswer]


class Stopper:
    """Ends the process when somebody on this PC asks for it; ``ask`` is set by whoever serves."""

    def __init__(self, local_proof: str = "") -> None:
        self._local_proof = local_proof
        self.ask: Callable[[], None] = lambda: None

    def is_allowed(self, local_proof: str) -> bool:
        """Whether the proof is that of the endpoint file; other hubs are stopped by their operator only."""
        return bool(self._local_proof) and hmac.compare_digest(
            self._local_proof.encode(), local_proof.encode()
        )


@dataclass(frozen=True)
class Doors:
    """One tenant's services as the routes use them; ``receive``, ``look_up`` and ``pull`` block."""

    clock: Clock
    lanes: Lanes
    heads: HeadsPoller
    sessions: Sessions
    devices: Devices
    presence: PresenceBoard
    blobs: BlobDesk
    search: OnlineSearch
    receive: Receive
    look_up: LookUp
    pull: Pull
    digest: Digest
    bucket: Bucket
    backfill: Backfill
    snapshots: SnapshotShelf
    slots: Slots = field(default_factory=Slots)
    stopper: Stopper = field(default_factory=Stopper)
    pushes: Pace = field(default_factory=lambda: Pace(per_s=2, burst=40))
    pulls: Pace = field(default_factory=lambda: Pace(per_s=5, burst=60))

    strangers: Pace = field(default_factory=lambda: Pace(per_s=20, burst=400))
    """By address, for what may be asked before anybody is known: these share the lanes of commands."""

    def check_stranger(self, request: Request[Any, Any, Any]) -> None:
        """Count a request of somebody unknown.

        Raises:
            HttpProblem: 429 when that address asks too often.
        """
        self.strangers.check(request.client.host if request.client else "")

    async def caller(self, request: Request[Any, Any, Any]) -> Caller:
        """Return who asks.

        Raises:
            HttpProblem, RuleViolation: 401 or 403 with a code that says why.
        """
        token = bearer(request)
        return await self.lanes.read(lambda: self.sessions.caller(token))


def doors_of(request: Request[Any, Any, Any]) -> Doors:
    """Return the doors of the application that serves ``request``."""
    doors = request.app.state.doors
    assert isinstance(doors, Doors)
    return doors
