"""The change feed: every write says what it changed, views refresh from that and from nothing else."""

from __future__ import annotations

from collections.abc import Callable

from workstation.ports import Changes

Listener = Callable[[Changes], None]


class ChangeFeed:
    """Hands changes to all who listen, in the order they asked to; used on the event loop only."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []

    def subscribe(self, callback: Listener) -> Callable[[], None]:
        """Call ``callback`` with each change from now on; returns what ends that."""
        self._listeners.append(callback)

        def unsubscribe() -> None:
            if callback in self._listeners:
                self._listeners.remove(callback)

        return unsubscribe

    def publish(self, changes: Changes) -> None:
        """Tell everybody; an empty change is not told."""
        if not changes:
            return
        for listener in tuple(self._listeners):
            listener(changes)
