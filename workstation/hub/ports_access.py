"""Who may come in: devices, sign-ins, sessions and attempts, as the services see their store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Literal, Protocol, TypeVar

import msgspec

from workstation.casework.people import Person, Team, Tenant

T = TypeVar("T")

DeviceState = Literal["waiting", "approved", "revoked"]


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """A PC that asks to be let in; ``public_key`` is base64 (Ed25519), an owner approves its ``code``."""

    device_id: str
    name: str
    public_key: str
    state: DeviceState
    code: str
    enrolled_at: datetime
    approved_at: datetime | None = None
    approved_by: str = ""
    revoked_at: datetime | None = None
    last_seen_at: datetime | None = None


class SessionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A person at a device, from signing in until ``ended_at``."""

    session_id: str
    device_id: str
    person_id: str
    created_at: datetime
    ended_at: datetime | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides whether a token still counts, read in one go."""

    session: SessionRow
    device: Device
    person: Person
    team_ids: tuple[str, ...]
    """All teams of the tenant."""


class Attempts(msgspec.Struct, frozen=True, kw_only=True):
    """Failed sign-ins of one subject (``login:<hash>`` or ``device:<id>``) since the last good one."""

    subject: str
    failures: int
    blocked_until: datetime | None = None


class HubIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's own key (32 private bytes) and the generation of its data."""

    private_key: bytes
    generation: str
    schema: int


class AccessTx(Protocol):
    """One transaction of one tenant; the work given to it may be run again."""

    @property
    def now(self) -> datetime:
        """The moment of this transaction, aware UTC."""
        ...

    def identity(self) -> HubIdentity:
        """Return the hub's identity, made on first use."""
        ...

    def tenant(self) -> Tenant:
        """Return the firm."""
        ...

    def put_tenant(self, tenant: Tenant) -> None:
        """Write the firm (feed entity)."""
        ...

    def teams(self) -> tuple[Team, ...]:
        """Return all teams by name."""
        ...

    def put_team(self, team: Team) -> None:
        """Write a team (feed entity)."""
        ...

    def people(self) -> tuple[Person, ...]:
        """Return everybody by name, also those who have left."""
        ...

    def person(self, person_id: str) -> Person | None:
        """Return one person."""
        ...

    def person_by_login(self, login: str) -> Person | None:
        """Return the person with this login (compared folded)."""
        ...

    def put_person(self, person: Person) -> None:
        """Write a person (feed entity)."""
        ...

    def password_hash(self, person_id: str) -> str | None:
        """Return the argon2id hash."""
        ...

    def set_password_hash(self, person_id: str, password_hash: str) -> None:
        """Keep the argon2id hash."""
        ...

    def device(self, device_id: str) -> Device | None:
        """Return one device."""
        ...

    def devices(self) -> tuple[Device, ...]:
        """Return all devices, newest first."""
        ...

    def put_device(self, device: Device) -> None:
        """Write a device."""
        ...

    def standing(self, session_id: str) -> Standing | None:
        """Return session, device, person and teams."""
        ...

    def add_session(self, row: SessionRow) -> None:
        """Begin a session."""
        ...

    def end_sessions(self, *, person_id: str = "", device_id: str = "", session_id: str = "") -> int:
        """End all open sessions of a person, a device, or one; returns how many."""
        ...

    def add_challenge(self, digest: str, device_id: str, expires_at: datetime) -> int:
        """Keep a challenge by its hash; returns how many are open for the device, old ones thrown away."""
        ...

    def take_challenge(self, digest: str, device_id: str) -> bool:
        """Use a challenge up; False when there is none such or it has expired."""
        ...

    def attempts(self, subject: str) -> Attempts:
        """Return the failed attempts of a subject."""
        ...

    def set_attempts(self, attempts: Attempts) -> None:
        """Keep them; zero failures forget the subject."""
        ...

    def audit(self, event: str, *, actor: str, subject: str) -> None:
        """Write an audit row; ids and codes only."""
        ...


class AccessStore(Protocol):
    """Transactions of the tenant this hub serves."""

    def run(self, work: Callable[[AccessTx], T]) -> T:
        """Run and commit ``work``; again after a conflict."""
        ...

    def read(self, work: Callable[[AccessTx], T]) -> T:
        """Run ``work`` on one state; nothing can be written."""
        ...


class PasswordHasher(Protocol):
    """argon2id behind a port."""

    def hash(self, password: str) -> str:
        """Return a hash with its own salt and settings."""
        ...

    def is_right(self, password_hash: str, password: str) -> bool:
        """Compare; takes the same time whether it fits or not."""
        ...

    def is_outdated(self, password_hash: str) -> bool:
        """Tell whether the settings have been raised since."""
        ...
