"""Several cases, one matter: limits, answers and proposals count all of it, and apart again after a split."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from tests.casework.acting import MINUTE, answer, at
from tests.casework.builders import AGENT, CASE_ID, LIMIT, NOW, bowl_refund, facts, inbound, new_id
from tests.casework.test_joining import SECOND, mail, merged, pair, refused, second, unmerged
from workstation.casework.case_state import CaseState, with_, with_case
from workstation.casework.decision import DecisionRecord, GoodwillVoucher, Step, StepState
from workstation.casework.empowerment import judge
from workstation.casework.errors import RuleViolation
from workstation.casework.limit import Allowed, JudgeContext, Limit, NeedsApproval
from workstation.casework.matter import apart_ids, decisions_of_matter, matter_ids, newest_question
from workstation.casework.money import Money
from workstation.casework.projection import apply, delivered, received
from workstation.casework.proposal_building import context_of
from workstation.casework.proposals import propose
from workstation.casework.usage import usage_seen
from workstation.casework.wire import commands as c
from workstation.system.texts import load_texts

VOUCHERS = Limit(
    limit_id="lim-g",
    name="Kulanz",
    role="agent",
    kinds=("goodwill",),
    per_decision=5000,
    per_person_day=10**9,
)
SINCE = NOW - timedelta(days=90)
Cases = dict[str, CaseState]
ACTS = ("merge", "unmerge", "split", "decide", "decide", "book", "fail", "take back")


def of_matter(cases: Cases, case_id: str) -> CaseState:
    """Return a case with its matter, as hub and desk put it together."""
    state = cases[case_id]
    case = state.the_case
    root = cases[case.merged_into].the_case if case.merged_into else case
    ids = (one for one in (root.case_id, *root.merged_case_ids) if one != case_id)
    state = with_(state, matter=tuple(cases[one] for one in ids))
    apart = apart_ids(state, SINCE, lambda one: cases[one].case)
    return with_(state, apart=tuple(cases[one] for one in apart))


def together(cases: Cases, case_id: str) -> set[str]:
    """Return the same, told from nothing but who says they went where."""
    root = cases[case_id].the_case.merged_into or case_id
    return {root, *(one for one, state in cases.items() if state.the_case.merged_into == root)}


def spent(cases: Cases, ids: Iterable[str]) -> int:
    """Return what AGENT has given on these cases, however far it has come."""
    return sum(
        step.decision.amount.minor_units
        for one in ids
        for record in cases[one].decisions
        for step in record.steps
        if isinstance(step.decision, GoodwillVoucher)
        and (record.state not in ("failed", "cancelled") or step.state == "booked")
    )


def verdict(cases: Cases, case_id: str, units: int) -> object:
    state = of_matter(cases, case_id)
    decisions = decisions_of_matter(state)
    usage = usage_seen(
        person=AGENT,
        case_ids=matter_ids(state),
        customer_id="c1",
        now=NOW,
        decisions=decisions,
        limits=(VOUCHERS,),
        apart_ids=tuple(one.the_case.case_id for one in state.apart),
    )
    context = JudgeContext(person=AGENT, now=NOW, currency="EUR", customer_id="c1", decisions=decisions)
    step = GoodwillVoucher(customer_id="c1", amount=Money(units))
    return judge((step,), (VOUCHERS,), usage, context)


class Firm:
    """Cases and what is done to them, each act by the rules alone."""

    def __init__(self) -> None:
        self.made = 0
        self.cases: Cases = {}
        self.tied: list[set[str]] = []
        """Cases that were one matter at any time, told from the acts alone."""
        for number in range(3):
            state = second(number, 48300 + number, new_id("case", number))
            self.cases[state.the_case.case_id] = state

    def act(self, what: str, one: int, two: int, units: int) -> None:
        ids = sorted(self.cases)
        case_id, other_id = ids[one % len(ids)], ids[two % len(ids)]
        self.made += 1
        given = at(60 + self.made, command_id=new_id("act", self.made))
        try:
            self._act(what, case_id, other_id, units, given)
        except RuleViolation:
            return

    def _act(self, what: str, case_id: str, other_id: str, units: int, given: object) -> None:
        cases, state = self.cases, self.cases[case_id]
        body: c.Body
        if what == "decide":
            self._decide(case_id, units)
        elif what in ("book", "fail", "take back"):
            for record in state.decisions:
                if record.state == "scheduled":
                    ended = {"book": "booked", "fail": "failed", "take back": "cancelled"}[what]
                    steps = tuple(with_(step, state=ended) for step in record.steps)
                    kept = (item for item in state.decisions if item is not record)
                    now = with_(record, state=ended, steps=steps)
                    cases[case_id] = with_(state, decisions=(*kept, now))
                    return
        else:
            if what == "merge":
                body = c.MergeCase(case_id=case_id, into_case_id=other_id)
            elif what == "unmerge":
                other_id = state.the_case.merged_into or other_id
                body = c.UnmergeCase(case_id=case_id)
            else:
                other_id = new_id("split", self.made)
                chosen = next((m.message_id for m in state.messages if m.kind != "system"), "")
                body = c.SplitCase(case_id=case_id, new_case_id=other_id, message_ids=(chosen,), subject="")
            other = cases.get(other_id, CaseState())
            after, there = pair(apply(with_(state, other=other), body, given))  # type: ignore[arg-type]
            cases[case_id], cases[other_id] = after, there
            self._tie(case_id, other_id)

    def _tie(self, case_id: str, other_id: str) -> None:
        root = self.cases[other_id].the_case.merged_into or other_id
        met = {case_id, other_id, root}
        touched = [one for one in self.tied if one & met]
        self.tied = [one for one in self.tied if not one & met] + [met.union(*touched)]

    def ever(self, case_id: str) -> set[str]:
        return next((one for one in self.tied if case_id in one), {case_id})

    def _decide(self, case_id: str, units: int) -> None:
        before = spent(self.cases, self.ever(case_id))
        judgement = verdict(self.cases, case_id, units)
        # Allowed exactly as long as the limit holds the whole matter; else somebody else has to say yes.
        assert isinstance(judgement, Allowed if before + units <= 5000 else NeedsApproval)
        if isinstance(judgement, Allowed):
            self.cases[case_id] = decided(self.cases[case_id], units, new_id("decision", self.made))
            assert spent(self.cases, self.ever(case_id)) <= 5000


def decided(state: CaseState, units: int, decision_id: str) -> CaseState:
    step = GoodwillVoucher(customer_id="c1", amount=Money(units))
    body = c.Decide(case_id=state.the_case.case_id, customer_id="c1", steps=(step,))
    return apply(state, body, at(59, command_id=decision_id, decision_state="scheduled"))


MOVES = st.tuples(
    st.sampled_from(ACTS), st.integers(0, 9), st.integers(0, 9), st.sampled_from((1, 900, 2500, 4999, 5000))
)


@example(st.lists(MOVES, max_size=40))
def test_no_order_of_merging_and_splitting_gets_more_out_of_a_limit(
    moves: list[tuple[str, int, int, int]],
) -> None:
    firm = Firm()
    for move in moves:
        firm.act(*move)
    for case_id in firm.cases:
        state = of_matter(firm.cases, case_id)
        assert set(matter_ids(state)) == together(firm.cases, case_id)
        counted = {*matter_ids(state), *(one.the_case.case_id for one in state.apart)}
        assert counted == firm.ever(case_id)


def two() -> tuple[CaseState, CaseState]:
    """Return a case with 40 EUR decided on it, and another one, not merged yet."""
    return decided(second(), 4000, new_id("d1")), with_(second(0, 48213, CASE_ID))


def test_what_was_decided_on_either_counts_for_both_and_goes_on_counting() -> None:
    source, target = two()
    cases = {SECOND: source, CASE_ID: target}
    assert isinstance(verdict(cases, CASE_ID, 2000), Allowed)
    source, target = merged(source, target)
    cases = {SECOND: source, CASE_ID: target}
    for case_id in cases:
        judgement = verdict(cases, case_id, 2000)
        assert isinstance(judgement, NeedsApproval)
        assert judgement.code == "limit.per_decision"
        assert isinstance(verdict(cases, case_id, 1000), Allowed)
    source, target = unmerged(source, target)
    cases = {SECOND: source, CASE_ID: target}
    for case_id, code in ((CASE_ID, "limit.per_matter"), (SECOND, "limit.per_decision")):
        judgement = verdict(cases, case_id, 2000)
        assert isinstance(judgement, NeedsApproval)
        assert judgement.code == code


def test_what_was_taken_apart_before_the_window_counts_apart() -> None:
    source, target = unmerged(*merged(*two()))
    state = with_(target, matter=())
    at_once = apart_ids(state, NOW, lambda one: source.case)
    later = apart_ids(state, NOW + timedelta(days=1), lambda one: source.case)
    assert (at_once, later) == ((SECOND,), ())


def test_what_was_booked_before_a_decision_failed_still_counts() -> None:
    states: tuple[tuple[int, StepState], ...] = (
        (3000, "booked"),
        (900, "failed"),
        (500, "stopped"),
        (40, "unknown"),
    )
    steps = tuple(
        Step(
            decision=GoodwillVoucher(customer_id="c1", amount=Money(units)), effect_id=f"e{units}", state=now
        )
        for units, now in states
    )
    record = DecisionRecord(
        decision_id="d",
        case_id=CASE_ID,
        customer_id="c1",
        person_id=AGENT.person_id,
        decided_at=NOW,
        steps=steps,
        state="failed",
    )
    usage = usage_seen(
        person=AGENT, case_ids=(CASE_ID,), customer_id="c1", now=NOW + MINUTE, decisions=(record,)
    )
    assert usage.case_spent == usage.day_spent == usage.customer_spent == {"goodwill": 3040}


def matter_facts(source: CaseState, target: CaseState) -> object:
    state = with_(target, matter=(source,))
    decisions = decisions_of_matter(state)
    return facts(
        case=state.the_case,
        members=(source.the_case,),
        messages=tuple(item for one in (target, source) for item in one.messages),
        decisions=decisions,
        usage=usage_seen(
            person=AGENT,
            case_ids=matter_ids(state),
            customer_id="c1",
            now=NOW,
            decisions=decisions,
            limits=(LIMIT,),
        ),
    )


def test_the_same_piece_is_a_duplicate_across_the_matter_even_where_the_customer_was_not_known() -> None:
    source, target = second(), with_(second(0, 48213, CASE_ID))
    source = with_case(source, customer_id="", customer_name="")
    body = c.Decide(case_id=SECOND, customer_id="", steps=(bowl_refund(quantity=2, units=4980),))
    source = apply(source, body, at(31, command_id=new_id("d"), decision_state="scheduled"))
    source, target = merged(source, target)
    known = matter_facts(source, target)
    context = context_of(known)  # type: ignore[arg-type]
    judgement = judge((bowl_refund(),), (LIMIT,), known.usage, context)  # type: ignore[attr-defined]
    assert not isinstance(judgement, Allowed)


def test_the_target_offers_what_the_merged_mail_asks_for() -> None:
    words = "Bitte um Erstattung: eine Schale ist zerbrochen."
    source = second()
    source = with_(source, messages=(with_(source.messages[0], text=words),))
    target = with_(second(0, 48213, CASE_ID), messages=(inbound("Danke für alles.", NOW),))
    target = with_case(target, subject="Danke")
    source, target = merged(source, target)
    offers = propose(matter_facts(source, target), load_texts().topics)  # type: ignore[arg-type]
    assert offers[0].key in ("damaged_item", "refund")
    alone = propose(matter_facts(with_(source, messages=()), target), load_texts().topics)  # type: ignore[arg-type]
    assert alone[0].key not in ("damaged_item", "refund")


def reply(case_id: str, seen: str, **more: object) -> c.SendMessage:
    return answer(case_id=case_id, seen_inbound_id=seen, **more)


def test_an_answer_on_the_target_has_seen_what_still_waits_in_the_merged_case() -> None:
    source, target = merged(second(30), second(0, 48213, CASE_ID))
    state = with_(target, matter=(source,))
    newest = newest_question(state)
    assert newest is not None
    assert newest.message_id == new_id("in-48214")
    with pytest.raises(RuleViolation) as caught:
        apply(state, reply(CASE_ID, new_id("in-48213")), at(50, command_id="r"))
    assert caught.value.code == "reply.stale"
    assert caught.value.params["message_id"] == new_id("in-48214")
    sent = apply(state, reply(CASE_ID, new_id("in-48214")), at(50, command_id="r"))
    assert sent.messages[-1].in_reply_to[-1] == "in-48214@posteo.example"
    # Answered there, it is no question any more.
    quiet = with_case(target, merged=tuple(with_(one, waiting_since=None) for one in target.the_case.merged))
    apply(with_(quiet, matter=(source,)), reply(CASE_ID, new_id("in-48213")), at(50, command_id="r"))


def test_an_answer_written_on_the_merged_case_leaves_unless_the_customer_wrote_since() -> None:
    source, target = merged(second(30), second(35, 48213, CASE_ID), 40)
    body = reply(SECOND, new_id("in-48214"))
    sent = apply(with_(source, matter=(target,)), body, at(50, command_id="r"))
    assert sent.messages[-1].case_id == SECOND
    later = received(target, mail("later", 45), at(45))
    with pytest.raises(RuleViolation) as caught:
        apply(with_(source, matter=(later,)), body, at(50, command_id="r"))
    assert caught.value.params["message_id"] == new_id("later")


def test_an_answer_does_not_cross_that_of_a_colleague_in_the_other_case() -> None:
    source, target = merged(second(30), second(0, 48213, CASE_ID), 40)
    state = with_(target, matter=(source,))
    other = at(45, command_id="r1")
    target = apply(state, reply(CASE_ID, new_id("in-48214")), with_(other, person_id="p-tanja"))
    target = with_(delivered(target, answer().message_id, at(46)), matter=())
    mine = reply(SECOND, new_id("in-48214"), message_id=new_id("mine"))
    with pytest.raises(RuleViolation) as caught:
        apply(with_(source, matter=(target,)), mine, at(50, command_id="r2"))
    assert caught.value.code == "reply.stale"
    early = with_(target, messages=tuple(with_(one, at=NOW + 39 * MINUTE) for one in target.messages))
    apply(with_(source, matter=(early,)), mine, at(50, command_id="r2"))


def test_a_reply_may_wait_for_a_decision_of_the_other_case() -> None:
    source, target = merged(*two())
    body = reply(CASE_ID, new_id("in-48214"), waits_for=new_id("d1"))
    sent = apply(with_(target, matter=(source,)), body, at(50, command_id="r"))
    assert sent.messages[-1].delivery == "waiting_booking"
    refused("reply.decision_unknown", target, with_(body, is_forced=True))


def test_messages_of_a_merged_case_can_be_split_off_and_the_rest_stays_merged() -> None:
    source = received(second(30), mail("more", 35, SECOND), at(35))
    source, target = merged(source, second(0, 48213, CASE_ID), 40)
    third = new_id("third")
    body = c.SplitCase(case_id=SECOND, new_case_id=third, message_ids=(new_id("more"),), subject="")
    source, other = pair(apply(with_(source, other=CaseState()), body, at(50, command_id="s", number=48216)))
    assert source.the_case.merged_into == CASE_ID
    assert other.the_case.case_id == third
    assert not other.the_case.merged_into
    assert target.the_case.merged_case_ids == (SECOND,)


def test_a_merged_case_of_nobody_is_not_tied_to_somebody_else_than_the_matter() -> None:
    source = with_case(second(), customer_id="", customer_name="")
    source, target = merged(source, second(0, 48213, CASE_ID))
    state = with_(source, matter=(target,))
    refused("case.tie_joined", state, c.TieCase(case_id=SECOND, customer_id="c2"))
    apply(state, c.TieCase(case_id=SECOND, customer_id="c1"), at(50, command_id="t"))
    other = c.Decide(
        case_id=SECOND, customer_id="c2", steps=(GoodwillVoucher(customer_id="c2", amount=Money(1)),)
    )
    with pytest.raises(RuleViolation) as caught:
        apply(state, other, at(50, command_id=new_id("o")))
    assert caught.value.code == "decision.other_customer"


def test_nobody_counts_twice() -> None:
    source, target = merged(*two())
    state = with_(target, matter=(source,))
    assert len(decisions_of_matter(state, source.decisions)) == 1
    assert matter_ids(state) == (CASE_ID, SECOND)
    assert matter_ids(with_(source, matter=(target,))) == (CASE_ID, SECOND)
    assert matter_ids(source) == (SECOND,)
