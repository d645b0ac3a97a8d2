"""Carries out one command on its case: load, apply the one projection, store what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from workstation.casework.case_state import CaseState, Given, changed
from workstation.casework.customer import Customer
from workstation.casework.errors import RuleViolation
from workstation.casework.ids import effect_id, made_at_ms
from workstation.casework.joining import Joining
from workstation.casework.matter import decision_of_matter
from workstation.casework.people import Person
from workstation.casework.projection import apply
from workstation.casework.wire.codec import encode
from workstation.casework.wire.commands import (
    Applied,
    AssignCase,
    Body,
    Decide,
    LinkIdentity,
    OpenCase,
    SendMessage,
    TieCase,
    UnlinkIdentity,
    Verdict,
)
from workstation.hub.ports import Tx
from workstation.hub.ports_backend import EffectClass
from workstation.hub.ports_billing import Guard
from workstation.hub.ports_values import BEFORE_RESTORE, FINAL_STATES, Effect, Reference
from workstation.hub.services.joining import carry_out_joining, follow, with_matter

MAIL = "mail"
_ABOUT_MATTER = Decide | SendMessage | TieCase
"""Acts judged by all cases that are one matter with theirs."""


@dataclass(frozen=True, slots=True)
class EffectRoute:
    """Where effects of a kind go and how far that system can be trusted."""

    target: str
    effect_class: EffectClass


Routes = Mapping[str, EffectRoute]


@dataclass(frozen=True, slots=True)
class Act:
    """A command that has passed the door: its body, who gave it, and the reference data it is judged by."""

    cmd_id: str
    body: Body
    person: Person
    reference: Reference
    was_offered: bool = False
    """The device has handed it over before, perhaps to a hub this one's data knows nothing of."""


def load(tx: Tx, act: Act) -> CaseState:
    """Return the case of an act, locked until the transaction ends.

    Raises:
        RuleViolation: ``case.other_team`` when the person may not see it.
    """
    customer_id = act.body.customer_id if isinstance(act.body, Decide) else ""
    file = tx.case_file(act.body.case_id, lock=True, with_customer=customer_id)
    customer = file.customer
    named = _named_customers(tx, act)
    if isinstance(act.body, OpenCase) and named:
        customer = named[0]
    if isinstance(act.body, AssignCase):
        _check_assignment(act.body, act.reference)
    team_id = file.case.team_id if file.case is not None else ""
    if isinstance(act.body, OpenCase) and file.case is None:
        team_id = act.body.team_id
        if team_id and team_id not in act.reference.teams:
            raise RuleViolation("team.unknown", team_id=team_id)
    if team_id and act.person.role in ("agent", "counter") and team_id != act.person.team_id:
        raise RuleViolation("case.other_team")
    others = tuple(one for one in named if customer is None or one.customer_id != customer.customer_id)
    state = msgspec.structs.replace(file.state, customer=customer, others=others)
    return with_matter(tx, state) if isinstance(act.body, _ABOUT_MATTER) else state


def _named_customers(tx: Tx, act: Act) -> tuple[Customer, ...]:
    """Return the customers an act names, and of an address to be linked also the one who has it now."""
    body = act.body
    if not isinstance(body, OpenCase | TieCase | LinkIdentity | UnlinkIdentity) or not body.customer_id:
        return ()
    customer = tx.get(Customer, body.customer_id)
    if customer is None:
        raise RuleViolation("customer.unknown", customer_id=body.customer_id)
    holder = None
    if isinstance(body, LinkIdentity):
        holder = tx.customer_by_identity(body.identity.kind, body.identity.normalised)
    return (customer,) if holder is None or holder.customer_id == customer.customer_id else (customer, holder)


def _check_assignment(body: AssignCase, reference: Reference) -> None:
    """A case given to nobody known would be out of everybody's sight."""
    if body.team_id and body.team_id not in reference.teams:
        raise RuleViolation("team.unknown", team_id=body.team_id)
    person = reference.people.get(body.person_id)
    if body.person_id and (person is None or not person.is_active):
        raise RuleViolation("person.unknown", person_id=body.person_id)


def _reaching(act: Act, state: CaseState) -> Body:
    """Return the act's body; a case that is given to somebody who could not see it goes to their team."""
    body = act.body
    if not isinstance(body, AssignCase) or body.team_id or not body.person_id or state.case is None:
        return body
    person = act.reference.people[body.person_id]
    sees_it = person.role in ("lead", "owner") or person.team_id == state.case.team_id
    return body if sees_it else msgspec.structs.replace(body, team_id=person.team_id)


def given_by(tx: Tx, act: Act, state: CaseState) -> Given:
    """Return what the projection is told: who, when, and by which rules."""
    team_id = state.case.team_id if state.case is not None else act.person.team_id
    return Given(
        at=tx.now,
        person_id=act.person.person_id,
        person_name=act.person.name,
        command_id=act.cmd_id,
        policy=act.reference.policy_of(team_id),
        calendar=act.reference.calendar_of(team_id),
    )


def store(tx: Tx, before: CaseState, after: CaseState) -> int:
    """Store what changed; returns the revision of the case."""
    rev = before.case.rev if before.case is not None else 0
    for entity in changed(before, after):
        stored = tx.put(entity, is_new=entity.rev == 0)
        if entity is after.case:
            rev = stored.rev
    follow(tx, before, after)
    return rev


def carry_out(tx: Tx, act: Act, routes: Routes, guard: Guard | None = None) -> Verdict:
    """Carry out an act that moves no money; ``guard`` sees a case that is tied to an invoice.

    Raises:
        RuleViolation: it is not possible; nothing is stored.
    """
    if isinstance(act.body, Joining):
        return Applied(cmd_id=act.cmd_id, rev=carry_out_joining(tx, act.body, act.person, act.cmd_id))
    before = load(tx, act)
    given = given_by(tx, act, before)
    after = apply(before, _reaching(act, before), given)
    if guard is not None and isinstance(act.body, TieCase):
        after = guard(tx, after, given)
    if before.case is None and after.case is not None:
        # The number is taken last: a refused command leaves no gap in the series.
        case = msgspec.structs.replace(after.case, number=tx.next_number("case"))
        after = msgspec.structs.replace(after, case=case)
    rev = store(tx, before, after)
    if isinstance(act.body, SendMessage) and before.message(act.body.message_id) is None:
        _send(tx, act, act.body, after, routes)
    return Applied(cmd_id=act.cmd_id, rev=rev)


def mail_effect_id(cmd_id: str) -> str:
    """Return the id of the effect that sends the message of a command."""
    return effect_id(cmd_id, 0, MAIL)


def mark_of(tx: Tx, cmd_id: str, *, was_offered: bool) -> str:
    """Return the mark of effects of a command that was given before the hub's data was restored.

    It may have been carried out then, by a hub that the copy knows nothing of. The time in the id is the
    device's: a clock that is fast makes an old command look new. So one the device says it has handed over
    before is looked for whatever its id says; the hub's own record of it is what the restore has lost.
    """
    restored_at = tx.restored_at
    if restored_at is None:
        return ""
    is_older = made_at_ms(cmd_id) < restored_at.timestamp() * 1000
    return BEFORE_RESTORE if was_offered or is_older else ""


def _send(tx: Tx, act: Act, body: SendMessage, after: CaseState, routes: Routes) -> None:
    if body.channel != "mail":
        raise RuleViolation("reply.channel_unavailable", channel=body.channel)
    message = after.message(body.message_id)
    if message is None:
        raise RuleViolation("message.unknown", message_id=body.message_id)
    waits_for = decision_of_matter(after, body.waits_for) if message.delivery == "waiting_booking" else None
    after_effect_id = waits_for.steps[-1].effect_id if waits_for is not None else ""
    awaited = tx.effect(after_effect_id) if after_effect_id else None
    if awaited is not None and awaited.state in FINAL_STATES and awaited.state != "confirmed":
        # Its booking stopped half-way and waits for a person: the reply would wait for ever, unseen.
        raise RuleViolation("reply.decision_not_booked", state=awaited.state)
    route = routes.get(MAIL, EffectRoute(MAIL, "C"))
    tx.add_effect(
        Effect(
            effect_id=mail_effect_id(act.cmd_id),
            command_id=act.cmd_id,
            case_id=body.case_id,
            kind=MAIL,
            target=route.target,
            effect_class=route.effect_class,
            # Ids only: the words stay with the message, where they can be erased.
            payload=encode({"case_id": body.case_id, "message_id": body.message_id}),
            not_before=tx.now,
            created_at=tx.now,
            message_id=body.message_id,
            decision_id=body.waits_for,
            after_effect_id=after_effect_id,
            claimed_by=mark_of(tx, act.cmd_id, was_offered=act.was_offered),
        )
    )
