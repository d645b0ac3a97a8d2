"""The hub's database: units of work that run again when they must, the feed, effects, the audit chain."""

from __future__ import annotations

import logging
import random
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from workstation.casework.clock import Clock
from workstation.casework.wire.digest import Sums
from workstation.casework.wire.sync import FeedRow
from workstation.hub.ports import Tx
from workstation.hub.ports_values import AuditFinding, ClaimedEffect, FeedPage, NotStorable
from workstation.hub.storage import audit_rows, effect_rows, feed_reader, invariants, tidying, working_set
from workstation.hub.storage.blob_rows import SqlBlobs
from workstation.hub.storage.engines import Engines
from workstation.hub.storage.finding import ReferenceMemory
from workstation.hub.storage.sql import LostUpdate, Session, micros, moment
from workstation.hub.storage.transaction import SqlTx

T = TypeVar("T")
_log = logging.getLogger(__name__)

_TRIES = 12
_SAME_KEY_TRIES = 3
_AGAIN = frozenset({"40001", "40P01", "55P03"})
"""PostgreSQL: serialisation failure, deadlock, lock not available."""


class SqlDatabase:
    """Implements :class:`workstation.hub.ports.Database` on PostgreSQL and SQLite."""

    def __init__(self, engines: Engines, clock: Clock) -> None:
        self._engines = engines
        self._clock = clock
        self._reference_memory: ReferenceMemory = {}
        self._blobs = SqlBlobs(self)
        self._generation = self.outside(self._read_generation)
        restored_at = self.fact("restored_at")
        self._restored_at = moment(int(restored_at)) if restored_at else None

    @property
    def blobs(self) -> SqlBlobs:
        """Attachments and other bytes."""
        return self._blobs

    @property
    def generation(self) -> str:
        """Changes when the data was restored from a copy."""
        return self._generation

    def now(self) -> datetime:
        """Return the present moment of the clock given."""
        return self._clock.now()

    def tenants(self) -> tuple[str, ...]:
        """Return the ids of all tenants, oldest first."""
        rows = self.outside(lambda session: session.rows("SELECT tenant_id FROM tenant ORDER BY created_at"))
        return tuple(str(row[0]) for row in rows)

    def create_tenant(self, tenant_id: str) -> None:
        """Make room for a tenant; a known one stays as it is."""
        now = micros(self._clock.now())
        self.outside(
            lambda session: session.do(
                "INSERT INTO tenant (tenant_id, created_at) VALUES (:tenant_id, :at) ON CONFLICT DO NOTHING",
                tenant_id=tenant_id,
                at=now,
            )
        )

    def run(self, tenant_id: str, work: Callable[[Tx], T]) -> T:
        """Do ``work`` in one transaction, again when the database asks for it."""
        return self.run_sql(tenant_id, work)

    def run_sql(self, tenant_id: str, work: Callable[[SqlTx], T]) -> T:
        """As :meth:`run`, for adapters in this folder that write rows of their own."""

        def once() -> tuple[T, SqlTx]:
            with self._engines.write.connect() as connection, connection.begin():
                tx = self._tx(connection, tenant_id, is_read_only=False)
                result = work(tx)
                tx.finish()
                tx.session.flush()
            return result, tx

        result, tx = self._again(once)
        tx.committed()
        return result

    def read(self, tenant_id: str, work: Callable[[Tx], T]) -> T:
        """Do ``work`` on one unchanging state; writing in it is an error."""
        return self.read_sql(tenant_id, work)

    def read_sql(self, tenant_id: str, work: Callable[[SqlTx], T]) -> T:
        """As :meth:`read`, for adapters in this folder."""
        with self._reading() as connection, connection.begin():
            return work(self._tx(connection, tenant_id, is_read_only=True))

    def outside(self, work: Callable[[Session], T]) -> T:
        """Do ``work`` in a transaction that touches no tenant's feed."""

        def once() -> T:
            with self._engines.write.connect() as connection, connection.begin():
                session = self._session(connection)
                result = work(session)
                session.flush()
                return result

        return self._again(once)

    def look(self, work: Callable[[Session], T]) -> T:
        """Do reading ``work`` on one state."""
        with self._reading() as connection, connection.begin():
            return work(self._session(connection))

    def _reading(self) -> Connection:
        connection = self._engines.read.connect()
        if self._engines.is_postgresql:
            connection = connection.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        return connection

    def _single(self) -> Connection:
        """Return a connection for one statement: it sees one state by itself, without a transaction."""
        connection = self._engines.read.connect()
        if self._engines.is_postgresql:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        return connection

    def _session(self, connection: Connection) -> Session:
        return Session(connection, is_postgresql=self._engines.is_postgresql)

    def _tx(self, connection: Connection, tenant_id: str, *, is_read_only: bool) -> SqlTx:
        return SqlTx(
            self._session(connection),
            tenant_id,
            self._clock.now(),
            self._reference_memory,
            is_read_only=is_read_only,
            restored_at=self._restored_at,
        )

    def _again(self, once: Callable[[], T]) -> T:
        same_key = 0
        for attempt in range(1, _TRIES + 1):
            try:
                return once()
            except LostUpdate:
                if attempt == _TRIES:
                    raise
            except IntegrityError as error:
                # Somebody stored the same key in between: the second run finds what they stored.
                same_key += 1
                if not _is_same_key(error):
                    raise
                if same_key == _SAME_KEY_TRIES:
                    raise NotStorable("the key is taken") from error
            except DataError as error:
                raise NotStorable("the value does not fit") from error
            except DBAPIError as error:
                if attempt == _TRIES or not _is_worth_another_try(error):
                    raise
            time.sleep(random.uniform(0, 0.002 * 2 ** min(attempt, 7)))
        raise AssertionError("unreachable")

    def pull(
        self,
        tenant_id: str,
        scopes: Sequence[str],
        cursors: Mapping[str, int],
        limit: int,
        max_bytes: int,
    ) -> FeedPage:
        """Return what changed after ``cursors``, read in one statement."""
        with self._single() as connection:
            session = self._session(connection)
            return feed_reader.pull(session, tenant_id, scopes, cursors, limit, max_bytes)

    def heads(self) -> dict[tuple[str, str], int]:
        """Return the head of every scope: (tenant id, scope) -> seq."""
        with self._single() as connection:
            return feed_reader.heads(self._session(connection))

    def digest(self, tenant_id: str, scope: str, seq: int) -> Sums | None:
        """Return what a scope adds up to if ``seq`` is its head, else None."""
        return self.look(lambda session: feed_reader.digest(session, tenant_id, scope, seq))

    def bucket(self, tenant_id: str, scope: str, seq: int, number: int) -> tuple[FeedRow, ...] | None:
        """Return all entities of one bucket of the digest if ``seq`` is the head, else None."""
        return self.look(lambda session: feed_reader.bucket(session, tenant_id, scope, seq, number))

    def of_kinds(
        self, tenant_id: str, scope: str, kinds: Sequence[str], after: tuple[str, str], limit: int
    ) -> tuple[FeedRow, ...]:
        """Return entities of ``kinds`` in a scope after ``after`` (kind, id), in that order."""
        return self.look(lambda session: feed_reader.of_kinds(session, tenant_id, scope, kinds, after, limit))

    def claim_effect(
        self,
        kinds: frozenset[str],
        worker: str,
        now: datetime,
        avoid: frozenset[str] = frozenset(),
        tenant_id: str = "",
    ) -> ClaimedEffect | None:
        """Claim the next effect that is due; committed when this returns."""
        wanted = effect_rows.Wanted(kinds, avoid, tenant_id)
        if not self.look(lambda session: effect_rows.next_due(session, wanted, now)):
            return None
        return self.outside(lambda session: effect_rows.claim(session, wanted, worker, now))

    def take_over_claims(self, now: datetime, workers: str = "") -> None:
        """Go on with what dead workers had begun; ``workers`` is the prefix of their names, "" = all."""
        self.outside(lambda session: effect_rows.take_over(session, workers, now))

    def seal_audit(self, now: datetime) -> int:
        """Chain committed audit rows of all tenants; return how many were sealed."""
        waiting = self.look(audit_rows.unsealed_tenants)
        return sum(self.outside(_sealer(tenant_id)) for tenant_id in waiting)

    def verify_audit(self, tenant_id: str) -> AuditFinding:
        """Walk the chain of a tenant and say where it breaks, if it does."""
        return self.look(lambda session: audit_rows.verify(session, tenant_id))

    def tidy(self, now: datetime, *, was_set: bool = False) -> int:
        """Throw away old tombstones and challenges; returns how many tombstones; ``was_set``: the clock."""
        return self.outside(lambda session: tidying.tidy(session, now, was_set=was_set))

    def send_away(self, tenant_id: str, before: datetime, most: int) -> int:
        """Take about ``most`` documents of cases closed before ``before`` out of the feed."""
        return self.run_sql(tenant_id, lambda tx: working_set.send_away(tx, before, most))

    def check_invariants(self, tenant_id: str) -> dict[str, tuple[str, ...]]:
        """Return what does not hold in a tenant's data: rule -> ids; empty when all is well."""
        return self.look(invariants.checker(tenant_id))

    def bump_generation(self) -> str:
        """Say that the data was restored from a copy; returns the new generation."""
        now = self._clock.now()
        self.outside(lambda session: effect_rows.look_first(session, now))
        self.set_fact("restored_at", str(micros(now)))
        self._restored_at = now
        self._generation = secrets.token_hex(8)
        self.set_fact("generation", self._generation)
        return self._generation

    def fact(self, name: str) -> str | None:
        """Return one of the hub's own facts."""
        value = self.look(
            lambda session: session.value("SELECT value FROM hub_fact WHERE name = :name", name=name)
        )
        return None if value is None else str(value)

    def written_at(self) -> datetime | None:
        """Return what the hub's clock said when something was written down last; None for new data."""
        return self.look(audit_rows.last_written)

    def set_fact(self, name: str, value: str) -> None:
        """Keep one of the hub's own facts."""
        self.outside(
            lambda session: session.do(
                "INSERT INTO hub_fact (name, value) VALUES (:name, :value)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                name=name,
                value=value,
            )
        )

    def _read_generation(self, session: Session) -> str:
        session.do(
            "INSERT INTO hub_fact (name, value) VALUES ('generation', :value) ON CONFLICT DO NOTHING",
            value=secrets.token_hex(8),
        )
        return str(session.value("SELECT value FROM hub_fact WHERE name = 'generation'"))

    def close(self) -> None:
        """Close all connections."""
        self._engines.dispose()


def _sealer(tenant_id: str) -> Callable[[Session], int]:
    return lambda session: audit_rows.seal(session, tenant_id)


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", "") or "")


def _is_same_key(error: IntegrityError) -> bool:
    return _sqlstate(error) == "23505" or "UNIQUE constraint" in str(error.orig)


def _is_worth_another_try(error: DBAPIError) -> bool:
    text = str(error.orig).lower()
    is_busy = "database is locked" in text or "database is busy" in text
    # A server that was restarted cut its connections; whatever is run here may be run again.
    is_cut = _sqlstate(error).startswith("57P") or (
        "connection" in text and ("closed" in text or "lost" in text)
    )
    return _sqlstate(error) in _AGAIN or is_busy or is_cut
