"""What the services of the desk need from outside, as protocols, with the values and errors that cross.

The modules below are loaded when one of their names is asked for: the first painted window asks for few.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from workstation.ports.queue_values import (
        InboxFilter,
        Key,
        QueueCounts,
        QueueItem,
        QueuePage,
        Section,
        Tab,
    )
    from workstation.ports.stores import CaseDocuments, DiskState, Outbox, Replica, Signer
    from workstation.ports.uploads import BlobSource, UploadSpool
    from workstation.ports.values import (
        Changes,
        Draft,
        FindHit,
        NewCommand,
        OutboxItem,
        OutboxState,
        TimelineKey,
        TimelineRow,
    )

__all__ = [
    "Backoff",
    "BlobSource",
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
    "UploadSpool",
    "Workers",
]

_HOMES = {
    "embedded": ("EmbeddedHub", "HubAddress"),
    "errors": ("GenerationChanged", "HubUnavailable", "ProtocolMismatch", "SignInRequired", "StoreUnusable"),
    "hub_api": ("HubApi",),
    "lanes": ("Backoff", "Lane", "SecretStore", "TaskRunner", "Workers"),
    "queue_values": ("InboxFilter", "Key", "QueueCounts", "QueueItem", "QueuePage", "Section", "Tab"),
    "stores": ("CaseDocuments", "DiskState", "Outbox", "Replica", "Signer"),
    "uploads": ("BlobSource", "UploadSpool"),
    "values": (
        "Changes",
        "Draft",
        "FindHit",
        "NewCommand",
        "OutboxItem",
        "OutboxState",
        "TimelineKey",
        "TimelineRow",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value
