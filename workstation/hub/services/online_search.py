"""Online search: cases and customers beyond the desk's working set, within what the person may read."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import checked_id
from workstation.casework.records import (
    Booking,
    Commitment,
    DunningNotice,
    Invoice,
    Order,
    Payment,
    ReturnAuthorisation,
    Shipment,
    WorkOrder,
)
from workstation.casework.wire.codec import encode
from workstation.casework.wire.entities import Entity, entity_id, entity_name
from workstation.casework.wire.search import FoundRow, SearchAnswer
from workstation.hub.ports import Database, Tx

SHORTEST = 2
MOST = 50

_RECORDS: tuple[type[Entity], ...] = (
    Order,
    Payment,
    Shipment,
    Invoice,
    DunningNotice,
    Commitment,
    ReturnAuthorisation,
    Booking,
    WorkOrder,
)


class OnlineSearch:
    """Questions to one tenant's data."""

    def __init__(self, database: Database, tenant_id: str) -> None:
        self._database = database
        self._tenant_id = tenant_id

    def find(self, text: str, scopes: tuple[str, ...], limit: int = MOST) -> SearchAnswer:
        """Return cases and customers that match ``text``.

        A customer is seen by teams that have a case of theirs, and by all while there is none.

        Raises:
            RuleViolation: ``search.too_short``.
        """
        wanted = text.strip()
        if len(wanted) < SHORTEST:
            raise RuleViolation("search.too_short", shortest=SHORTEST)

        def work(tx: Tx) -> tuple[Entity, ...]:
            found = tx.search(wanted, limit=min(limit, MOST))
            return tuple(entity for entity in found if _may_see(tx, entity, scopes))

        return _answer(self._database.read(self._tenant_id, work))

    def case(self, case_id: str, scopes: tuple[str, ...]) -> SearchAnswer:
        """Return a case with its messages, decisions, promises, approvals, customer and their records.

        Raises:
            RuleViolation: ``id.malformed``; ``case.unknown`` (also when it is another team's).
        """
        checked_id(case_id)

        def work(tx: Tx) -> tuple[Entity, ...]:
            file = tx.case_file(case_id)
            if file.case is None or not _is_in(file.case, scopes):
                raise RuleViolation("case.unknown", case_id=case_id)
            entities: list[Entity] = [file.case, *file.messages, *file.decisions, *file.promises]
            entities += file.approvals
            if file.customer is not None:
                entities.append(file.customer)
                for kind in _RECORDS:
                    entities += tx.records_of(file.customer.customer_id, kind)
            return tuple(entities)

        return _answer(self._database.read(self._tenant_id, work))


def _is_in(case: Case, scopes: tuple[str, ...]) -> bool:
    return f"team:{case.team_id}" in scopes


def _may_see(tx: Tx, entity: Case | Customer, scopes: tuple[str, ...]) -> bool:
    if isinstance(entity, Case):
        return _is_in(entity, scopes)
    cases = tx.cases_of_customer(entity.customer_id)
    return not cases or any(_is_in(case, scopes) for case in cases)


def _answer(entities: Iterable[Entity]) -> SearchAnswer:
    rows = tuple(
        FoundRow(
            entity=entity_name(entity),
            id=entity_id(entity),
            rev=entity.rev,
            body=msgspec.Raw(encode(entity)),
        )
        for entity in entities
    )
    return SearchAnswer(rows=rows)
