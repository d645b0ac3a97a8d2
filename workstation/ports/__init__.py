"""What the services of the desk need from outside, as protocols, with the values and errors that cross."""

from workstation.ports.embedded import EmbeddedHub, HubAddress
from workstation.ports.errors import (
    GenerationChanged,
    HubUnavailable,
    ProtocolMismatch,
    SignInRequired,
    StoreUnusable,
)
from workstation.ports.hub_api import HubApi
from workstation.ports.lanes import Backoff, Lane, SecretStore, TaskRunner, Workers
from workstation.ports.stores import CaseDocuments, DiskState, Outbox, Replica, Signer
from workstation.ports.values import (
    Changes,
    Draft,
    FindHit,
    InboxFilter,
    Key,
    NewCommand,
    OutboxItem,
    OutboxState,
    QueueCounts,
    QueueItem,
    QueuePage,
    Section,
    Tab,
    TimelineKey,
    TimelineRow,
)

__all__ = [
    "Backoff",
    "CaseDocuments",
    "Changes",
    "DiskState",
    "Draft",
    "EmbeddedHub",
    "FindHit",
    "GenerationChanged",
    "HubAddress",
    "HubApi",
    "HubUnavailable",
    "InboxFilter",
    "Key",
    "Lane",
    "NewCommand",
    "Outbox",
    "OutboxItem",
    "OutboxState",
    "ProtocolMismatch",
    "QueueCounts",
    "QueueItem",
    "QueuePage",
    "Replica",
    "SecretStore",
    "Section",
    "SignInRequired",
    "Signer",
    "StoreUnusable",
    "Tab",
    "TaskRunner",
    "TimelineKey",
    "TimelineRow",
    "Workers",
]
