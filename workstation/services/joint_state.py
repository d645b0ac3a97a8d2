"""Cases as they stand with own pending acts: those that acts on two cases tie together are folded at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from workstation.casework.case_state import CaseState, Given, StateEntity, changed, settled, with_
from workstation.casework.customer import Customer
from workstation.casework.errors import RuleViolation
from workstation.casework.joining import Joining, followed, other_id_for
from workstation.casework.matter import apart_ids, tied_to
from workstation.casework.projection import apply
from workstation.casework.wire.commands import Body, MergeCase
from workstation.ports import OutboxItem, Replica
from workstation.services.folding import given_of, state_of
from workstation.services.reference import ReferenceData

_EVER = datetime.min.replace(tzinfo=UTC)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class JointState:
    """Some cases with all those that pending acts tie them to; ``items`` are the acts about any of them."""

    base: dict[str, CaseState]
    items: tuple[OutboxItem, ...]
    customers: dict[str, Customer]
    now: dict[str, CaseState] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    """Command id -> code, of acts the rules do not allow any more."""

    def state(self, case_id: str) -> CaseState:
        """Return a case as it stands; empty when it is unknown."""
        return self.now.get(case_id, CaseState())

    def matter(self, case_id: str) -> tuple[CaseState, ...]:
        """Return the other cases that are one matter with a case, the one that goes on with it first."""
        case = self.state(case_id).case
        root = self.now.get(case.merged_into) if case is not None and case.merged_into else None
        if case is None:
            return ()
        head = root.case if root is not None and root.case is not None else case
        ids = (head.case_id, *head.merged_case_ids)
        return tuple(self.now[one] for one in ids if one != case_id and self.state(one).case is not None)

    def whole(self, case_id: str, since: datetime) -> CaseState:
        """Return a case with its matter, and with the cases that were one matter with it since ``since``."""
        state = with_(self.state(case_id), matter=self.matter(case_id))
        if state.case is None:
            return state
        apart = apart_ids(state, since, lambda one: self.state(one).case)
        return with_(state, apart=tuple(self.now[one] for one in apart))

    def changed(self, case_id: str) -> tuple[StateEntity, ...]:
        """Return what differs from the hub's state in one case, and customers that do."""
        return changed(self.base.get(case_id, CaseState()), self.state(case_id))

    def count(self, case_id: str) -> int:
        """Return how many pending acts are about a case, or change it from another one."""
        named = sum(case_id in _named(item.body, self.base) for item in self.items)
        return named or int(bool(self.changed(case_id)))

    def fold(self, reference: ReferenceData) -> None:
        """Replay the pending acts in their order; one the rules do not allow any more is left out."""
        self.now = dict(self.base)
        for item in self.items:
            case = self.state(item.case_id).case
            team_id = case.team_id if case is not None else str(getattr(item.body, "team_id", ""))
            given = given_of(item, reference, team_id)
            try:
                self._take(apply(self.prepared(item.body), item.body, given), item.body, given)
            except RuleViolation as violation:
                self.refused[item.cmd_id] = violation.code
                _log.info("a pending act is not shown: %s %s", item.type, violation.code)

    def prepared(self, body: Body) -> CaseState:
        """Return the case of an act with whatever else the rules need for it beside it."""
        state = with_(self.state(body.case_id), matter=self.matter(body.case_id))
        if isinstance(body, Joining):
            second = other_id_for(state.case, body)
            other = self.state(second)
            if isinstance(body, MergeCase) and other.case is not None and other.case.merged_into:
                other = self.now.get(other.case.merged_into, other)
            return with_(state, other=other)
        customer_id = getattr(body, "customer_id", "")
        own = state.customer.customer_id if state.customer is not None else ""
        others = [self.customers[one] for one in self.customers if one != own]
        if not customer_id or not others:
            return state
        if state.customer is None and state.case is None:
            return with_(state, customer=self.customers.get(customer_id))
        return with_(state, others=tuple(others))

    def _take(self, after: CaseState, body: Body, given: Given) -> None:
        before = self.state(body.case_id)
        for customer in (*after.others, *((after.customer,) if after.customer is not None else ())):
            self.customers[customer.customer_id] = customer
        if after.other is not None and after.other.case is not None:
            self._keep(after.other)
        self._keep(with_(after, other=None, others=(), matter=()), body.case_id)
        case, was = after.case, before.case
        root = self.now.get(case.merged_into) if case is not None and case.merged_into else None
        if was is not None and case is not None and root is not None and root.case is not None:
            is_member = was.merged_into == case.merged_into
            if is_member:
                case = followed(root.case, was, after, given)
                self._keep(settled(with_(root, case=case), given))

    def _keep(self, state: CaseState, case_id: str = "") -> None:
        case = state.case
        if case is not None:
            # Whoever the case is tied to now is its customer, also where an act has just tied it.
            known = self.customers.get(case.customer_id) if case.customer_id else None
            if known is not None or not case.customer_id:
                state = with_(state, customer=known)
        self.now[case.case_id if case is not None else case_id] = state


def joint_state(replica: Replica, pending: Sequence[OutboxItem], case_ids: Iterable[str]) -> JointState:
    """Read the cases and all that pending acts tie them to; to be folded. Runs where the replica is read."""
    joins = tuple(item for item in pending if isinstance(item.body, Joining))
    base: dict[str, CaseState] = {}
    wanted = list(dict.fromkeys(case_ids))
    while wanted:
        case_id = wanted.pop()
        if not case_id or case_id in base:
            continue
        base[case_id] = state_of(replica.base_of_case(case_id), case_id)
        wanted += _neighbours(case_id, base[case_id], joins)
    items = tuple(item for item in pending if item.case_id in base)
    return JointState(base, items, _customers(replica, base, items))


def _neighbours(case_id: str, state: CaseState, joins: Sequence[OutboxItem]) -> list[str]:
    case = state.case
    found = list(tied_to(case, _EVER)) if case is not None else []
    for item in joins:
        named = [item.case_id, other_id_for(case if item.case_id == case_id else None, item.body)]
        if case_id in named:
            found += named
    return found


def _named(body: Body, base: dict[str, CaseState]) -> tuple[str, ...]:
    if not isinstance(body, Joining):
        return (body.case_id,)
    state = base.get(body.case_id)
    return body.case_id, other_id_for(state.case if state is not None else None, body)


def _customers(
    replica: Replica, base: dict[str, CaseState], items: Iterable[OutboxItem]
) -> dict[str, Customer]:
    found = {state.customer.customer_id: state.customer for state in base.values() if state.customer}
    for item in items:
        named = str(getattr(item.body, "customer_id", ""))
        if named and named not in found:
            customer = _newest(replica, named)
            if customer is not None:
                found[named] = customer
    return found


def _newest(replica: Replica, customer_id: str) -> Customer | None:
    """Return a customer as acts on other cases leave them, unless the hub has said something since."""
    shown = replica.get(Customer, customer_id)
    (said,) = replica.customer_records(customer_id).of(Customer) or (None,)
    return said if shown is None or (said is not None and said.rev > shown.rev) else shown
