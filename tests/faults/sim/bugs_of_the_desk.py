"""Bugs planted into the desk: how it takes, shows, saves and sends."""

from __future__ import annotations

import sys
from typing import Any

import msgspec

from tests.faults.sim.planting import Change, bug
from workstation.services.joint_state import JointState
from workstation.services.overlay import Overlay
from workstation.services.sync import Sync
from workstation.storage.outbox import SqlOutbox
from workstation.storage.replica import SqlReplica

# ------------------------------------------------------------------ the desk takes and shows


@bug
def the_cursor_is_stored_before_the_data() -> list[Change]:
    """Two transactions instead of one, the wrong one first."""
    before = SqlReplica.apply_page

    def apply_page(self: Any, answer: Any) -> Any:
        empty = msgspec.structs.replace(answer, rows=())
        before(self, empty)
        return before(self, answer)

    return [(SqlReplica, "apply_page", apply_page)]


@bug
def the_overlay_is_lost() -> list[Change]:
    """After a page of the feed nobody replays what is pending."""

    async def rebase(self: Any, touched: Any) -> frozenset[str]:
        return frozenset()

    return [(Overlay, "rebase", rebase)]


@bug
def pending_acts_are_replayed_backwards() -> list[Change]:
    """The newest act comes first."""
    before = JointState.fold

    def fold(self: Any, reference: Any) -> None:
        self.items = tuple(reversed(self.items))
        before(self, reference)

    return [(JointState, "fold", fold)]


@bug
def settled_acts_vanish_too_early() -> list[Change]:
    """An act leaves the overlay with its verdict, before the feed has brought what became of it."""
    before = SqlOutbox.mark_seen

    def mark_seen(self: Any, cursors: Any) -> Any:
        return before(self, {})

    return [(SqlOutbox, "mark_seen", mark_seen)]


@bug
def lost_scopes_stay() -> list[Change]:
    """What a person may not read any more is kept."""
    from workstation.ports import Changes

    return [(SqlReplica, "_purge_lost_scopes", lambda self, connection, scopes: Changes())]


@bug
def orphans_stay() -> list[Change]:
    """What is in no scope any more is kept."""

    def remove_orphans(connection: Any, *more: Any) -> Any:
        from workstation.ports import Changes

        return Changes()

    named = [module for name, module in sys.modules.items() if name.startswith("workstation.storage.")]
    return [(one, "remove_orphans", remove_orphans) for one in named if hasattr(one, "remove_orphans")]


# ------------------------------------------------------------------ the desk saves and sends


@bug
def saved_is_said_too_early() -> list[Change]:
    """An act is shown as saved while it is in memory only."""
    before = SqlOutbox.append
    waiting: list[tuple[Any, Any, Any]] = []

    def append(self: Any, command: Any, sign: Any) -> Any:
        item = before(self, command, sign)
        with self._write() as connection:
            connection.exec_driver_sql("DELETE FROM outbox WHERE cmd_id = ?", (item.cmd_id,))
        waiting.append((self, command, sign))
        if len(waiting) > 1:
            owner, late, signer = waiting.pop(0)
            before(owner, late, signer)
        return item

    return [(SqlOutbox, "append", append)]


@bug
def no_answer_means_never() -> list[Change]:
    """A command that got no answer is thrown away."""

    def mark_unanswered(self: Any, cmd_ids: Any, code: str) -> None:
        with self._write() as connection:
            for one in cmd_ids:
                connection.exec_driver_sql("DELETE FROM outbox WHERE cmd_id = ?", (one,))

    return [(SqlOutbox, "mark_unanswered", mark_unanswered)]


@bug
def an_undone_act_leaves_a_gap() -> list[Change]:
    """What was taken back is deleted instead of sent as a void."""
    before = SqlOutbox.cancel

    def cancel(self: Any, cmd_id: str, sign: Any) -> Any:
        gone = before(self, cmd_id, sign)
        with self._write() as connection:
            for item in gone:
                connection.exec_driver_sql("DELETE FROM outbox WHERE cmd_id = ?", (item.cmd_id,))
        return gone

    return [(SqlOutbox, "cancel", cancel)]


@bug
def undo_is_only_shown() -> list[Change]:
    """What was taken back is sent all the same."""
    before = SqlOutbox.cancel

    def cancel(self: Any, cmd_id: str, sign: Any) -> Any:
        row = None
        with self._write() as connection:
            found = connection.exec_driver_sql("SELECT * FROM outbox WHERE cmd_id = ?", (cmd_id,))
            row = found.mappings().first()
        gone = before(self, cmd_id, sign)
        if gone and row is not None:
            names = ("type", "body", "sha256", "signature")
            with self._write() as connection:
                connection.exec_driver_sql(
                    "UPDATE outbox SET type = ?, body = ?, sha256 = ?, signature = ? WHERE cmd_id = ?",
                    (*(row[name] for name in names), cmd_id),
                )
        return gone

    return [(SqlOutbox, "cancel", cancel)]


@bug
def later_acts_overtake() -> list[Change]:
    """What waits on a case does not hold back what comes after it."""
    before = SqlOutbox.to_send

    def to_send(self: Any, *, max_rows: int) -> Any:
        return tuple(reversed(before(self, max_rows=max_rows)))[:1]

    return [(SqlOutbox, "to_send", to_send)]


@bug
def a_restored_hub_gets_nothing_back() -> list[Change]:
    """After a restore the desk offers nothing again."""
    return [(SqlOutbox, "reoffer", lambda self, sign: 0)]


@bug
def the_sync_gives_up_after_a_failure() -> list[Change]:
    """What was sent once without an answer is never sent again."""
    before = SqlOutbox.to_send

    def to_send(self: Any, *, max_rows: int) -> Any:
        found = before(self, max_rows=max_rows)
        sent = {item.cmd_id for item in self.items(limit=0) if item.attempts}
        return tuple(envelope for envelope in found if envelope.cmd_id not in sent)

    assert Sync is not None
    return [(SqlOutbox, "to_send", to_send)]
