"""What waits of the person here: one meaning for signing out, for the sheet that asks, and for the copy.

On a computer several people use, the acts of each are theirs: they leave from here signed by the device,
whoever is signed in, so that nobody has to stay for those of another.
"""

from __future__ import annotations

from workstation.ports import Outbox, OutboxItem, Workers
from workstation.services.identity import Me

QUIET = frozenset({"case.mark_read", "void"})
"""Acts nobody waits for; they are counted nowhere."""


async def own_waiting(outbox: Outbox, workers: Workers, me: Me) -> tuple[OutboxItem, ...]:
    """Return the acts of the signed-in person the hub has not answered, oldest first; of nobody none."""
    if me.now is None:
        return ()
    mine = me.now.person_id
    items = await workers.run("outbox", lambda: outbox.items(limit=0))
    return tuple(item for item in items if item.person_id == mine and item.type not in QUIET)
