"""Every kind of entity the feed carries: its name on the wire and its type."""

from __future__ import annotations

from typing import Any, TypeVar

from workstation.casework.approval import Approval
from workstation.casework.budget import Budget
from workstation.casework.calendar import Calendar
from workstation.casework.card import CustomCard
from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.decision import DecisionRecord
from workstation.casework.errors import RuleViolation
from workstation.casework.limit import Limit
from workstation.casework.message import Message
from workstation.casework.people import Person, Team, Tenant
from workstation.casework.promise import Promise
from workstation.casework.records import (
    Booking,
    Commitment,
    DropOffPoint,
    DunningNotice,
    Invoice,
    Order,
    Payment,
    ReturnAuthorisation,
    Shipment,
    StockLevel,
    Voucher,
    WorkOrder,
)
from workstation.casework.sla import SlaPolicy

Entity = (
    Customer
    | Case
    | Message
    | Order
    | Payment
    | Shipment
    | Invoice
    | DunningNotice
    | Commitment
    | ReturnAuthorisation
    | Booking
    | WorkOrder
    | Voucher
    | StockLevel
    | DecisionRecord
    | Promise
    | Approval
    | Person
    | Team
    | Tenant
    | Limit
    | Budget
    | Calendar
    | SlaPolicy
    | DropOffPoint
    | CustomCard
)

E = TypeVar("E", bound=Entity)

ENTITIES: dict[str, type[Entity]] = {
    "customer": Customer,
    "case": Case,
    "message": Message,
    "order": Order,
    "payment": Payment,
    "shipment": Shipment,
    "invoice": Invoice,
    "dunning_notice": DunningNotice,
    "commitment": Commitment,
    "return": ReturnAuthorisation,
    "booking": Booking,
    "work_order": WorkOrder,
    "voucher": Voucher,
    "stock": StockLevel,
    "decision": DecisionRecord,
    "promise": Promise,
    "approval": Approval,
    "person": Person,
    "team": Team,
    "tenant": Tenant,
    "limit": Limit,
    "budget": Budget,
    "calendar": Calendar,
    "sla_policy": SlaPolicy,
    "drop_off_point": DropOffPoint,
    "text": CustomCard,
}

GROWN: dict[int, frozenset[str]] = {
    2: frozenset(
        {"case", "message", "decision", "customer", "invoice", "dunning_notice", "voucher", "stock"}
    ),
    3: frozenset({"invoice", "booking", "decision"}),
}
"""Schema -> kinds that are new in it, or say more: a desk that has just learned it asks for these again."""

_NAMES: dict[type[Any], str] = {kind: name for name, kind in ENTITIES.items()}

_ID_FIELDS: dict[str, str] = {
    "dunning_notice": "notice_id",
    "drop_off_point": "point_id",
    "text": "card_id",
}


def entity_name(entity: Entity | type[Entity]) -> str:
    """Return the wire name of an entity or of its type.

    Raises:
        RuleViolation: ``entity.unknown``.
    """
    kind = entity if isinstance(entity, type) else type(entity)
    name = _NAMES.get(kind)
    if name is None:
        raise RuleViolation("entity.unknown", entity=kind.__name__)
    return name


def id_field(name: str) -> str:
    """Return the field that holds the id of entities called ``name``."""
    return _ID_FIELDS.get(name, f"{name}_id")


def entity_id(entity: Entity) -> str:
    """Return the id of an entity."""
    return str(getattr(entity, id_field(entity_name(entity))))
