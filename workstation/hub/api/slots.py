"""How many large answers leave at once: beyond that one is told to come again a little later."""

from __future__ import annotations

import random

from workstation.hub.api.problems import HttpProblem

AT_ONCE = 50


class Slots:
    """How many snapshots leave at once; whoever comes too many is told to come again a little later."""

    def __init__(self, most: int = AT_ONCE) -> None:
        self._most = most
        self._taken: set[object] = set()

    def take(self) -> object:
        """Return a slot to be given back.

        Raises:
            HttpProblem: 503 with a random Retry-After, so that not all come again at once.
        """
        if len(self._taken) >= self._most:
            wait_s = str(random.randint(2, 15))
            raise HttpProblem(503, "hub.busy", headers={"Retry-After": wait_s})
        slot = object()
        self._taken.add(slot)
        return slot

    def give_back(self, slot: object) -> None:
        """Free a slot; once is enough."""
        self._taken.discard(slot)
