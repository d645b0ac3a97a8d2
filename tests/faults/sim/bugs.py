"""Bugs planted on purpose, one at a time: each must be found soon, or the simulation is blind to its kind."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from workstation.casework.wire.commands import Applied, Rejected
from workstation.hub.ports_values import EffectUnknown
from workstation.hub.services import case_acts, deciding, intake, receive_commands
from workstation.hub.services.effects import EffectWorker
from workstation.hub.storage import budget_rows, feed_reader
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.feed_writer import FeedWriter
from workstation.hub.storage.intake_ledger import SqlIntakeLedger
from workstation.hub.storage.transaction import SqlTx
from workstation.services.joint_state import JointState
from workstation.services.overlay import Overlay
from workstation.services.sync import Sync
from workstation.storage.outbox import SqlOutbox
from workstation.storage.replica import SqlReplica

Change = tuple[Any, str, Any]
"""Where, which name, what instead."""
BUGS: dict[str, Callable[[], list[Change]]] = {}


def _bug(plant: Callable[[], list[Change]]) -> Callable[[], list[Change]]:
    BUGS[plant.__name__] = plant
    return plant


@contextmanager
def planted(name: str) -> Iterator[None]:
    """Have the bug in the program as long as this lasts."""
    changes = BUGS[name]()
    kept = [(where, what, getattr(where, what)) for where, what, _ in changes]
    for where, what, instead in changes:
        setattr(where, what, instead)
    try:
        yield
    finally:
        for where, what, before in kept:
            setattr(where, what, before)


# ------------------------------------------------------------------ the hub takes commands


@_bug
def commands_are_not_deduplicated() -> list[Change]:
    """A command that comes again is judged again."""
    return [(receive_commands, "_stored", lambda envelope, known: None)]


@_bug
def a_known_id_with_other_words_passes() -> list[Change]:
    """Whoever reuses an id is answered as the first one was."""

    def stored(envelope: Any, known: Any) -> Any:
        record = known.get(envelope.cmd_id)
        return record.verdict if record is not None else None

    return [(receive_commands, "_stored", stored)]


@_bug
def a_number_is_taken_twice() -> list[Change]:
    """A copied device file is not noticed: its number is free again."""

    def at_the_door(device: Any, envelope: Any, known: Any) -> Any:
        return None

    return [
        (receive_commands, "_at_the_door", at_the_door),
        (receive_commands, "_is_number_taken", lambda envelope, known: False),
    ]


@_bug
def a_rejected_command_is_applied_the_second_time() -> list[Change]:
    """The second answer to a command is always yes."""
    before = receive_commands._stored

    def stored(envelope: Any, known: Any) -> Any:
        verdict = before(envelope, known)
        return Applied(cmd_id=envelope.cmd_id) if isinstance(verdict, Rejected) else verdict

    return [(receive_commands, "_stored", stored)]


@_bug
def dependants_do_not_wait() -> list[Change]:
    """What a command depends on is not looked at."""
    before = receive_commands.CommandReceiver._verdict

    def verdict(self: Any, tx: Any, caller: Any, envelope: Any, known: Any) -> Any:
        return before(self, tx, caller, msgspec.structs.replace(envelope, depends_on=()), known)

    def at_the_door(device: Any, envelope: Any, known: Any) -> Any:
        return None

    return [
        (receive_commands.CommandReceiver, "_verdict", verdict),
        (receive_commands, "_at_the_door", at_the_door),
    ]


@_bug
def the_log_forgets() -> list[Change]:
    """Now and then a command is carried out and not written into the log."""
    before = SqlTx.log_command

    def log_command(self: Any, record: Any) -> None:
        if int(record.sha256[:2], 16) % 4:
            before(self, record)

    return [(SqlTx, "log_command", log_command)]


# ------------------------------------------------------------------ money


@_bug
def every_decision_is_allowed() -> list[Change]:
    """Nobody looks at limits, only the database does."""
    from workstation.casework.limit import Allowed

    return [
        (deciding, "_judge", lambda *_: Allowed(rule_name="x")),
        (SqlTx, "reserve", _reserve_blindly),
    ]


def _reserve_blindly(self: Any, row: Any, use: Any) -> None:
    from workstation.hub.storage.sql import micros

    self._taken[row.budget.budget_id] += use.amount
    self._uses.append(
        {
            "tenant_id": self.tenant_id,
            "budget_id": row.budget.budget_id,
            "decision_id": use.decision_id,
            "step": use.step,
            "amount": use.amount,
            "at": micros(use.at),
        }
    )


@_bug
def budgets_lose_updates() -> list[Change]:
    """What was reserved is written over, as without a lock."""
    sql = "UPDATE budget SET reserved = :amount WHERE tenant_id = :tenant_id AND budget_id = :budget_id"
    return [(budget_rows, "_RESERVE", sql)]


@_bug
def budgets_are_never_given_back() -> list[Change]:
    """What a decision took stays reserved when it is taken back."""
    before = SqlTx.settle

    def settle(self: Any, decision_id: str, step: int, *, is_spent: bool, at: Any) -> None:
        if is_spent:
            before(self, decision_id, step, is_spent=is_spent, at=at)

    return [(SqlTx, "settle", settle)]


@_bug
def the_ledger_is_one_sided() -> list[Change]:
    """The other half of a booking is left out."""
    sql = budget_rows._BOOK.replace(":amount, :currency", ":amount + :line, :currency")
    return [(budget_rows, "_BOOK", sql)]


@_bug
def approvals_book_at_once() -> list[Change]:
    """A decision over the limit is asked for and booked all the same."""
    before = deciding._ask

    def ask(tx: Any, act: Any, body: Any, *more: Any) -> Any:
        verdict = before(tx, act, body, *more)
        routes = {
            name: case_acts.EffectRoute("house_books", "A")
            for name in ("refund", "return_authorisation", "promise")
        }
        deciding.add_effects(tx, act.cmd_id, body.case_id, body.steps, tx.now, routes)
        return verdict

    return [(deciding, "_ask", ask)]


# ------------------------------------------------------------------ effects


@_bug
def doubt_is_done_again() -> list[Change]:
    """What may have happened is done once more without a look."""

    def resolve(self: Any, claimed: Any, executor: Any) -> None:
        self._perform(claimed.tenant_id, claimed.effect, executor)

    return [(EffectWorker, "_resolve", resolve)]


@_bug
def one_look_is_enough() -> list[Change]:
    """A mail that is not to be seen at once counts as never sent."""

    def absent(self: Any, tenant_id: str, effect: Any, executor: Any) -> None:
        self._perform(tenant_id, effect, executor)

    return [(EffectWorker, "_absent", absent)]


@_bug
def effects_leave_before_their_time() -> list[Change]:
    """The undo time is stored and not kept."""
    from workstation.hub.storage import effect_rows

    before = effect_rows._params

    def params(tenant_id: str, effect: Any, next_at: Any) -> Any:
        return before(tenant_id, effect, effect.created_at if effect.state == "pending" else next_at)

    return [(effect_rows, "_params", params)]


@_bug
def effects_leave_after_a_cancel() -> list[Change]:
    """The worker does not look whether the effect is still the one it claimed."""
    before = EffectWorker._send

    def send(self: Any, tenant_id: str, effect: Any, executor: Any) -> Any:
        sent = before(self, tenant_id, effect, executor)
        return sent or msgspec.structs.replace(effect, state="sent", attempt=effect.attempt + 1)

    return [(EffectWorker, "_send", send)]


@_bug
def mail_leaves_before_the_booking() -> list[Change]:
    """An answer that states a booking does not wait for it."""
    before = SqlTx.add_effect

    def add_effect(self: Any, effect: Any) -> None:
        if effect.kind == "mail":
            effect = msgspec.structs.replace(effect, after_effect_id="")
        before(self, effect)

    return [(SqlTx, "add_effect", add_effect)]


@_bug
def a_broken_line_counts_as_done() -> list[Change]:
    """A call without an answer is taken for a booking."""
    from workstation.hub.backends.executors import ShopExecutor
    from workstation.hub.ports_values import Done

    before = EffectWorker._perform

    def perform(self: Any, tenant_id: str, effect: Any, executor: Any) -> None:
        class Sure:
            kinds = executor.kinds
            effect_class = executor.effect_class
            visibility_lag_s = executor.visibility_lag_s
            timeout_s = executor.timeout_s

            def perform(self, effect: Any) -> Any:
                try:
                    return executor.perform(effect)
                except EffectUnknown:
                    return Done(ext_ref=f"guess-{effect.effect_id}")

            def look_up(self, effect: Any) -> Any:
                return executor.look_up(effect)

        before(self, tenant_id, effect, Sure())

    assert ShopExecutor is not None
    return [(EffectWorker, "_perform", perform)]


@_bug
def claims_are_never_taken_over() -> list[Change]:
    """What a dead worker had claimed stays claimed."""
    from workstation.hub.storage import effect_rows

    before = effect_rows._due

    def due(wanted: Any, now: Any) -> Any:
        sql, params = before(wanted, now)
        return sql.replace("'pending', 'claimed', 'sent', 'unknown'", "'pending', 'unknown'"), params

    return [
        (effect_rows, "_due", due),
        (SqlDatabase, "take_over_claims", lambda self, now, workers="": None),
    ]


# ------------------------------------------------------------------ the feed


@_bug
def numbers_come_before_the_rows() -> list[Change]:
    """A row is written late, under a number that readers have already passed."""
    before = FeedWriter.write
    late: list[tuple[str, Any, Any]] = []

    def write(self: Any, session: Any, tenant_id: str, at: int) -> dict[str, int]:
        marks = {scope: dict(found) for scope, found in self._marks.items()}
        heads = before(self, session, tenant_id, at)
        for scope, rows in marks.items():
            for key in list(rows)[:1]:
                session.do(
                    "UPDATE feed SET seq = -seq WHERE scope_id = :scope AND entity_id = :one AND seq > 0",
                    scope=scope,
                    one=key[1],
                )
        for scope, key, _ in late:
            session.do(
                "UPDATE feed SET seq = -seq WHERE scope_id = :scope AND entity_id = :one AND seq < 0",
                scope=scope,
                one=key[1],
            )
        late[:] = [(scope, key, None) for scope, rows in marks.items() for key in list(rows)[:1]]
        return heads

    return [(FeedWriter, "write", write)]


@_bug
def tombstones_are_dropped() -> list[Change]:
    """What has gone from a scope is not told."""
    before = feed_reader._page

    def page(found: Any, *more: Any) -> Any:
        kept = before(found, *more)
        return msgspec.structs.replace(kept, rows=tuple(row for row in kept.rows if not row.gone))

    return [(feed_reader, "_page", page)]


@_bug
def pages_skip_their_last_row() -> list[Change]:
    """The cursor of a full page is one too far."""
    before = feed_reader._page

    def page(found: Any, *more: Any) -> Any:
        kept = before(found, *more)
        rows = kept.rows[:-1] if kept.more and len(kept.rows) > 1 else kept.rows
        return msgspec.structs.replace(kept, rows=rows)

    return [(feed_reader, "_page", page)]


@_bug
def firms_are_not_kept_apart() -> list[Change]:
    """The feed is read without asking whose it is."""
    before = feed_reader.pull_sql

    def pull_sql(scopes: int) -> str:
        return before(scopes).replace("WHERE tenant_id = :tenant_id AND scope_id", "WHERE scope_id")

    return [(feed_reader, "pull_sql", pull_sql)]


# ------------------------------------------------------------------ the desk takes and shows


@_bug
def the_cursor_is_stored_before_the_data() -> list[Change]:
    """Two transactions instead of one, the wrong one first."""
    before = SqlReplica.apply_page

    def apply_page(self: Any, answer: Any) -> Any:
        empty = msgspec.structs.replace(answer, rows=())
        before(self, empty)
        return before(self, answer)

    return [(SqlReplica, "apply_page", apply_page)]


@_bug
def the_overlay_is_lost() -> list[Change]:
    """After a page of the feed nobody replays what is pending."""

    async def rebase(self: Any, touched: Any) -> frozenset[str]:
        return frozenset()

    return [(Overlay, "rebase", rebase)]


@_bug
def pending_acts_are_replayed_backwards() -> list[Change]:
    """The newest act comes first."""
    before = JointState.fold

    def fold(self: Any, reference: Any) -> None:
        self.items = tuple(reversed(self.items))
        before(self, reference)

    return [(JointState, "fold", fold)]


@_bug
def settled_acts_vanish_too_early() -> list[Change]:
    """An act leaves the overlay with its verdict, before the feed has brought what became of it."""
    before = SqlOutbox.mark_seen

    def mark_seen(self: Any, cursors: Any) -> Any:
        return before(self, {})

    return [(SqlOutbox, "mark_seen", mark_seen)]


@_bug
def lost_scopes_stay() -> list[Change]:
    """What a person may not read any more is kept."""
    from workstation.ports import Changes

    return [(SqlReplica, "_purge_lost_scopes", lambda self, connection, scopes: Changes())]


@_bug
def orphans_stay() -> list[Change]:
    """What is in no scope any more is kept."""

    def remove_orphans(connection: Any, *more: Any) -> Any:
        from workstation.ports import Changes

        return Changes()

    named = [module for name, module in sys.modules.items() if name.startswith("workstation.storage.")]
    return [(one, "remove_orphans", remove_orphans) for one in named if hasattr(one, "remove_orphans")]


# ------------------------------------------------------------------ the desk saves and sends


@_bug
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


@_bug
def no_answer_means_never() -> list[Change]:
    """A command that got no answer is thrown away."""

    def mark_unanswered(self: Any, cmd_ids: Any, code: str) -> None:
        with self._write() as connection:
            for one in cmd_ids:
                connection.exec_driver_sql("DELETE FROM outbox WHERE cmd_id = ?", (one,))

    return [(SqlOutbox, "mark_unanswered", mark_unanswered)]


@_bug
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


@_bug
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


@_bug
def later_acts_overtake() -> list[Change]:
    """What waits on a case does not hold back what comes after it."""
    before = SqlOutbox.to_send

    def to_send(self: Any, *, max_rows: int) -> Any:
        return tuple(reversed(before(self, max_rows=max_rows)))[:1]

    return [(SqlOutbox, "to_send", to_send)]


@_bug
def a_restored_hub_gets_nothing_back() -> list[Change]:
    """After a restore the desk offers nothing again."""
    return [(SqlOutbox, "reoffer", lambda self, sign: 0)]


@_bug
def the_sync_gives_up_after_a_failure() -> list[Change]:
    """What was sent once without an answer is never sent again."""
    before = SqlOutbox.to_send

    def to_send(self: Any, *, max_rows: int) -> Any:
        found = before(self, max_rows=max_rows)
        sent = {item.cmd_id for item in self.items(limit=0) if item.attempts}
        return tuple(envelope for envelope in found if envelope.cmd_id not in sent)

    assert Sync is not None
    return [(SqlOutbox, "to_send", to_send)]


# ------------------------------------------------------------------ mail in


@_bug
def a_mail_that_came_twice_is_two_messages() -> list[Change]:
    """Nobody looks whether the mail is known."""
    return [
        (SqlIntakeLedger, "same_mail", lambda self, *more: None),
        (intake._Taking, "_known_message", lambda self: None),
    ]
