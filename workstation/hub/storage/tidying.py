"""Throws away what has served: old tombstones (the floor of their scope rises) and challenges nobody used."""

from __future__ import annotations

from datetime import datetime, timedelta

from workstation.hub.storage.sql import Session, micros

TOMBSTONES_KEPT_FOR = timedelta(days=180)
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


def tidy(session: Session, now: datetime) -> int:
    """Delete tombstones older than 180 days and expired challenges; returns how many tombstones went.

    A device that was away for longer finds its cursor below the floor and loads its scope anew.
    """
    before = micros(now - TOMBSTONES_KEPT_FOR)
    session.do(_FLOOR, before=before)
    gone = session.do(_TOMBSTONES, before=before)
    session.do("DELETE FROM challenge WHERE expires_at < :now", now=micros(now))
    return gone
