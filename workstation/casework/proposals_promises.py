"""Proposals that something will be done by a time: a call, an answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from workstation.casework.case_facts import CaseFacts
from workstation.casework.decision import MakePromise
from workstation.casework.ids import derived_id
from workstation.casework.limit import Allowed
from workstation.casework.proposal import Proposal
from workstation.casework.proposal_building import CALLED_FOR, PROMISED, Ranked, due_within, judged
from workstation.casework.reading import Reading

CALL_WITHIN = timedelta(hours=2)
ANSWER_WITHIN = timedelta(hours=4)
"""Open time: what is promised late on a Friday falls due on Monday."""


def promises(facts: CaseFacts, reading: Reading, *, is_asked: bool) -> list[Ranked]:
    """Return a call and an answer; they go first where the words ask for nothing else."""
    call, answer = promise(facts, "call_back", CALL_WITHIN), promise(facts, "answer", ANSWER_WITHIN)
    if reading.has("call_back"):
        return [Ranked(CALLED_FOR - 1, call), Ranked(PROMISED, answer)]
    first = PROMISED if is_asked else CALLED_FOR
    return [Ranked(first, answer), Ranked(first + 1, call)]


def promise(facts: CaseFacts, what: Literal["call_back", "answer"], within: timedelta) -> Proposal:
    """Return the proposal to promise ``what`` within that much open time."""
    step = promise_step(facts, what, within)
    return judged(
        Proposal(
            key=f"promise_{what}",
            steps=(step,),
            title_key=f"title.promise.{what}",
            title_params={"due_at": step.due_at.isoformat()},
            judgement=Allowed(),
            reply_card=f"promise_{what}",
            icon="phone" if what == "call_back" else "handshake",
        ),
        facts,
    )


def promise_step(facts: CaseFacts, what: Literal["call_back", "answer"], within: timedelta) -> MakePromise:
    """Return the promise; the same facts give it the same id."""
    due = due_within(facts, within)
    return MakePromise(
        what=what,
        due_at=due,
        promise_id=derived_id("promise", facts.case.case_id, what, due.isoformat()),
        owner_id=facts.person.person_id,
    )
