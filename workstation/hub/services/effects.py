"""The effect worker: claims what has to happen outside, does it once, and settles every doubt.

An effect is ``claimed`` (nothing has left), then ``sent`` (committed before the call), then ``confirmed``.
Whoever finds one ``sent`` for too long knows only that it may have happened: it is ``unknown`` until a look
at the outside system tells. What happens then depends on how far that system can be trusted:

* A remembers references: the same call again is answered with the first booking.
* B can be searched: found is confirmed; two absences beyond its visibility lag allow one more attempt.
* C can do neither: a person decides.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from workstation.casework.clock import Clock
from workstation.casework.doubts import IN_DOUBT
from workstation.hub.ports import Database, Executor, Projector, Tx
from workstation.hub.ports_values import (
    ClaimedEffect,
    Done,
    Effect,
    EffectHeld,
    EffectRefused,
    EffectRetry,
    EffectState,
    EffectUnknown,
)
from workstation.hub.services.circuit_breaker import CircuitBreaker
from workstation.hub.services.effect_outcomes import hold_followers
from workstation.system.crashpoint import crashpoint

_log = logging.getLogger(__name__)

MOST_ATTEMPTS = 40
"""After so many tries, none of which did anything, a person is asked; with the pauses that is about 3 h."""
_LONGEST_PAUSE_S = 300.0
_LOOKS_NEEDED = 2


class EffectWorker:
    """One worker; any number of them, in any number of processes, share the table.

    ``tenant_id``: whose effects these executors are for. Tenants may share a database, but never a way out.
    """

    def __init__(
        self,
        database: Database,
        executors: Sequence[Executor],
        projector: Projector,
        clock: Clock,
        name: str,
        tenant_id: str = "",
    ) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._executors = {kind: executor for executor in executors for kind in executor.kinds}
        self._projector = projector
        self._clock = clock
        self._name = name
        self._breaker = CircuitBreaker(clock)

    def run(
        self, should_stop: Callable[[], bool], wait: Callable[[float], object], pause_s: float = 0.1
    ) -> None:
        """Work until ``should_stop``; an effect that has begun is finished first."""
        while not should_stop():
            try:
                if self.step():
                    continue
                wait(pause_s)
            except Exception:
                # The database may be away for a while; a fault of ours shows in the log and is tried again.
                _log.exception("the effect worker met an error")
                wait(5.0)

    def step(self) -> bool:
        """Deal with one effect that is due; says whether there was one."""
        claimed = self._database.claim_effect(
            frozenset(self._executors),
            self._name,
            self._clock.now(),
            self._breaker.open_targets(),
            self._tenant_id,
        )
        if claimed is None:
            return False
        executor = self._executors[claimed.effect.kind]
        if claimed.was_sent:
            self._resolve(claimed, executor)
        else:
            crashpoint("effect.claimed")
            self._perform(claimed.tenant_id, claimed.effect, executor)
        return True

    def _perform(self, tenant_id: str, effect: Effect, executor: Executor) -> None:
        sent = self._send(tenant_id, effect, executor)
        if sent is None:
            return
        is_mail = effect.kind == "mail"
        crashpoint("mail.marked_sent" if is_mail else "effect.sent")
        try:
            done = executor.perform(sent)
        except EffectRefused as error:
            self._breaker.worked(sent.target)
            self._fail(tenant_id, sent, "failed", error.code, error.params)
        except EffectHeld as error:
            self._fail(tenant_id, sent, "held_back", error.code, error.params)
        except EffectRetry as error:
            if not error.is_own_wish:
                self._breaker.failed(sent.target)
            self._try_later(tenant_id, sent, error)
        except EffectUnknown as error:
            self._breaker.failed(sent.target)
            _log.warning("effect %s is in doubt: %s", sent.effect_id, error)
            self._doubt(tenant_id, sent, executor)
        except Exception:
            # Nobody knows how far it got.
            _log.exception("effect %s ended in an error", sent.effect_id)
            self._breaker.failed(sent.target)
            self._doubt(tenant_id, sent, executor)
        else:
            self._breaker.worked(sent.target)
            crashpoint("mail.accepted" if is_mail else "effect.called")
            self._confirm(tenant_id, sent, done)

    def _send(self, tenant_id: str, effect: Effect, executor: Executor) -> Effect | None:
        """Commit that the effect is about to leave; None when it was taken back in between."""
        now = self._clock.now()
        sent = msgspec.structs.replace(
            effect,
            state="sent",
            attempt=effect.attempt + 1,
            look_ups=0,
            first_sent_at=effect.first_sent_at or now,
            sent_at=now,
        )
        is_mine = self._change(tenant_id, effect, sent, _after(now, 2 * executor.timeout_s))
        return sent if is_mine else None

    def _change(self, tenant_id: str, before: Effect, after: Effect, next_at: datetime) -> bool:
        def work(tx: Tx) -> bool:
            # The case before the effect, as commands do it: two that wait for one another never move.
            tx.lock_case(after.case_id)
            changed = tx.change_effect(
                after, expected_state=before.state, expected_attempt=before.attempt, next_at=next_at
            )
            if changed:
                self._projector.changed(tx, after)
            return changed

        return self._database.run(tenant_id, work)

    def _confirm(self, tenant_id: str, effect: Effect, done: Done) -> None:
        crashpoint("effect.before_confirm")
        confirmed = msgspec.structs.replace(
            effect,
            state="confirmed",
            ext_ref=done.ext_ref,
            result=done.facts,
            failure_code="",
            failure_params={},
        )
        now = self._clock.now()
        # While the call took its time another worker may have begun to doubt it, or asked a person: the
        # answer is worth more, as long as nobody has said otherwise.
        for state in (effect.state, "unknown", "manual"):
            known = msgspec.structs.replace(effect, state=state)
            if self._change(tenant_id, known, confirmed, now):
                crashpoint("effect.confirmed")
                return
        _log.warning("the outcome of effect %s came after it had ended", effect.effect_id)

    def _fail(
        self, tenant_id: str, effect: Effect, state: EffectState, code: str, params: dict[str, str]
    ) -> None:
        ended = msgspec.structs.replace(effect, state=state, failure_code=code, failure_params=params)

        def work(tx: Tx) -> None:
            tx.lock_case(ended.case_id)
            if not tx.change_effect(ended, expected_state=effect.state, expected_attempt=effect.attempt):
                return
            self._projector.changed(tx, ended)
            tx.audit(
                f"effect.{state}",
                actor="",
                subject=ended.case_id,
                detail={"effect": ended.effect_id, "code": code},
            )
            hold_followers(tx, self._projector, ended)

        self._database.run(tenant_id, work)

    def _try_later(self, tenant_id: str, effect: Effect, error: EffectRetry) -> None:
        if effect.attempt >= MOST_ATTEMPTS:
            self._fail(tenant_id, effect, "failed", "effect.gave_up", {"why": str(error)[:200]})
            return
        pause = min(max(error.after_s, 0.0) * 2 ** min(effect.attempt - 1, 6), _LONGEST_PAUSE_S)
        waiting = msgspec.structs.replace(effect, state="pending")
        self._change(tenant_id, effect, waiting, _after(self._clock.now(), pause))

    def _doubt(self, tenant_id: str, effect: Effect, executor: Executor) -> None:
        crashpoint("effect.before_doubt")
        now = self._clock.now()
        # It may have left at the end of the call, not at its beginning: the time to be seen begins here.
        doubtful = msgspec.structs.replace(effect, state="unknown", sent_at=now)
        self._change(tenant_id, effect, doubtful, _after(now, 2 * executor.timeout_s))

    def _resolve(self, claimed: ClaimedEffect, executor: Executor) -> None:
        """Find out what became of an effect that may have happened."""
        tenant_id, effect = claimed.tenant_id, claimed.effect
        if "C" in (effect.effect_class, executor.effect_class):
            # Also when it could be searched once and cannot any more: then not finding it proves nothing.
            self._ask_a_person(tenant_id, effect)
            return
        try:
            done = executor.look_up(effect)
            crashpoint("effect.looked_up")
        except EffectRetry as error:
            self._breaker.failed(effect.target)
            self._look_again(tenant_id, effect, error.after_s)
            return
        except Exception:
            _log.exception("effect %s could not be looked up", effect.effect_id)
            self._breaker.failed(effect.target)
            self._look_again(tenant_id, effect, executor.timeout_s)
            return
        self._breaker.worked(effect.target)
        if done is not None:
            self._confirm(tenant_id, effect, done)
        elif effect.effect_class == "A":
            self._perform(tenant_id, effect, executor)
        else:
            self._absent(tenant_id, effect, executor)

    def _absent(self, tenant_id: str, effect: Effect, executor: Executor) -> None:
        """Nothing is to be seen of it: only a second absence beyond the visibility lag counts."""
        now = self._clock.now()
        looked = msgspec.structs.replace(effect, look_ups=effect.look_ups + 1)
        visible_at = (effect.sent_at or effect.created_at) + timedelta(seconds=executor.visibility_lag_s)
        if now < visible_at or looked.look_ups < _LOOKS_NEEDED:
            wait_until = max(visible_at, _after(now, min(executor.timeout_s, 30.0)))
            self._change(tenant_id, effect, looked, wait_until)
        elif effect.resent < 1:
            again = msgspec.structs.replace(effect, resent=effect.resent + 1)
            self._perform(tenant_id, again, executor)
        else:
            self._ask_a_person(tenant_id, effect)

    def _look_again(self, tenant_id: str, effect: Effect, after_s: float) -> None:
        self._change(tenant_id, effect, effect, _after(self._clock.now(), max(after_s, 1.0)))

    def _ask_a_person(self, tenant_id: str, effect: Effect) -> None:
        """Leave it to a person, with what is known: when it left, where to, how often it was searched."""
        evidence = {"effect_id": effect.effect_id, "target": effect.target, "looks": str(effect.look_ups)}
        if effect.first_sent_at is not None and effect.sent_at is not None:
            evidence["sent_at"] = effect.sent_at.isoformat()
        self._fail(tenant_id, effect, "manual", IN_DOUBT, evidence)


def _after(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)
