"""Throws away what has served, and brings back what a clock that was ahead has put off to a far future."""

from __future__ import annotations

from datetime import datetime, timedelta

from workstation.hub.storage.sql import Session, micros

TOMBSTONES_KEPT_FOR = timedelta(days=180)
AHEAD = timedelta(minutes=2)
"""A time of the hub's own that is later than this from now was written by a clock that was ahead."""
LONGEST_PAUSE = timedelta(days=1)
"""No effect is put off for longer."""
_FLOOR = """
UPDATE scope SET floor_seq = (
  SELECT max(f.seq) FROM feed f WHERE f.tenant_id = scope.tenant_id AND f.scope_id = scope.scope_id
    AND f.gone = 1 AND f.at < :before)
WHERE EXISTS (
  SELECT 1 FROM feed f WHERE f.tenant_id = scope.tenant_id AND f.scope_id = scope.scope_id
    AND f.gone = 1 AND f.at < :before AND f.seq > scope.floor_seq)
"""
_TOMBSTONES = """
DELETE FROM feed WHERE gone = 1 AND at < :before AND seq <= (
  SELECT s.floor_seq FROM scope s WHERE s.tenant_id = feed.tenant_id AND s.scope_id = feed.scope_id)
"""


_NOT_YET = "state IN ('pending', 'claimed', 'sent', 'unknown')"
_MADE_AHEAD = f"""
UPDATE effect SET created_at = :now,
  not_before = CASE WHEN first_sent_at IS NULL THEN :now + (not_before - created_at) ELSE :now END,
  next_at = CASE WHEN first_sent_at IS NULL THEN :now + (not_before - created_at) ELSE :now END,
  first_sent_at = CASE WHEN first_sent_at IS NULL THEN NULL ELSE :now END,
  sent_at = CASE WHEN sent_at IS NULL THEN NULL ELSE :now END
WHERE {_NOT_YET} AND created_at > :ahead
"""
_PUT_OFF_AHEAD = f"""
UPDATE effect SET next_at = :now, sent_at = CASE WHEN sent_at > :ahead THEN :now ELSE sent_at END
WHERE {_NOT_YET} AND (next_at > :latest OR sent_at > :ahead)
"""
_SEEN_FROM_NOW = "UPDATE effect SET sent_at = :now, look_ups = 0 WHERE state IN ('sent', 'unknown')"


def bring_back(session: Session, now: datetime) -> int:
    """Let effects go on whose times come from a clock that was ahead; returns how many.

    What has still to wait waits as long from now on; what may have happened is looked up.
    """
    ahead, latest = micros(now + AHEAD), micros(now + LONGEST_PAUSE)
    made = session.do(_MADE_AHEAD, now=micros(now), ahead=ahead)
    return made + session.do(_PUT_OFF_AHEAD, now=micros(now), ahead=ahead, latest=latest)


def tidy(session: Session, now: datetime, *, was_set: bool = False) -> int:
    """Delete tombstones older than 180 days and expired challenges; returns how many tombstones went.

    ``was_set``: the hub's clock shows another time than a moment ago, so what is looked for has to have its
    full time to appear again.

    A device that was away for longer finds its cursor below the floor and loads its scope anew.
    """
    before = micros(now - TOMBSTONES_KEPT_FOR)
    session.do(_FLOOR, before=before)
    gone = session.do(_TOMBSTONES, before=before)
    session.do("DELETE FROM challenge WHERE expires_at < :now", now=micros(now))
    if was_set:
        session.do(_SEEN_FROM_NOW, now=micros(now))
    bring_back(session, now)
    return gone
