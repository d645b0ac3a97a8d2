"""People, teams and what a tenant has settled: roles, undo time, addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

Role = Literal["agent", "lead", "counter", "owner"]
ROLES: tuple[Role, ...] = ("agent", "lead", "counter", "owner")


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``person``: somebody who works here; never a password."""

    person_id: str
    name: str
    login: str
    role: Role
    team_id: str
    rev: int = 0
    language: Literal["de", "en"] = "de"
    is_active: bool = True
    created_at: datetime | None = None

    @property
    def initials(self) -> str:
        """Two letters for the round picture."""
        parts = [part for part in self.name.replace("-", " ").split() if part]
        if not parts:
            return "?"
        return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper()


class Team(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``team``: its scope is ``team:<team_id>``."""

    team_id: str
    name: str
    rev: int = 0
    calendar_id: str = ""
    sla_policy_id: str = ""


class Tenant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``tenant``: the firm and what it has settled."""

    tenant_id: str
    name: str
    rev: int = 0
    currency: str = "EUR"
    time_zone: str = "Europe/Berlin"
    undo_s: int = 8
    proof_threshold: int = 10000
    """Minor units; below it no proof may be asked for."""
    return_days: int = 14
    mail_domain: str = ""
    sender_address: str = ""
    is_trial: bool = False
