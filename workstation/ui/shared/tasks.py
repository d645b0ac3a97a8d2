"""What view models need to start asynchronous work: the shape of the one task runner."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, Protocol


class TaskStarter(Protocol):
    """Starts a coroutine, keeps it, cancels it with its owner and reports its errors."""

    def start(self, coro: Coroutine[Any, Any, Any], /, *, name: str, owner: object) -> object:
        """Start ``coro`` now; ``name`` appears in error reports."""
        ...
