"""The hub's tables, one set for PostgreSQL and SQLite; the tenant comes first in every key.

Times are microseconds since 1970 (UTC), truth values 0 or 1, amounts integer minor units. Text that says
something about a person is in ``document``, ``identity``, ``blob_chunk``, ``quarantine`` and the doors'
tables only; ledger, command log, effects' outcomes and audit hold ids, codes and hashes.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from workstation.hub.storage.columns import (
    maybe_number_column as _maybe_number,
)
from workstation.hub.storage.columns import (
    maybe_text_column as _maybe,
)
from workstation.hub.storage.columns import (
    number_column as _number,
)
from workstation.hub.storage.columns import (
    text_column as _text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _tenant() -> Column[str]:
    return _text("tenant_id")


hub_fact = Table("hub_fact", metadata, _text("name"), _text("value"), PrimaryKeyConstraint("name"))
"""The hub's own facts: generation of its data, its signing key."""

tenant = Table("tenant", metadata, _tenant(), _number("created_at"), PrimaryKeyConstraint("tenant_id"))

document = Table(
    "document",
    metadata,
    _tenant(),
    _text("entity"),
    _text("entity_id"),
    _number("rev"),
    _text("scopes"),
    _maybe("case_id"),
    _maybe("customer_id"),
    _text("body"),
    PrimaryKeyConstraint("tenant_id", "entity", "entity_id"),
)
"""Every entity of the feed as JSON; ``scopes`` (sorted, one space between) says who may read it."""
Index("ix_document_case", document.c.tenant_id, document.c.case_id)
Index("ix_document_customer", document.c.tenant_id, document.c.customer_id, document.c.entity)

case_row = Table(
    "case_row",
    metadata,
    _tenant(),
    _text("case_id"),
    _maybe_number("number"),
    _text("team_id"),
    _text("customer_id"),
    _text("status"),
    _number("opened_at"),
    _maybe_number("snoozed_until"),
    _maybe_number("follow_up_at"),
    _text("words"),
    _maybe_number("closed_at"),
    _number("is_away", 0),
    PrimaryKeyConstraint("tenant_id", "case_id"),
    UniqueConstraint("tenant_id", "number"),
)
"""What cases are found by; ``words``: folded number, subject and name; times only while they count.

``closed_at``: last touched, of closed ones. ``is_away``: has left the desks (1: what hangs on it follows).
"""
Index("ix_case_row_customer", case_row.c.tenant_id, case_row.c.customer_id)
Index("ix_case_row_status", case_row.c.tenant_id, case_row.c.status, case_row.c.opened_at)
Index("ix_case_row_snoozed", case_row.c.tenant_id, case_row.c.snoozed_until)
Index("ix_case_row_closed", case_row.c.tenant_id, case_row.c.is_away, case_row.c.closed_at)
Index("ix_case_row_follow_up", case_row.c.tenant_id, case_row.c.follow_up_at)

promise_row = Table(
    "promise_row",
    metadata,
    _tenant(),
    _text("promise_id"),
    _text("case_id"),
    _text("state"),
    _number("due_at"),
    PrimaryKeyConstraint("tenant_id", "promise_id"),
)
Index("ix_promise_row_due", promise_row.c.tenant_id, promise_row.c.state, promise_row.c.due_at)

customer_row = Table(
    "customer_row",
    metadata,
    _tenant(),
    _text("customer_id"),
    _text("number"),
    _text("words"),
    PrimaryKeyConstraint("tenant_id", "customer_id"),
)

identity = Table(
    "identity",
    metadata,
    _tenant(),
    _text("kind"),
    _text("normalised"),
    _text("customer_id"),
    PrimaryKeyConstraint("tenant_id", "kind", "normalised"),
)
"""Identities that are linked now: an address belongs to one customer at a time."""
Index("ix_identity_customer", identity.c.tenant_id, identity.c.customer_id)

message_row = Table(
    "message_row",
    metadata,
    _tenant(),
    _text("rfc_message_id"),
    _text("message_id"),
    PrimaryKeyConstraint("tenant_id", "rfc_message_id"),
)

scope = Table(
    "scope",
    metadata,
    _tenant(),
    _text("scope_id"),
    _number("head_seq"),
    _number("floor_seq", 0),
    PrimaryKeyConstraint("tenant_id", "scope_id"),
)

feed = Table(
    "feed",
    metadata,
    _tenant(),
    _text("scope_id"),
    _text("entity"),
    _text("entity_id"),
    _number("seq"),
    _number("rev"),
    Column("gone", Integer, nullable=False),
    _number("at"),
    PrimaryKeyConstraint("tenant_id", "scope_id", "entity", "entity_id"),
    UniqueConstraint("tenant_id", "scope_id", "seq"),
)

number_series = Table(
    "number_series",
    metadata,
    _tenant(),
    _text("name"),
    _number("last"),
    PrimaryKeyConstraint("tenant_id", "name"),
)

command_log = Table(
    "command_log",
    metadata,
    _tenant(),
    _text("cmd_id"),
    _text("device_id"),
    _text("outbox_epoch"),
    _number("device_seq"),
    _text("person_id"),
    _text("case_id"),
    _text("type"),
    _text("sha256"),
    _number("received_at"),
    _text("verdict"),
    PrimaryKeyConstraint("tenant_id", "cmd_id"),
    UniqueConstraint("tenant_id", "device_id", "outbox_epoch", "device_seq"),
)
_OPENING = text("type = 'case.open'")
Index(
    "ix_command_log_opening",
    command_log.c.tenant_id,
    command_log.c.case_id,
    postgresql_where=_OPENING,
    sqlite_where=_OPENING,
)

quarantine = Table(
    "quarantine",
    metadata,
    _tenant(),
    _text("cmd_id"),
    _number("received_at"),
    _text("body"),
    PrimaryKeyConstraint("tenant_id", "cmd_id"),
)

budget = Table(
    "budget",
    metadata,
    _tenant(),
    _text("budget_id"),
    _text("level"),
    _text("subject_id"),
    _text("kind_group"),
    _text("period"),
    _text("currency"),
    _number("limit_amt"),
    _number("spent", 0),
    _number("reserved", 0),
    _number("leased", 0),
    _number("window_days", 0),
    _number("rev", 0),
    PrimaryKeyConstraint("tenant_id", "budget_id"),
    CheckConstraint("limit_amt - spent - reserved - leased >= 0", name="not_overdrawn"),
    CheckConstraint("spent >= 0 AND reserved >= 0 AND leased >= 0", name="no_negative_part"),
)

budget_use = Table(
    "budget_use",
    metadata,
    _tenant(),
    _text("budget_id"),
    _text("decision_id"),
    _number("step"),
    _number("amount"),
    _number("at"),
    _text("state"),
    PrimaryKeyConstraint("tenant_id", "budget_id", "decision_id", "step"),
    CheckConstraint("state IN ('reserved', 'spent', 'released', 'aged')", name="state"),
    CheckConstraint("amount >= 0", name="amount"),
)
"""What each step of each decision took from which budget; ``aged`` ones have left their rolling window."""
Index("ix_budget_use_decision", budget_use.c.tenant_id, budget_use.c.decision_id)
Index(
    "ix_budget_use_age", budget_use.c.tenant_id, budget_use.c.budget_id, budget_use.c.state, budget_use.c.at
)

ledger = Table(
    "ledger",
    metadata,
    _tenant(),
    _text("transaction_id"),
    _number("line"),
    _text("account"),
    _number("amount"),
    _text("currency"),
    _text("reference"),
    _number("at"),
    PrimaryKeyConstraint("tenant_id", "transaction_id", "line"),
    CheckConstraint("amount <> 0", name="amount"),
)

effect = Table(
    "effect",
    metadata,
    _tenant(),
    _text("effect_id"),
    _text("command_id"),
    _text("decision_id"),
    _text("message_id"),
    _text("case_id"),
    _number("step"),
    _text("kind"),
    _text("target"),
    _text("effect_class"),
    _text("after_effect_id"),
    _text("payload"),
    _text("state"),
    _number("attempt", 0),
    _number("look_ups", 0),
    _number("not_before"),
    _number("next_at"),
    _number("created_at"),
    _maybe_number("first_sent_at"),
    _maybe_number("sent_at"),
    _text("claimed_by", ""),
    _text("ext_ref", ""),
    _text("result", "{}"),
    _text("failure_code", ""),
    _text("failure_params", "{}"),
    _number("resent", 0),
    PrimaryKeyConstraint("tenant_id", "effect_id"),
    CheckConstraint(
        "state IN ('pending', 'claimed', 'sent', 'confirmed', 'unknown', 'failed', 'manual', 'held_back',"
        " 'cancelled')",
        name="state",
    ),
)
"""``next_at``: when a worker has to deal with it (its time, a retry, a look-up, the end of a claim)."""
Index("ix_effect_command", effect.c.tenant_id, effect.c.command_id)
Index("ix_effect_after", effect.c.tenant_id, effect.c.after_effect_id)
_UNSETTLED = text("state IN ('pending', 'claimed', 'sent', 'unknown')")
Index("ix_effect_due", effect.c.next_at, postgresql_where=_UNSETTLED, sqlite_where=_UNSETTLED)

audit = Table(
    "audit",
    metadata,
    _tenant(),
    _text("audit_id"),
    _number("at"),
    _text("event"),
    _text("actor"),
    _text("subject"),
    _text("detail"),
    _maybe_number("n"),
    _maybe("chain"),
    PrimaryKeyConstraint("tenant_id", "audit_id"),
    UniqueConstraint("tenant_id", "n"),
)
"""``n`` and ``chain`` are given by the sealer once; nothing else ever changes."""
_UNSEALED = text("n IS NULL")
Index(
    "ix_audit_unsealed",
    audit.c.tenant_id,
    audit.c.audit_id,
    postgresql_where=_UNSEALED,
    sqlite_where=_UNSEALED,
)

blob = Table(
    "blob",
    metadata,
    _tenant(),
    _text("sha256"),
    _number("size"),
    _number("received"),
    Column("is_complete", Integer, nullable=False),
    _number("created_at"),
    PrimaryKeyConstraint("tenant_id", "sha256"),
)
blob_chunk = Table(
    "blob_chunk",
    metadata,
    _tenant(),
    _text("sha256"),
    _number("start"),
    Column("content", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant_id", "sha256", "start"),
)

device = Table(
    "device",
    metadata,
    _tenant(),
    _text("device_id"),
    _text("name"),
    _text("public_key"),
    _text("state"),
    _text("code"),
    _number("enrolled_at"),
    _maybe_number("approved_at"),
    _text("approved_by", ""),
    _maybe_number("revoked_at"),
    _maybe_number("last_seen_at"),
    PrimaryKeyConstraint("tenant_id", "device_id"),
    CheckConstraint("state IN ('waiting', 'approved', 'revoked')", name="state"),
)
login = Table(
    "login",
    metadata,
    _tenant(),
    _text("login"),
    _text("person_id"),
    PrimaryKeyConstraint("tenant_id", "login"),
    UniqueConstraint("tenant_id", "person_id"),
)
password = Table(
    "password",
    metadata,
    _tenant(),
    _text("person_id"),
    _text("hash"),
    PrimaryKeyConstraint("tenant_id", "person_id"),
)
session = Table(
    "session",
    metadata,
    _tenant(),
    _text("session_id"),
    _text("device_id"),
    _text("person_id"),
    _number("created_at"),
    _maybe_number("ended_at"),
    PrimaryKeyConstraint("tenant_id", "session_id"),
)
Index("ix_session_person", session.c.tenant_id, session.c.person_id)
challenge = Table(
    "challenge",
    metadata,
    _tenant(),
    _text("digest"),
    _text("device_id"),
    _number("expires_at"),
    PrimaryKeyConstraint("tenant_id", "digest"),
)
Index("ix_challenge_device", challenge.c.tenant_id, challenge.c.device_id)
attempt = Table(
    "attempt",
    metadata,
    _tenant(),
    _text("subject"),
    _number("failures"),
    _maybe_number("blocked_until"),
    PrimaryKeyConstraint("tenant_id", "subject"),
)

APPEND_ONLY = ("ledger",)
"""Tables whose rows are never changed or deleted; triggers see to it."""
