"""Bugs planted into the hub: how it takes commands, money, effects, the feed and mails in."""

from __future__ import annotations

from typing import Any

import msgspec

from tests.faults.sim.planting import Change, bug
from workstation.casework.wire.commands import Applied, Rejected
from workstation.hub.ports_values import EffectUnknown
from workstation.hub.services import case_acts, deciding, intake, receive_commands
from workstation.hub.services.effects import EffectWorker
from workstation.hub.storage import budget_rows, feed_reader
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.feed_writer import FeedWriter
from workstation.hub.storage.intake_ledger import SqlIntakeLedger
from workstation.hub.storage.transaction import SqlTx

# ------------------------------------------------------------------ the hub takes commands


@bug
def commands_are_not_deduplicated() -> list[Change]:
    """A command that comes again is judged again."""
    return [(receive_commands, "_stored", lambda envelope, known: None)]


@bug
def a_known_id_with_other_words_passes() -> list[Change]:
    """Whoever reuses an id is answered as the first one was."""

    def stored(envelope: Any, known: Any) -> Any:
        record = known.get(envelope.cmd_id)
        return record.verdict if record is not None else None

    return [(receive_commands, "_stored", stored)]


@bug
def a_number_is_taken_twice() -> list[Change]:
    """A copied device file is not noticed: its number is free again."""

    def at_the_door(device: Any, envelope: Any, known: Any) -> Any:
        return None

    return [
        (receive_commands, "_at_the_door", at_the_door),
        (receive_commands, "_is_number_taken", lambda envelope, known: False),
    ]


@bug
def a_rejected_command_is_applied_the_second_time() -> list[Change]:
    """The second answer to a command is always yes."""
    before = receive_commands._stored

    def stored(envelope: Any, known: Any) -> Any:
        verdict = before(envelope, known)
        return Applied(cmd_id=envelope.cmd_id) if isinstance(verdict, Rejected) else verdict

    return [(receive_commands, "_stored", stored)]


@bug
def dependants_do_not_wait() -> list[Change]:
    """What a command depends on is not looked at."""
    before = receive_commands.CommandReceiver._verdict

    def verdict(self: Any, tx: Any, caller: Any, envelope: Any, known: Any, **more: Any) -> Any:
        return before(self, tx, caller, msgspec.structs.replace(envelope, depends_on=()), known, **more)

    def at_the_door(device: Any, envelope: Any, known: Any) -> Any:
        return None

    return [
        (receive_commands.CommandReceiver, "_verdict", verdict),
        (receive_commands, "_at_the_door", at_the_door),
    ]


@bug
def the_log_forgets() -> list[Change]:
    """Now and then a command is carried out and not written into the log."""
    before = SqlTx.log_command

    def log_command(self: Any, record: Any) -> None:
        if int(record.sha256[:2], 16) % 4:
            before(self, record)

    return [(SqlTx, "log_command", log_command)]


# ------------------------------------------------------------------ money


@bug
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


@bug
def budgets_lose_updates() -> list[Change]:
    """What was reserved is written over, as without a lock."""
    sql = "UPDATE budget SET reserved = :amount WHERE tenant_id = :tenant_id AND budget_id = :budget_id"
    return [(budget_rows, "_RESERVE", sql)]


@bug
def budgets_are_never_given_back() -> list[Change]:
    """What a decision took stays reserved when it is taken back."""
    before = SqlTx.settle

    def settle(self: Any, decision_id: str, step: int, *, is_spent: bool, at: Any) -> None:
        if is_spent:
            before(self, decision_id, step, is_spent=is_spent, at=at)

    return [(SqlTx, "settle", settle)]


@bug
def the_ledger_is_one_sided() -> list[Change]:
    """The other half of a booking is left out."""
    sql = budget_rows._BOOK.replace(":amount, :currency", ":amount + :line, :currency")
    return [(budget_rows, "_BOOK", sql)]


@bug
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


@bug
def doubt_is_done_again() -> list[Change]:
    """What may have happened is done once more without a look."""

    def resolve(self: Any, claimed: Any, executor: Any) -> None:
        self._perform(claimed.tenant_id, claimed.effect, executor)

    return [(EffectWorker, "_resolve", resolve)]


@bug
def one_look_is_enough() -> list[Change]:
    """A mail that is not to be seen at once counts as never sent."""

    def absent(self: Any, tenant_id: str, effect: Any, executor: Any) -> None:
        self._perform(tenant_id, effect, executor)

    return [(EffectWorker, "_absent", absent)]


@bug
def effects_leave_before_their_time() -> list[Change]:
    """The undo time is stored and not kept."""
    from workstation.hub.storage import effect_rows

    before = effect_rows._params

    def params(tenant_id: str, effect: Any, next_at: Any) -> Any:
        return before(tenant_id, effect, effect.created_at if effect.state == "pending" else next_at)

    return [(effect_rows, "_params", params)]


@bug
def effects_leave_after_a_cancel() -> list[Change]:
    """The worker does not look whether the effect is still the one it claimed."""
    before = EffectWorker._send

    def send(self: Any, tenant_id: str, effect: Any, executor: Any) -> Any:
        sent = before(self, tenant_id, effect, executor)
        return sent or msgspec.structs.replace(effect, state="sent", attempt=effect.attempt + 1)

    return [(EffectWorker, "_send", send)]


@bug
def mail_leaves_before_the_booking() -> list[Change]:
    """An answer that states a booking does not wait for it."""
    before = SqlTx.add_effect

    def add_effect(self: Any, effect: Any) -> None:
        if effect.kind == "mail":
            effect = msgspec.structs.replace(effect, after_effect_id="")
        before(self, effect)

    return [(SqlTx, "add_effect", add_effect)]


@bug
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


@bug
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


@bug
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


@bug
def tombstones_are_dropped() -> list[Change]:
    """What has gone from a scope is not told."""
    before = feed_reader._page

    def page(found: Any, *more: Any) -> Any:
        kept = before(found, *more)
        return msgspec.structs.replace(kept, rows=tuple(row for row in kept.rows if not row.gone))

    return [(feed_reader, "_page", page)]


@bug
def pages_skip_their_last_row() -> list[Change]:
    """The cursor of a full page is one too far."""
    before = feed_reader._page

    def page(found: Any, *more: Any) -> Any:
        kept = before(found, *more)
        rows = kept.rows[:-1] if kept.more and len(kept.rows) > 1 else kept.rows
        return msgspec.structs.replace(kept, rows=rows)

    return [(feed_reader, "_page", page)]


@bug
def firms_are_not_kept_apart() -> list[Change]:
    """The feed is read without asking whose it is."""
    before = feed_reader.pull_sql

    def pull_sql(scopes: int) -> str:
        return before(scopes).replace("WHERE tenant_id = :tenant_id AND scope_id", "WHERE scope_id")

    return [(feed_reader, "pull_sql", pull_sql)]


# ------------------------------------------------------------------ mail in


@bug
def a_mail_that_came_twice_is_two_messages() -> list[Change]:
    """Nobody looks whether the mail is known."""
    return [
        (SqlIntakeLedger, "same_mail", lambda self, *more: None),
        (intake._Taking, "_known_message", lambda self: None),
    ]


# ------------------------------------------------------------------ time


@bug
def the_clock_is_not_watched() -> list[Change]:
    """Nobody notices that the hub's clock was set."""
    from workstation.hub.services.clock_watch import ClockWatch

    return [(ClockWatch, "was_set", lambda self: False)]
