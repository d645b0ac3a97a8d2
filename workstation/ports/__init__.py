"""What the services of the desk need from outside, as protocols, with the values and errors that cross."""

from workstation.ports.errors import (
    GenerationChanged,
    HubUnavailable,
    ProtocolMismatch,
    SignInRequired,
    StoreUnusable,
)
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
    "Changes",
    "Draft",
    "FindHit",
    "GenerationChanged",
    "HubUnavailable",
    "InboxFilter",
    "Key",
    "NewCommand",
    "OutboxItem",
    "OutboxState",
    "ProtocolMismatch",
    "QueueCounts",
    "QueueItem",
    "QueuePage",
    "Section",
    "SignInRequired",
    "StoreUnusable",
    "Tab",
    "TimelineKey",
    "TimelineRow",
]
