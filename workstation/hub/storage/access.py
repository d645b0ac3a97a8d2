"""Devices, sign-ins, sessions and attempts in SQL, with people and teams as entities of the feed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from workstation.casework.people import Person, Team, Tenant
from workstation.casework.wire.codec import SCHEMA
from workstation.hub.ports_access import (
    AccessTx,
    Attempts,
    Device,
    HubIdentity,
    SessionRow,
    Standing,
)
from workstation.hub.storage.access_rows import DEVICE_COLUMNS, device_of
from workstation.hub.storage.database import SqlDatabase
from workstation.hub.storage.sql import maybe_micros, maybe_moment, micros, moment
from workstation.hub.storage.transaction import SqlTx
from workstation.system import keys

T = TypeVar("T")

_PUT_DEVICE = f"""
INSERT INTO device (tenant_id, {DEVICE_COLUMNS})
VALUES (:tenant_id, :device_id, :name, :public_key, :state, :code, :enrolled_at, :approved_at, :approved_by,
        :revoked_at, :last_seen_at)
ON CONFLICT (tenant_id, device_id) DO UPDATE SET name = excluded.name, public_key = excluded.public_key,
  state = excluded.state, code = excluded.code, enrolled_at = excluded.enrolled_at,
  approved_at = excluded.approved_at, approved_by = excluded.approved_by, revoked_at = excluded.revoked_at,
  last_seen_at = excluded.last_seen_at
"""
_STANDING = f"""
SELECT s.session_id, s.device_id, s.person_id, s.created_at, s.ended_at,
       {", ".join(f"d.{name.strip()}" for name in DEVICE_COLUMNS.split(","))}
FROM session s JOIN device d ON d.tenant_id = s.tenant_id AND d.device_id = s.device_id
WHERE s.tenant_id = :tenant_id AND s.session_id = :session_id
"""
_PASSWORD = """
INSERT INTO password (tenant_id, person_id, hash) VALUES (:tenant_id, :person_id, :hash)
ON CONFLICT (tenant_id, person_id) DO UPDATE SET hash = excluded.hash
"""
_ATTEMPTS = """
INSERT INTO attempt (tenant_id, subject, failures, blocked_until)
VALUES (:tenant_id, :subject, :failures, :blocked_until)
ON CONFLICT (tenant_id, subject) DO UPDATE SET failures = excluded.failures,
  blocked_until = excluded.blocked_until
"""


class SqlAccessTx:
    """Implements :class:`workstation.hub.ports_access.AccessTx` over one transaction."""

    def __init__(self, tx: SqlTx) -> None:
        self._tx = tx
        self._session = tx.session

    @property
    def now(self) -> datetime:
        """The moment of this transaction, aware UTC."""
        return self._tx.now

    def _do(self, sql: str, **params: Any) -> int:
        return self._session.do(sql, tenant_id=self._tx.tenant_id, **params)

    def _row(self, sql: str, **params: Any) -> Any:
        return self._session.row(sql, tenant_id=self._tx.tenant_id, **params)

    def identity(self) -> HubIdentity:
        """Return the hub's identity, made on first use (which has to be in a transaction that writes)."""
        rows = self._session.rows("SELECT name, value FROM hub_fact WHERE name <> ''")
        known = {str(row[0]): str(row[1]) for row in rows}
        private = known.get("private_key")
        if private is None:
            private = keys.b64(keys.new_signing_key())
            self._session.do(
                "INSERT INTO hub_fact (name, value) VALUES ('private_key', :value) ON CONFLICT DO NOTHING",
                value=private,
            )
            private = str(self._session.value("SELECT value FROM hub_fact WHERE name = 'private_key'"))
        return HubIdentity(
            private_key=keys.unb64(private), generation=known.get("generation", ""), schema=SCHEMA
        )

    def tenant(self) -> Tenant:
        """Return the firm."""
        return self._tx.reference().tenant

    def put_tenant(self, tenant: Tenant) -> None:
        """Write the firm."""
        self._tx.put(tenant)

    def teams(self) -> tuple[Team, ...]:
        """Return all teams by name."""
        return tuple(sorted(self._tx.reference().teams.values(), key=lambda team: team.name.casefold()))

    def put_team(self, team: Team) -> None:
        """Write a team."""
        self._tx.put(team)

    def people(self) -> tuple[Person, ...]:
        """Return everybody by name, also those who have left."""
        return tuple(sorted(self._tx.reference().people.values(), key=lambda one: one.name.casefold()))

    def person(self, person_id: str) -> Person | None:
        """Return one person."""
        return self._tx.get(Person, person_id)

    def person_by_login(self, login: str) -> Person | None:
        """Return the person with this login (compared folded)."""
        self._tx.write_out()
        row = self._row(
            "SELECT person_id FROM login WHERE tenant_id = :tenant_id AND login = :login",
            login=login.casefold(),
        )
        return None if row is None else self._tx.get(Person, str(row[0]))

    def put_person(self, person: Person) -> None:
        """Write a person."""
        self._tx.put(person)

    def password_hash(self, person_id: str) -> str | None:
        """Return the argon2id hash."""
        row = self._row(
            "SELECT hash FROM password WHERE tenant_id = :tenant_id AND person_id = :person_id",
            person_id=person_id,
        )
        return None if row is None else str(row[0])

    def set_password_hash(self, person_id: str, password_hash: str) -> None:
        """Keep the argon2id hash."""
        self._do(_PASSWORD, person_id=person_id, hash=password_hash)

    def device(self, device_id: str) -> Device | None:
        """Return one device."""
        return self._tx.device(device_id)

    def devices(self) -> tuple[Device, ...]:
        """Return all devices, newest first."""
        rows = self._session.rows(
            f"SELECT {DEVICE_COLUMNS} FROM device WHERE tenant_id = :tenant_id"
            " ORDER BY enrolled_at DESC, device_id",
            tenant_id=self._tx.tenant_id,
        )
        return tuple(device_of(row) for row in rows)

    def put_device(self, device: Device) -> None:
        """Write a device."""
        self._do(
            _PUT_DEVICE,
            device_id=device.device_id,
            name=device.name,
            public_key=device.public_key,
            state=device.state,
            code=device.code,
            enrolled_at=micros(device.enrolled_at),
            approved_at=maybe_micros(device.approved_at),
            approved_by=device.approved_by,
            revoked_at=maybe_micros(device.revoked_at),
            last_seen_at=maybe_micros(device.last_seen_at),
        )

    def standing(self, session_id: str) -> Standing | None:
        """Return session, device, person and teams."""
        row = self._row(_STANDING, session_id=session_id)
        if row is None:
            return None
        reference = self._tx.reference()
        person = reference.people.get(str(row[2]))
        if person is None:
            return None
        return Standing(
            session=SessionRow(
                session_id=row[0],
                device_id=row[1],
                person_id=row[2],
                created_at=moment(row[3]),
                ended_at=maybe_moment(row[4]),
            ),
            device=device_of(row[5:]),
            person=person,
            team_ids=tuple(sorted(reference.teams)),
        )

    def add_session(self, row: SessionRow) -> None:
        """Begin a session."""
        self._do(
            "INSERT INTO session (tenant_id, session_id, device_id, person_id, created_at, ended_at)"
            " VALUES (:tenant_id, :session_id, :device_id, :person_id, :created_at, :ended_at)",
            session_id=row.session_id,
            device_id=row.device_id,
            person_id=row.person_id,
            created_at=micros(row.created_at),
            ended_at=maybe_micros(row.ended_at),
        )

    def end_sessions(self, *, person_id: str = "", device_id: str = "", session_id: str = "") -> int:
        """End all open sessions of a person, a device, or one; returns how many."""
        named = {"person_id": person_id, "device_id": device_id, "session_id": session_id}
        wanted = {name: value for name, value in named.items() if value}
        if not wanted:
            return 0
        where = " AND ".join(f"{name} = :{name}" for name in wanted)
        return self._do(
            f"UPDATE session SET ended_at = :at"
            f" WHERE tenant_id = :tenant_id AND ended_at IS NULL AND {where}",
            at=micros(self.now),
            **wanted,
        )

    def add_challenge(self, digest: str, device_id: str, expires_at: datetime) -> int:
        """Keep a challenge by its hash; returns how many are open for the device, old ones thrown away."""
        self._do(
            "DELETE FROM challenge WHERE tenant_id = :tenant_id AND expires_at <= :now", now=micros(self.now)
        )
        self._do(
            "INSERT INTO challenge (tenant_id, digest, device_id, expires_at)"
            " VALUES (:tenant_id, :digest, :device_id, :expires_at)",
            digest=digest,
            device_id=device_id,
            expires_at=micros(expires_at),
        )
        row = self._row(
            "SELECT count(*) FROM challenge WHERE tenant_id = :tenant_id AND device_id = :device_id",
            device_id=device_id,
        )
        return int(row[0])

    def take_challenge(self, digest: str, device_id: str) -> bool:
        """Use a challenge up; False when there is none such or it has expired."""
        taken = self._do(
            "DELETE FROM challenge WHERE tenant_id = :tenant_id AND digest = :digest"
            " AND device_id = :device_id AND expires_at > :now",
            digest=digest,
            device_id=device_id,
            now=micros(self.now),
        )
        return taken == 1

    def attempts(self, subject: str) -> Attempts:
        """Return the failed attempts of a subject."""
        row = self._row(
            "SELECT failures, blocked_until FROM attempt WHERE tenant_id = :tenant_id AND subject = :subject",
            subject=subject,
        )
        if row is None:
            return Attempts(subject=subject, failures=0)
        return Attempts(subject=subject, failures=int(row[0]), blocked_until=maybe_moment(row[1]))

    def set_attempts(self, attempts: Attempts) -> None:
        """Keep them; zero failures forget the subject."""
        if attempts.failures == 0:
            self._do(
                "DELETE FROM attempt WHERE tenant_id = :tenant_id AND subject = :subject",
                subject=attempts.subject,
            )
            return
        self._do(
            _ATTEMPTS,
            subject=attempts.subject,
            failures=attempts.failures,
            blocked_until=maybe_micros(attempts.blocked_until),
        )

    def audit(self, action: str, subject: str, actor: str = "") -> None:
        """Write an audit row; ids and codes only."""
        self._tx.audit(action, actor=actor, subject=subject)


class SqlAccess:
    """Implements :class:`workstation.hub.ports_access.AccessStore` for one tenant."""

    def __init__(self, database: SqlDatabase, tenant_id: str) -> None:
        self._database = database
        self._tenant_id = tenant_id

    def run(self, work: Callable[[AccessTx], T]) -> T:
        """Run and commit ``work``; again after a conflict."""
        return self._database.run_sql(self._tenant_id, lambda tx: work(SqlAccessTx(tx)))

    def read(self, work: Callable[[AccessTx], T]) -> T:
        """Run ``work`` on one state; nothing can be written."""
        return self._database.read_sql(self._tenant_id, lambda tx: work(SqlAccessTx(tx)))
