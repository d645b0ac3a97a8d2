"""The effect table: what has to happen outside, claimed by one worker at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec

from workstation.casework.wire.codec import encode
from workstation.hub.ports_backend import EffectClass
from workstation.hub.ports_values import BEFORE_RESTORE, ClaimedEffect, Effect, EffectState
from workstation.hub.storage.finding import Finding
from workstation.hub.storage.sql import (
    Session,
    maybe_micros,
    maybe_moment,
    micros,
    moment,
    numbered,
    placeholders,
)
from workstation.system.crashpoint import crashpoint

COLUMNS = (
    "tenant_id, effect_id, command_id, decision_id, message_id, case_id, step, kind, target, effect_class,"
    " after_effect_id, payload, state, attempt, look_ups, not_before, created_at, first_sent_at, sent_at,"
    " claimed_by, ext_ref, result, failure_code, failure_params, resent"
)
_NAMES = tuple(name.strip() for name in COLUMNS.split(","))
_INSERT = f"""
INSERT INTO effect ({COLUMNS}, next_at) VALUES ({", ".join(f":{name}" for name in _NAMES)}, :next_at)
"""
_CHANGE = """
UPDATE effect SET state = :state, attempt = :attempt, look_ups = :look_ups, not_before = :not_before,
  next_at = :next_at, first_sent_at = :first_sent_at, sent_at = :sent_at, claimed_by = :claimed_by,
  ext_ref = :ext_ref, result = :result, failure_code = :failure_code, failure_params = :failure_params,
  payload = :payload, after_effect_id = :after_effect_id, resent = :resent
WHERE tenant_id = :tenant_id AND effect_id = :effect_id
  AND state = :expected_state AND attempt = :expected_attempt
"""
CLAIM_FOR = timedelta(seconds=120)
"""A worker that has said nothing for so long after claiming has ended; others may take over."""
_SETTLES_WITHIN = timedelta(seconds=5)
"""What a server had received when the connection broke is to be seen after so long, as a rule."""


def effect_of(row: Any) -> Effect:
    """Return the effect of a row."""
    values = dict(zip(_NAMES, row, strict=True))
    return Effect(
        tenant_id=values["tenant_id"],
        effect_id=values["effect_id"],
        command_id=values["command_id"],
        decision_id=values["decision_id"],
        message_id=values["message_id"],
        case_id=values["case_id"],
        step=values["step"],
        kind=values["kind"],
        target=values["target"],
        effect_class=cast(EffectClass, values["effect_class"]),
        after_effect_id=values["after_effect_id"],
        payload=values["payload"].encode(),
        state=cast(EffectState, values["state"]),
        attempt=values["attempt"],
        look_ups=values["look_ups"],
        not_before=moment(values["not_before"]),
        created_at=moment(values["created_at"]),
        first_sent_at=maybe_moment(values["first_sent_at"]),
        sent_at=maybe_moment(values["sent_at"]),
        claimed_by=values["claimed_by"],
        ext_ref=values["ext_ref"],
        result=msgspec.json.decode(values["result"], type=dict[str, str]),
        failure_code=values["failure_code"],
        failure_params=msgspec.json.decode(values["failure_params"], type=dict[str, str]),
        resent=values["resent"],
    )


def _params(tenant_id: str, effect: Effect, next_at: datetime) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "effect_id": effect.effect_id,
        "command_id": effect.command_id,
        "decision_id": effect.decision_id,
        "message_id": effect.message_id,
        "case_id": effect.case_id,
        "step": effect.step,
        "kind": effect.kind,
        "target": effect.target,
        "effect_class": effect.effect_class,
        "after_effect_id": effect.after_effect_id,
        "payload": effect.payload.decode(),
        "state": effect.state,
        "attempt": effect.attempt,
        "look_ups": effect.look_ups,
        "not_before": micros(effect.not_before),
        "created_at": micros(effect.created_at),
        "first_sent_at": maybe_micros(effect.first_sent_at),
        "sent_at": maybe_micros(effect.sent_at),
        "claimed_by": effect.claimed_by,
        "ext_ref": effect.ext_ref,
        "result": encode(effect.result).decode(),
        "failure_code": effect.failure_code,
        "failure_params": encode(effect.failure_params).decode(),
        "resent": effect.resent,
        "next_at": micros(next_at),
    }


class EffectRows(Finding):
    """Mixed into the transaction."""

    def __init__(self) -> None:
        super().__init__()
        self._new_effects: list[dict[str, Any]] = []

    def add_effect(self, effect: Effect) -> None:
        """Store a new effect with this transaction."""
        self._check_may_write()
        self._new_effects.append(_params(self.tenant_id, effect, effect.not_before))

    def write_effects(self) -> None:
        """Write the new effects."""
        self.session.later(_INSERT, self._new_effects)
        self._new_effects = []

    def _effects(self, where: str, **params: Any) -> tuple[Effect, ...]:
        self.write_effects()
        rows = self.session.rows(
            f"SELECT {COLUMNS} FROM effect WHERE tenant_id = :tenant_id AND {where}",
            tenant_id=self.tenant_id,
            **params,
        )
        return tuple(effect_of(row) for row in rows)

    def effect(self, effect_id: str) -> Effect | None:
        """Return an effect; on PostgreSQL locked until the end, so that two workers cannot both settle it."""
        lock = "" if self.is_read_only else self.session.for_update
        return next(iter(self._effects(f"effect_id = :effect_id{lock}", effect_id=effect_id)), None)

    def effects_of_command(self, command_id: str) -> tuple[Effect, ...]:
        """Return the effects of one command in the order of its steps."""
        lock = "" if self.is_read_only else self.session.for_update
        return self._effects(
            f"command_id = :command_id ORDER BY step, effect_id{lock}", command_id=command_id
        )

    def followers_of(self, effect_id: str) -> tuple[Effect, ...]:
        """Return the effects that wait for this one."""
        lock = "" if self.is_read_only else self.session.for_update
        return self._effects(f"after_effect_id = :effect_id ORDER BY effect_id{lock}", effect_id=effect_id)

    def is_reference_taken(self, effect: Effect, ext_ref: str) -> bool:
        """Whether another effect of the kind was confirmed at the same target under that reference."""
        found = self.session.value(
            "SELECT effect_id FROM effect WHERE tenant_id = :tenant_id AND target = :target AND kind = :kind"
            " AND state = 'confirmed' AND ext_ref = :ext_ref AND effect_id <> :effect_id LIMIT 1",
            tenant_id=self.tenant_id,
            target=effect.target,
            kind=effect.kind,
            ext_ref=ext_ref,
            effect_id=effect.effect_id,
        )
        return found is not None

    def change_effect(
        self,
        effect: Effect,
        *,
        expected_state: str,
        expected_attempt: int,
        next_at: datetime | None = None,
    ) -> bool:
        """Store the effect if it still has the expected state and attempt; say whether it had."""
        self._check_may_write()
        self.write_effects()
        changed = self.session.do(
            _CHANGE,
            **_params(self.tenant_id, effect, next_at or effect.not_before),
            expected_state=expected_state,
            expected_attempt=expected_attempt,
        )
        return changed == 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a worker looks for: kinds it can carry out, targets it leaves alone, one tenant or all (empty)."""

    kinds: frozenset[str]
    avoid: frozenset[str] = frozenset()
    tenant_id: str = ""


def _due(wanted: Wanted, now: datetime) -> tuple[str, dict[str, Any]]:
    """Return the FROM part that finds effects to deal with now, and its parameters."""
    names, targets = sorted(wanted.kinds), sorted(wanted.avoid)
    owner = "AND e.tenant_id = :owner" if wanted.tenant_id else ""
    avoided = f"AND e.target NOT IN ({placeholders('target', len(targets))})" if targets else ""
    sql = f"""
FROM effect e
WHERE e.state IN ('pending', 'claimed', 'sent', 'unknown') AND e.next_at <= :now
  AND e.kind IN ({placeholders("kind", len(names))}) {owner} {avoided}
  AND (e.after_effect_id = '' OR e.state <> 'pending' OR EXISTS (
    SELECT 1 FROM effect b WHERE b.tenant_id = e.tenant_id AND b.effect_id = e.after_effect_id
      AND b.state = 'confirmed'))
"""
    params = {"now": micros(now), **numbered("kind", names), **numbered("target", targets)}
    return sql, params | ({"owner": wanted.tenant_id} if owner else {})


def next_due(session: Session, wanted: Wanted, now: datetime) -> bool:
    """Say whether there is anything to claim; a cheap look that locks nothing."""
    if not wanted.kinds:
        return False
    sql, params = _due(wanted, now)
    return session.value(f"SELECT 1 {sql} LIMIT 1", **params) is not None


def look_first(session: Session, now: datetime) -> None:
    """Let nothing that is still to be done leave before somebody looked whether it has: after a restore.

    It may have left until a moment before ``now``, by a hub that the copy knows nothing of. So the time it
    needs to be seen begins now, and looks from before count for nothing.
    """
    session.do(
        "UPDATE effect SET state = 'pending', claimed_by = :mark WHERE state IN ('pending', 'claimed')",
        mark=BEFORE_RESTORE,
    )
    session.do(
        "UPDATE effect SET sent_at = :now, look_ups = 0 WHERE state IN ('pending', 'sent', 'unknown')",
        now=micros(now),
    )


def take_over(session: Session, workers: str, now: datetime) -> None:
    """Go on with what dead workers had begun: free what they claimed, look up soon what they sent.

    ``workers`` is the prefix of their names ("" = all). What was sent need not wait until its call would have
    timed out: the connection died with the process. Whether it happened is still looked up, never assumed,
    and as it may have happened until the process died, the time it needs to be seen begins now.
    """
    session.do(
        "UPDATE effect SET state = 'pending', claimed_by = '', next_at = :now"
        " WHERE state = 'claimed' AND claimed_by <> :mark AND claimed_by LIKE :workers",
        now=micros(now),
        mark=BEFORE_RESTORE,
        workers=f"{workers}%",
    )
    session.do(
        "UPDATE effect SET sent_at = :now WHERE state = 'sent' AND claimed_by LIKE :workers",
        now=micros(now),
        workers=f"{workers}%",
    )
    session.do(
        "UPDATE effect SET next_at = :soon"
        " WHERE state IN ('sent', 'unknown') AND next_at > :soon AND claimed_by LIKE :workers",
        soon=micros(now + _SETTLES_WITHIN),
        workers=f"{workers}%",
    )


def claim(session: Session, wanted: Wanted, worker: str, now: datetime) -> ClaimedEffect | None:
    """Claim the next effect that is due; committed by the caller.

    One that was ``sent`` long ago by a worker that ended is claimed for a look-up: it becomes ``unknown``.
    """
    if not wanted.kinds:
        return None
    sql, params = _due(wanted, now)
    skip = " FOR UPDATE OF e SKIP LOCKED" if session.is_postgresql else ""
    columns = ", ".join(f"e.{name}" for name in _NAMES)
    row = session.row(f"SELECT {columns} {sql} ORDER BY e.next_at LIMIT 1{skip}", **params)
    if row is None:
        return None
    effect = effect_of(row)
    was_sent = effect.state in ("sent", "unknown") or effect.claimed_by == BEFORE_RESTORE
    state: EffectState = "unknown" if was_sent else "claimed"
    session.do(
        "UPDATE effect SET state = :state, claimed_by = :worker, next_at = :until"
        " WHERE tenant_id = :tenant_id AND effect_id = :effect_id",
        state=state,
        worker=worker,
        until=micros(now + CLAIM_FOR),
        tenant_id=effect.tenant_id,
        effect_id=effect.effect_id,
    )
    crashpoint("effect.claim.before_commit")
    claimed = msgspec.structs.replace(effect, state=state, claimed_by=worker)
    return ClaimedEffect(effect.tenant_id, claimed, was_sent)
