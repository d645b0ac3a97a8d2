"""Proposals to take back what was booked on this case, while the records still let it."""

from __future__ import annotations

from collections.abc import Iterator

from workstation.casework.case_facts import CaseFacts
from workstation.casework.decision import DecisionRecord, Reverse, kind_of, value_of
from workstation.casework.limit import Allowed, Refused
from workstation.casework.params import money_param
from workstation.casework.proposal import Proposal
from workstation.casework.proposal_building import TAKING_BACK, Ranked, judged

_MOST = 3


def taking_back(facts: CaseFacts) -> list[Ranked]:
    """Return the reversals of the newest decisions of this case, newest first; only those still possible."""
    mine = [record for record in facts.decisions if record.case_id in facts.case_ids]
    newest = sorted(mine, key=lambda record: (record.decided_at, record.decision_id), reverse=True)
    possible = (
        proposal
        for record in newest
        for proposal in _of_record(facts, record)
        if not isinstance(proposal.judgement, Refused)
    )
    return [
        Ranked(TAKING_BACK + place, proposal) for place, proposal in zip(range(_MOST), possible, strict=False)
    ]


def reversals_of(facts: CaseFacts, decision_id: str) -> tuple[Proposal, ...]:
    """Return the reversals of one decision of this case, those that are not possible with the reason why."""
    records = (one for one in facts.decisions if one.decision_id == decision_id)
    mine = (one for one in records if one.case_id in facts.case_ids)
    return tuple(proposal for record in mine for proposal in _of_record(facts, record))


def _of_record(facts: CaseFacts, record: DecisionRecord) -> Iterator[Proposal]:
    for index, step in enumerate(record.steps):
        kind = kind_of(step.decision)
        if step.state != "booked" or kind in ("promise", "reversal"):
            continue
        cost = value_of(step.decision)
        yield judged(
            Proposal(
                key=f"reversal.{record.decision_id}.{index}",
                steps=(Reverse(decision_id=record.decision_id, step=index, undoes=kind, reason="mistake"),),
                title_key=f"title.reversal.{kind}",
                title_params={"amount": money_param(cost)} if cost else {},
                judgement=Allowed(),
                reply_card="reversal",
                icon="rotate-ccw",
                reason="mistake",
            ),
            facts,
        )
