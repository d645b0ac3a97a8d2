"""Rows of devices as values."""

from __future__ import annotations

from typing import Any

from workstation.hub.ports_access import Device
from workstation.hub.storage.sql import maybe_moment, moment

DEVICE_COLUMNS = (
    "device_id, name, public_key, state, code, enrolled_at, approved_at, approved_by, revoked_at,"
    " last_seen_at"
)


def device_of(row: Any) -> Device:
    """Return the device of a row of :data:`DEVICE_COLUMNS`."""
    return Device(
        device_id=row[0],
        name=row[1],
        public_key=row[2],
        state=row[3],
        code=row[4],
        enrolled_at=moment(row[5]),
        approved_at=maybe_moment(row[6]),
        approved_by=row[7],
        revoked_at=maybe_moment(row[8]),
        last_seen_at=maybe_moment(row[9]),
    )
