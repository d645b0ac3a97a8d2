"""Numbers of the house: one series a year and kind, without gaps, by the shop's own calendar."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from workstation.hub.ports import Tx


def local_day(tx: Tx) -> date:
    """Return today's date where the shop is."""
    return tx.now.astimezone(ZoneInfo(tx.reference().tenant.time_zone)).date()


def numbered(tx: Tx, letters: str, series: str) -> str:
    """Return the next number such as ``GS-2026-00017``; the series is locked until the transaction ends."""
    year = local_day(tx).year
    return f"{letters}-{year}-{tx.next_number(f'{series}_{year}'):05d}"
