"""Whose address it is: linked to one customer at a time, unlinked with history; whose case it is."""

from __future__ import annotations

from workstation.casework.case_state import CaseState, Given, say, with_, with_case
from workstation.casework.customer import Customer, Identity, normalise
from workstation.casework.errors import RuleViolation
from workstation.casework.matter import customer_of_matter
from workstation.casework.wire.commands import LinkIdentity, TieCase, UnlinkIdentity


def link_identity(state: CaseState, body: LinkIdentity, given: Given) -> CaseState:
    """Return ``state`` with the address linked to the customer; what was linked before stays as history.

    Raises:
        RuleViolation: ``customer.unknown``, ``identity.malformed``, ``identity.linked_elsewhere``.
    """
    customer = _customer(state, body.customer_id)
    normalised = _normalised(body.identity)
    for other in _all_of(state):
        if other.customer_id != customer.customer_id and _is_linked(other, body.identity.kind, normalised):
            raise RuleViolation("identity.linked_elsewhere", kind=body.identity.kind, name=other.name)
    if not _is_linked(customer, body.identity.kind, normalised):
        identity = with_(
            body.identity,
            linked_at=given.at,
            linked_by=given.person_id,
            unlinked_at=None,
            unlinked_by="",
        )
        customer = with_(customer, identities=(*customer.identities, identity))
        state = _with_customer(state, customer)
        state = say(state, given, "identity.linked", value=identity.value, name=customer.name)
    case = state.the_case
    if case.kinship is not None and case.kinship.customer_id == customer.customer_id:
        state = with_case(state, kinship=None)
    if not case.customer_id:
        state = with_case(state, customer_id=customer.customer_id, customer_name=customer.name)
    return state


def unlink_identity(state: CaseState, body: UnlinkIdentity, given: Given) -> CaseState:
    """Return ``state`` with the address unlinked; it says when and by whom, and cases stay where they are.

    Raises:
        RuleViolation: ``customer.unknown``, ``identity.malformed``, ``identity.not_linked``.
    """
    customer = _customer(state, body.customer_id)
    kind, normalised = body.identity.kind, _normalised(body.identity)
    same = [item for item in customer.identities if item.kind == kind and item.normalised == normalised]
    if not same:
        raise RuleViolation("identity.not_linked", value=body.identity.value[:120], name=customer.name)
    if all(item.unlinked_at is not None for item in same):
        return state
    identities = tuple(
        with_(item, unlinked_at=given.at, unlinked_by=given.person_id)
        if item in same and item.unlinked_at is None
        else item
        for item in customer.identities
    )
    state = _with_customer(state, with_(customer, identities=identities))
    return say(state, given, "identity.unlinked", value=same[-1].value, name=customer.name)


def tie(state: CaseState, body: TieCase, given: Given) -> CaseState:
    """Return ``state`` tied to the customer, order or invoice, or to nobody (``is_untied``).

    Raises:
        RuleViolation: ``case.tie_joined``: a case that others went into stays with their customer.
    """
    case = state.the_case
    is_other = body.is_untied or (bool(body.customer_id) and body.customer_id != case.customer_id)
    known = customer_of_matter(state) if body.customer_id else case.customer_id
    is_joined = bool(case.merged or case.merged_into)
    if is_other and is_joined and known not in ("", body.customer_id):
        raise RuleViolation("case.tie_joined")
    if body.is_untied:
        if not case.customer_id:
            return state
        state = say(state, given, "case.untied", name=case.customer_name)
        return with_case(
            state, customer_id="", customer_name=case.reply_to, order_id="", invoice_id="", kinship=None
        )
    name = case.customer_name
    found = _known(state, body.customer_id)
    if found is not None:
        name = found.name
    return with_case(
        state,
        customer_id=body.customer_id or case.customer_id,
        customer_name=name,
        # An order of the former customer is none of the new one's.
        order_id=body.order_id or ("" if is_other and case.customer_id else case.order_id),
        invoice_id=body.invoice_id or ("" if is_other and case.customer_id else case.invoice_id),
        kinship=None if body.customer_id else case.kinship,
    )


def _all_of(state: CaseState) -> tuple[Customer, ...]:
    own = () if state.customer is None else (state.customer,)
    return (*own, *state.others)


def _known(state: CaseState, customer_id: str) -> Customer | None:
    if not customer_id:
        return None
    return next((item for item in _all_of(state) if item.customer_id == customer_id), None)


def _customer(state: CaseState, customer_id: str) -> Customer:
    state.the_case  # noqa: B018 - without a case there is nobody to speak of
    found = _known(state, customer_id)
    if found is None:
        raise RuleViolation("customer.unknown", customer_id=customer_id)
    return found


def _with_customer(state: CaseState, customer: Customer) -> CaseState:
    if state.customer is not None and state.customer.customer_id == customer.customer_id:
        return with_(state, customer=customer)
    others = tuple(customer if item.customer_id == customer.customer_id else item for item in state.others)
    return with_(state, others=others)


def _is_linked(customer: Customer, kind: str, normalised: str) -> bool:
    return any(
        item.kind == kind and item.normalised == normalised and item.unlinked_at is None
        for item in customer.identities
    )


def _normalised(identity: Identity) -> str:
    normalised = normalise(identity.kind, identity.value)
    if normalised != identity.normalised:
        raise RuleViolation("identity.malformed", kind=identity.kind, value=identity.value[:120])
    return normalised
