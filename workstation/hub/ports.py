"""What the hub's services need: a transaction over one tenant's data, the feed, effects and executors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from workstation.casework.approval import Approval
from workstation.casework.budget import BudgetLevel
from workstation.casework.case import Case
from workstation.casework.customer import Customer, IdentityKind
from workstation.casework.decision import DecisionRecord
from workstation.casework.limit import BudgetNeed
from workstation.casework.message import Message
from workstation.casework.promise import Promise
from workstation.casework.wire.entities import E, Entity
from workstation.hub.ports_access import Device
from workstation.hub.ports_backend import EffectClass
from workstation.hub.ports_values import (
    AuditFinding,
    BlobInfo,
    BudgetRow,
    BudgetUse,
    CaseFile,
    ClaimedEffect,
    CommandRecord,
    Done,
    Effect,
    FeedPage,
    LedgerEntry,
    Reference,
    UploadState,
)

T = TypeVar("T")


class Documents(Protocol):
    """Entities of the feed as frozen values."""

    def get(self, kind: type[E], entity_id: str) -> E | None:
        """Return the entity as it is now, or None."""
        ...

    def get_many(self, kind: type[E], ids: Iterable[str]) -> dict[str, E]:
        """Return those of ``ids`` that exist, in one statement."""
        ...

    def put(self, entity: E, *, is_new: bool = False) -> E:
        """Store the entity with the next ``rev`` and return it so; its scopes and feed rows follow.

        ``is_new`` saves the look whether it exists; a wrong promise fails the transaction.
        """
        ...

    def remove(self, kind: type[Entity], entity_id: str) -> None:
        """Delete the entity; its scopes get a tombstone. Unknown ids are no error."""

    def all_of(self, kind: type[E]) -> tuple[E, ...]:
        """Return every entity of a kind with few of them (reference data), by id."""
        ...


class Finding(Protocol):
    """Questions about cases, customers and their records."""

    def reference(self) -> Reference:
        """Return people, teams, limits and the rest of the reference data; remembered while unchanged."""
        ...

    def case_file(self, case_id: str, *, lock: bool = False, with_customer: str = "") -> CaseFile:
        """Return all of a case; with ``lock`` nobody else changes it until this transaction ends.

        ``with_customer``: a customer whose file is going to be asked for, read on the same way.
        """
        ...

    def case_by_number(self, number: int) -> Case | None:
        """Return the case with that number."""
        ...

    def cases_of_customer(self, customer_id: str) -> tuple[Case, ...]:
        """Return all cases of a customer, newest first."""
        ...

    def open_cases(self, team_id: str = "") -> tuple[Case, ...]:
        """Return cases that are neither solved nor "no case"."""
        ...

    def messages_of(self, case_id: str) -> tuple[Message, ...]:
        """Return the messages of a case, oldest first."""
        ...

    def message_by_rfc_id(self, rfc_message_id: str) -> Message | None:
        """Return the message with that Message-ID (without angle brackets)."""
        ...

    def messages_by_rfc_ids(self, rfc_message_ids: Sequence[str]) -> tuple[Message, ...]:
        """Return the messages with those Message-IDs, in the order asked for."""
        ...

    def decisions_of(self, case_id: str) -> tuple[DecisionRecord, ...]:
        """Return the decisions of a case, oldest first."""
        ...

    def decisions_of_customer(self, customer_id: str) -> tuple[DecisionRecord, ...]:
        """Return the decisions about a customer, oldest first."""
        ...

    def promises_of(self, case_id: str) -> tuple[Promise, ...]:
        """Return the promises of a case, by due time."""
        ...

    def approvals_of(self, case_id: str) -> tuple[Approval, ...]:
        """Return the approvals of a case, oldest first."""
        ...

    def customer_by_identity(self, kind: IdentityKind, normalised: str) -> Customer | None:
        """Return the customer an identity is linked to now."""
        ...

    def records_of(self, customer_id: str, kind: type[E]) -> tuple[E, ...]:
        """Return a customer's records of one kind, by id."""
        ...

    def search(self, text: str, limit: int = 50) -> tuple[Case | Customer, ...]:
        """Return cases and customers that match a number, an address, a name or words of a subject."""
        ...

    def customer_file(self, customer_id: str) -> tuple[Entity, ...]:
        """Return the customer with all records and decisions, in one statement."""
        ...

    def cases_due(
        self, since: datetime, until: datetime, limit: int = 200, after: str = ""
    ) -> tuple[str, ...]:
        """Return ids beyond ``after`` of cases to look at, in order.

        Their snooze is over, their check-back is due, or an open promise fell due since.
        """
        ...

    def lock_case(self, case_id: str) -> None:
        """Let nobody else change a case until this transaction ends; always the first lock to take."""

    def lock_cases(self, case_ids: Sequence[str]) -> None:
        """As :meth:`lock_case` for several, always in the order of their ids."""

    def lock_names(self, names: Sequence[str]) -> None:
        """Let nobody else hold these names until this transaction ends: of what has no row to lock yet."""

    def next_number(self, name: str) -> int:
        """Return the next number of a gapless series such as ``case`` or ``credit_note``."""
        ...


class Effects(Protocol):
    """The table of what has to happen outside, written with the command that wants it."""

    def add_effect(self, effect: Effect) -> None:
        """Store a new effect."""
        ...

    def effect(self, effect_id: str) -> Effect | None:
        """Return an effect."""
        ...

    def effects_of_command(self, command_id: str) -> tuple[Effect, ...]:
        """Return the effects of one command in the order of its steps."""
        ...

    def followers_of(self, effect_id: str) -> tuple[Effect, ...]:
        """Return the effects that wait for this one."""
        ...

    def is_reference_taken(self, effect: Effect, ext_ref: str) -> bool:
        """Whether another effect of the kind was confirmed at the same target under that reference."""

    def change_effect(
        self,
        effect: Effect,
        *,
        expected_state: str,
        expected_attempt: int,
        next_at: datetime | None = None,
    ) -> bool:
        """Store the effect if it still has the expected state and attempt; say whether it had.

        ``next_at``: when a worker has to look at it again; by default its ``not_before``.
        """
        ...


class Budgets(Protocol):
    """Budget rows under lock, and the ledger."""

    def lock_budgets(self, needs: Sequence[BudgetNeed], now: datetime) -> tuple[BudgetRow, ...]:
        """Return the rows of ``needs`` in their order, made if missing, aged, and locked until the end."""
        ...

    def reserve(self, row: BudgetRow, use: BudgetUse) -> None:
        """Reserve an amount on a locked row.

        Raises:
            RuleViolation: ``budget.exhausted`` when the rest is too small.
        """
        ...

    def settle(self, decision_id: str, step: int, *, is_spent: bool, at: datetime) -> None:
        """Turn what a step reserved into spent, or give it back; a second call changes nothing."""
        ...

    def give_back(self, decision_id: str, step: int, level: BudgetLevel) -> None:
        """Make free again what a booked step took from rows of one level; a second call changes nothing."""
        ...

    def book(self, transaction_id: str, entries: Sequence[LedgerEntry], at: datetime) -> None:
        """Append a double-entry booking whose amounts sum to zero per currency."""
        ...


class CommandLog(Protocol):
    """Every command ever received, and its verdict."""

    def command(self, cmd_id: str) -> CommandRecord | None:
        """Return the record of a command."""
        ...

    def commands(self, cmd_ids: Iterable[str]) -> dict[str, CommandRecord]:
        """Return the records of those that are known."""
        ...

    def known_commands(
        self, cmd_ids: Iterable[str], device_id: str, outbox_epoch: str, device_seq: int
    ) -> tuple[CommandRecord, ...]:
        """Return those of ``cmd_ids`` that are known, and what a device sent under that number."""
        ...

    def log_command(self, record: CommandRecord) -> None:
        """Store a command with its verdict when this transaction ends; the feed's numbers are added then."""
        ...

    def quarantine(self, cmd_id: str, body: bytes) -> None:
        """Keep the body of a command that is not carried out, so that a person can look at it."""
        ...

    def last_contiguous(self, device_id: str, outbox_epoch: str, known: int = 0) -> int:
        """Return the last number of a device before the first gap, counted on from ``known``."""
        ...


class Tx(Documents, Finding, Effects, Budgets, CommandLog, Protocol):
    """One transaction over one tenant. The work given to :class:`Database` may run more than once."""

    @property
    def tenant_id(self) -> str:
        """Whose data this is."""
        ...

    @property
    def now(self) -> datetime:
        """The moment this transaction began, aware UTC."""
        ...

    @property
    def restored_at(self) -> datetime | None:
        """When the data was last restored from a copy, aware UTC."""
        ...

    def device(self, device_id: str) -> Device | None:
        """Return a device, whatever its state."""
        ...

    def has_signed_in(self, person_id: str, device_id: str) -> bool:
        """Say whether a person has ever opened a session on a device."""
        ...

    @property
    def heads(self) -> dict[str, int]:
        """Scope -> seq at which this transaction shows in the feed; filled when it has ended."""
        ...

    def audit(self, event: str, *, actor: str, subject: str, detail: Mapping[str, str] | None = None) -> None:
        """Append an audit row; ``detail`` holds ids, codes and hashes, never personal text."""
        ...

    def after_commit(self, work: Callable[[], None]) -> None:
        """Do ``work`` once the transaction is on the disk."""
        ...

    def savepoint(self, work: Callable[[], T]) -> T:
        """Do ``work``; when it raises, nothing of it stays and the error goes on."""
        ...


class Blobs(Protocol):
    """Bytes under their SHA-256; uploads go on where they stopped."""

    def info(self, tenant_id: str, sha256: str) -> BlobInfo | None:
        """Return size and date of a blob."""
        ...

    def received(self, tenant_id: str, sha256: str) -> int:
        """Return how many bytes are there, also of an unfinished upload; 0 for an unknown hash."""
        ...

    def read(self, tenant_id: str, sha256: str, start: int = 0, length: int | None = None) -> bytes | None:
        """Return (a part of) a blob's bytes."""
        ...

    def put(self, tenant_id: str, content: bytes) -> str:
        """Store bytes and return their SHA-256; storing them twice keeps one."""
        ...

    def upload(self, tenant_id: str, sha256: str, size: int, offset: int, chunk: bytes) -> UploadState:
        """Add a chunk at ``offset``; the answer says how much is there. A wrong hash throws all away."""
        ...

    def delete(self, tenant_id: str, sha256: str) -> None:
        """Delete a blob (erasure of a customer)."""
        ...


class Database(Protocol):
    """All tenants' data: units of work, the feed, the effect queue, the audit chain."""

    @property
    def blobs(self) -> Blobs:
        """Attachments and other bytes."""
        ...

    @property
    def generation(self) -> str:
        """Changes when the data was restored from a copy."""
        ...

    def tenants(self) -> tuple[str, ...]:
        """Return the ids of all tenants."""
        ...

    def create_tenant(self, tenant_id: str) -> None:
        """Make room for a tenant."""
        ...

    def run(self, tenant_id: str, work: Callable[[Tx], T]) -> T:
        """Do ``work`` in one transaction, again when the database asks for it; feed heads are bumped last."""
        ...

    def read(self, tenant_id: str, work: Callable[[Tx], T]) -> T:
        """Do ``work`` on one unchanging state; writing in it is an error."""
        ...

    def pull(
        self,
        tenant_id: str,
        scopes: Sequence[str],
        cursors: Mapping[str, int],
        limit: int,
        max_bytes: int,
    ) -> FeedPage:
        """Return what changed after ``cursors``, read in one statement; bodies are passed through unread."""
        ...

    def heads(self) -> dict[tuple[str, str], int]:
        """Return the head of every scope: (tenant id, scope) -> seq."""
        ...

    def claim_effect(
        self,
        kinds: frozenset[str],
        worker: str,
        now: datetime,
        avoid: frozenset[str] = frozenset(),
        tenant_id: str = "",
    ) -> ClaimedEffect | None:
        """Claim the next effect that is due, leaving out targets in ``avoid``; safe with many workers.

        ``tenant_id``: of that tenant only; empty means of all.
        """
        ...

    def seal_audit(self, now: datetime) -> int:
        """Chain committed audit rows; return how many were sealed."""
        ...

    def verify_audit(self, tenant_id: str) -> AuditFinding:
        """Walk the chain of a tenant and say where it breaks, if it does."""
        ...

    def tidy(self, now: datetime, *, was_set: bool = False) -> int:
        """Throw away old tombstones and challenges; returns how many tombstones; ``was_set``: the clock."""
        ...

    def check_invariants(self, tenant_id: str) -> dict[str, tuple[str, ...]]:
        """Return what does not hold in a tenant's data: rule -> ids; empty when all is well."""
        ...

    def fact(self, name: str) -> str | None:
        """Return one of the hub's own facts."""
        ...

    def written_at(self) -> datetime | None:
        """Return what the clock said when something was written down last; None for new data."""
        ...

    def set_fact(self, name: str, value: str) -> None:
        """Keep one of the hub's own facts."""
        ...

    def bump_generation(self) -> str:
        """Say that the data was restored: what is to be done is looked for first; returns a generation."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


class Executor(Protocol):
    """Carries out effects of some kinds on one outside system."""

    kinds: frozenset[str]
    effect_class: EffectClass
    visibility_lag_s: float
    timeout_s: float

    def perform(self, effect: Effect) -> Done:
        """Do it once.

        Raises:
            EffectRefused: it was not done and never will be. EffectUnknown: nobody knows.
            EffectRetry: nothing happened for sure; worth another try.
        """
        ...

    def look_up(self, effect: Effect) -> Done | None:
        """Return what was done under the effect's id, None when nothing is to be seen; EffectRetry: again."""
        ...


class Projector(Protocol):
    """Writes what became of an effect onto its case, in the transaction that changes the effect."""

    def changed(self, tx: Tx, effect: Effect) -> None:
        """Follow the effect's new state (``sent``, ``confirmed``, ``unknown``, ``failed`` ...)."""
        ...
