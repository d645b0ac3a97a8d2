"""Two cases in one act: linked, merged into one queue entry, split; each can be taken back."""

from __future__ import annotations

from datetime import datetime

from workstation.casework.case import Case, Due, MergedCase, TakenApart, raised
from workstation.casework.case_state import CaseState, Given, say, settled, with_, with_case
from workstation.casework.errors import RuleViolation
from workstation.casework.message import Message
from workstation.casework.sla import due_of
from workstation.casework.wire.commands import LinkCases, MergeCase, SplitCase, UnlinkCases, UnmergeCase

Joining = LinkCases | UnlinkCases | MergeCase | UnmergeCase | SplitCase

_ON_ITS_WAY = frozenset({"waiting_booking", "queued", "sending", "unknown"})


def other_case_id(body: object) -> str:
    """Return the second case a command names; empty for commands about one, and for taking a merge back."""
    match body:
        case LinkCases() | UnlinkCases():
            return body.other_case_id
        case MergeCase():
            return body.into_case_id
        case SplitCase():
            return body.new_case_id
        case _:
            return ""


def other_id_for(case: Case | None, body: object) -> str:
    """Return the second case ``body`` is about, seen from ``case``: a merge is taken out of where it went."""
    if isinstance(body, UnmergeCase):
        return case.merged_into if case is not None else ""
    return other_case_id(body)


def join(state: CaseState, body: Joining, given: Given) -> CaseState:
    """Return ``state`` and ``state.other`` after an act on both; ``given.number`` is for a split-off case.

    Raises:
        RuleViolation: a rule says no, e.g. ``case.merge_other_customer``; ``case.unknown``.
    """
    match body:
        case SplitCase():
            return _split(state, body, given)
        case LinkCases():
            return _linked(state, given)
        case UnlinkCases():
            return _unlinked(state, given)
        case MergeCase():
            return _merge(state, given)
        case UnmergeCase():
            return _unmerge(state, given)


def followed(root: Case, before: Case | None, member: CaseState, given: Given) -> Case:
    """Return the case ``root`` after something happened in ``member``, which went into it."""
    case = member.the_case
    entry = next((item for item in root.merged if item.case_id == case.case_id), None)
    if entry is None:
        return root
    was_undelivered = before is not None and before.has_undelivered
    undelivered = entry.undelivered_since if case.has_undelivered else None
    if case.has_undelivered and not was_undelivered:
        undelivered = case.last_outbound_at or case.opened_at
    is_returned = undelivered is not None and not was_undelivered
    has_come_back = case.status == "open" and before is not None and before.status != "open"
    now = with_(
        entry,
        number=case.number,
        waiting_since=case.waiting_since,
        due=_rest_due(member, given),
        undelivered_since=undelivered,
        is_held_for_approval=_is_held(member),
        raises="open" if has_come_back or is_returned else entry.raises,
    )
    root = with_(root, merged=tuple(now if item is entry else item for item in root.merged))
    if before is None or (before.team_id, before.assignee_id) == (case.team_id, case.assignee_id):
        return root
    if before.team_id != case.team_id:
        # Given away by somebody who did not know of the merge: the whole matter goes along, or nobody would
        # read all of it.
        root = with_(root, team_id=case.team_id, assignee_id=case.assignee_id)
    return root if root.assignee_id else with_(root, assignee_id=case.assignee_id)


def _other(state: CaseState) -> CaseState:
    if state.other is None or state.other.case is None:
        raise RuleViolation("case.unknown")
    if state.other.case.case_id == state.the_case.case_id:
        raise RuleViolation("case.joined_with_itself")
    return state.other


def _both(state: CaseState, other: CaseState, given: Given) -> CaseState:
    return with_(settled(state, given), other=settled(other, given))


def _number(case: Case) -> str:
    return "" if case.number is None else str(case.number)


def _linked(state: CaseState, given: Given) -> CaseState:
    other = _other(state)
    one, two = state.the_case, other.the_case
    if two.case_id in one.related_case_ids and one.case_id in two.related_case_ids:
        return state
    return _both(related(state, two, given), related(other, one, given), given)


def related(state: CaseState, to: Case, given: Given) -> CaseState:
    """Return ``state`` with ``to`` among its related cases, and a line that says so; once is enough."""
    case = state.the_case
    if to.case_id in case.related_case_ids:
        return state
    state = say(state, given, "case.linked", case_id=to.case_id, number=_number(to))
    return with_case(state, related_case_ids=(*case.related_case_ids, to.case_id))


def _unlinked(state: CaseState, given: Given) -> CaseState:
    other = _other(state)
    return _both(_unrelated(state, other.the_case, given), _unrelated(other, state.the_case, given), given)


def _unrelated(state: CaseState, to: Case, given: Given) -> CaseState:
    case = state.the_case
    if to.case_id not in case.related_case_ids:
        return state
    state = say(state, given, "case.unlinked", case_id=to.case_id, number=_number(to))
    kept = tuple(item for item in case.related_case_ids if item != to.case_id)
    return with_case(state, related_case_ids=kept)


def _merge(state: CaseState, given: Given) -> CaseState:
    target = _other(state)
    case, into = state.the_case, target.the_case
    if case.merged_into == into.case_id:
        return state
    _check_merge(case, into)
    entry = MergedCase(
        case_id=case.case_id,
        merged_at=given.at,
        merged_by=given.person_id,
        number=case.number,
        subject=case.subject,
        waiting_since=case.waiting_since,
        undelivered_since=case.undelivered_since,
        due=_rest_due(state, given),
        is_held_for_approval=_is_held(state),
        raises=raised(case.status, into.shown_status),
        team_before=case.team_id,
        gave_customer=bool(case.customer_id) and not into.customer_id,
        name_before=into.customer_name,
    )
    target = say(target, given, "case.merged", case_id=case.case_id, number=_number(case))
    target = with_case(target, merged=(*into.merged, entry))
    if entry.gave_customer:
        target = with_case(target, customer_id=case.customer_id, customer_name=case.customer_name)
        target = with_(target, customer=state.customer)
    state = say(state, given, "case.merged_into", case_id=into.case_id, number=_number(into))
    # Who reads the common conversation reads all of it: the messages are where the queue entry is.
    return _both(with_case(state, merged_into=into.case_id, team_id=into.team_id), target, given)


def _check_merge(case: Case, into: Case) -> None:
    if case.merged_into:
        raise RuleViolation("case.already_merged")
    if case.merged:
        raise RuleViolation("case.merge_has_merged", number=_number(case))
    if into.merged_into:
        raise RuleViolation("case.merge_into_merged", number=_number(into))
    if "no_case" in (case.status, into.status):
        raise RuleViolation("case.merge_no_case")
    if case.customer_id and into.customer_id and case.customer_id != into.customer_id:
        raise RuleViolation("case.merge_other_customer", name=into.customer_name)


def _unmerge(state: CaseState, given: Given) -> CaseState:
    case = state.the_case
    if not case.merged_into:
        raise RuleViolation("case.not_merged")
    target = _other(state)
    into = target.the_case
    entry = next((item for item in into.merged if item.case_id == case.case_id), None)
    if entry is None or into.case_id != case.merged_into:
        raise RuleViolation("case.not_merged")
    kept = tuple(item for item in into.merged if item is not entry)
    target = say(target, given, "case.unmerged", case_id=case.case_id, number=_number(case))
    target = with_case(target, merged=kept, taken_apart=_apart(into, case.case_id, given.at))
    if entry.gave_customer and into.customer_id == case.customer_id:
        # Another one that went in may be of the same customer: then it is still theirs.
        if kept:
            kept = (with_(kept[0], gave_customer=True, name_before=entry.name_before), *kept[1:])
            target = with_case(target, merged=kept)
        else:
            target = with_case(target, customer_id="", customer_name=entry.name_before)
            target = with_(target, customer=None)
    state = say(state, given, "case.unmerged_from", case_id=into.case_id, number=_number(into))
    state = with_case(
        state,
        merged_into="",
        team_id=entry.team_before or case.team_id,
        taken_apart=_apart(case, into.case_id, given.at),
    )
    return _both(state, target, given)


def _apart(case: Case, other_id: str, at: datetime) -> tuple[TakenApart, ...]:
    """Return what ``case`` was one matter with, ``other_id`` until now among it."""
    kept = (item for item in case.taken_apart if item.case_id != other_id)
    return (*kept, TakenApart(case_id=other_id, at=at))


def _split(state: CaseState, body: SplitCase, given: Given) -> CaseState:
    case = state.the_case
    if state.other is not None and state.other.case is not None:
        return _split_again(state, state.other.case, body)
    moving = _moving(state, body)
    chosen = {item.message_id for item in moving}
    staying = tuple(item for item in state.messages if item.message_id not in chosen)
    newest = next((item for item in reversed(moving) if item.kind == "inbound"), None)
    other = CaseState(
        case=Case(
            case_id=body.new_case_id,
            team_id=case.team_id,
            opened_at=given.at,
            number=given.number,
            customer_id=case.customer_id,
            customer_name=case.customer_name,
            subject=body.subject.strip() or case.subject,
            channel=newest.channel if newest else case.channel,
            reply_to=(newest.from_address if newest else "") or case.reply_to,
            language=newest.language if newest else case.language,
            assignee_id=case.assignee_id,
            opened_by=given.person_id,
            split_from=case.case_id,
            waiting_since=_asked_since(case.waiting_since, moving),
            read_by=(given.person_id,) if given.person_id else (),
        ),
        messages=tuple(with_(item, case_id=body.new_case_id) for item in moving),
        customer=state.customer,
    )
    other = _counted(other)
    state = with_(state, messages=staying)
    state = with_case(_counted(state), waiting_since=_asked_since(case.waiting_since, staying))
    # What is left without a question of the customer keeps its status: a person has just looked at it.
    state = say(state, given, "case.split", case_id=body.new_case_id, count=str(len(moving)))
    other = say(other, given, "case.split_from", case_id=case.case_id, number=_number(case))
    state = with_case(
        state,
        related_case_ids=(*case.related_case_ids, body.new_case_id),
        taken_apart=_apart(case, body.new_case_id, given.at),
    )
    other = with_case(
        other, related_case_ids=(case.case_id,), taken_apart=_apart(other.the_case, case.case_id, given.at)
    )
    return _both(state, other, given)


def _split_again(state: CaseState, other: Case, body: SplitCase) -> CaseState:
    """The same act a second time changes nothing; an id that is another case's already is refused."""
    if other.split_from != state.the_case.case_id or any(
        item.message_id in body.message_ids for item in state.messages
    ):
        raise RuleViolation("case.split_id_taken")
    return state


def _moving(state: CaseState, body: SplitCase) -> tuple[Message, ...]:
    case = state.the_case
    chosen = set(body.message_ids)
    moving = tuple(item for item in state.messages if item.message_id in chosen)
    if not chosen or len(moving) != len(chosen) or any(item.kind == "system" for item in moving):
        raise RuleViolation("case.split_unknown_message")
    if not body.new_case_id or body.new_case_id == case.case_id:
        raise RuleViolation("case.joined_with_itself")
    if any(item.delivery in _ON_ITS_WAY for item in moving):
        raise RuleViolation("case.split_on_its_way")
    if not any(item.kind == "inbound" for item in state.messages if item not in moving) and any(
        item.kind == "inbound" for item in state.messages
    ):
        raise RuleViolation("case.split_all")
    return moving


def _asked_since(waiting_since: datetime | None, messages: tuple[Message, ...]) -> datetime | None:
    """Return since when a customer waits with what is in ``messages``, of those who waited before."""
    if waiting_since is None:
        return None
    answers = [item.at for item in messages if item.is_human_answer]
    last = max(answers, default=None)
    asked = (
        item.at
        for item in messages
        if item.is_customer_speaking and item.at >= waiting_since and (last is None or item.at > last)
    )
    return min(asked, default=None)


def _counted(state: CaseState) -> CaseState:
    """Return ``state`` with what its messages alone say of the case: newest ones, answers, returned mails."""
    spoken = [item for item in state.messages if item.is_customer_speaking]
    written = [item for item in state.messages if item.is_written_by_person]
    heard = sorted(item.delivered_at or item.at for item in state.messages if item.is_human_answer)
    newest = spoken[-1] if spoken else None
    first = next((at for at in heard if spoken and at >= spoken[0].at), None)
    case = state.the_case
    return with_case(
        state,
        last_inbound_at=newest.at if newest else None,
        last_inbound_id=newest.message_id if newest else "",
        last_outbound_at=written[-1].at if written else None,
        first_response_at=first,
        last_answer_at=heard[-1] if heard else None,
        has_undelivered=case.has_undelivered
        and any(item.delivery in ("held_back", "failed", "bounced", "unknown") for item in written),
    )


def _rest_due(state: CaseState, given: Given) -> Due | None:
    """Return what is due beside the answer to the customer and what did not arrive, as if it stood alone."""
    case = state.the_case
    bare = with_(
        case,
        merged_into="",
        waiting_since=None,
        has_undelivered=False,
        status="open" if case.status in ("snoozed", "no_case") else case.status,
    )
    return due_of(bare, state.promises, state.approvals, given.policy, given.calendar)


def _is_held(state: CaseState) -> bool:
    return any(approval.state == "open" for approval in state.approvals)
