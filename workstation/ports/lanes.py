"""Where work runs: lanes for the disk and the net, tasks with an owner, and the place of secrets."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Literal, Protocol, TypeVar

from workstation.system.keys import Secrets as SecretStore

__all__ = ["Backoff", "Lane", "SecretStore", "TaskRunner", "Workers"]

T = TypeVar("T")
Lane = Literal["outbox", "replica", "read", "net", "files"]
"""``outbox`` and ``replica``: the one writer of that file; ``read``: queries; ``net``: calls to the hub;
``files``: copying what is attached, which must wait neither for a silent hub nor before a click.
"""


class Workers(Protocol):
    """Nothing else at the desk starts a thread."""

    async def run(self, lane: Lane, work: Callable[[], T]) -> T:
        """Run ``work`` on ``lane`` and return its result or raise its error.

        Work that has begun runs to its end even when the waiting task is cancelled.
        """
        ...


class Backoff(Protocol):
    """How long to wait before the next try."""

    def next_s(self) -> float:
        """Return the next delay in seconds; grows with each call."""
        ...

    def reset(self) -> None:
        """Begin anew after a success."""
        ...


class TaskRunner(Protocol):
    """Starts tasks, keeps them, and brings every exception to one place."""

    def start(self, work: Coroutine[Any, Any, None], *, name: str, owner: object) -> None:
        """Start ``work``; it is cancelled by :meth:`cancel` of its owner or at the end."""
        ...

    def cancel(self, owner: object) -> None:
        """Cancel all tasks of ``owner``."""
        ...
