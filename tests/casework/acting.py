"""Acts on the case of the broken bowl, as the tests of the projection use them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.casework.builders import (
    AGENT,
    CASE_ID,
    NOW,
    facts,
    given,
    new_case,
    new_id,
)
from workstation.casework.case_state import CaseState, Given
from workstation.casework.errors import RuleViolation
from workstation.casework.message import Fact
from workstation.casework.projection import (
    apply,
)
from workstation.casework.proposals import propose
from workstation.casework.wire import commands as c
from workstation.system.texts import load_texts

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
ANSWER = new_id("answer")
DECISION = new_id("decision")


def at(minutes: float, person: object = AGENT, **more: object) -> Given:
    return given(NOW + timedelta(minutes=minutes), person, **more)  # type: ignore[arg-type]


def answer(**more: object) -> c.SendMessage:
    values: dict[str, object] = {
        "case_id": CASE_ID,
        "message_id": ANSWER,
        "text": "Guten Tag, wir kümmern uns.",
        "to": ("anna.bergmann@posteo.example",),
        "seen_inbound_id": new_id("in1"),
        **more,
    }
    return c.SendMessage(**values)  # type: ignore[arg-type]


def refused(code: str, state: CaseState, body: c.Body, when: Given | None = None) -> RuleViolation:
    with pytest.raises(RuleViolation) as caught:
        apply(state, body, when or at(5))
    assert caught.value.code == code
    return caught.value


def decide(state: CaseState, *steps: object, minutes: float = 3, **more: object) -> CaseState:
    body = c.Decide(case_id=CASE_ID, customer_id="c1", steps=steps)  # type: ignore[arg-type]
    return apply(state, body, at(minutes, command_id=DECISION, **{"decision_state": "scheduled", **more}))


def booked_bowl() -> CaseState:
    first = propose(facts(), load_texts().topics)[0]
    state = decide(new_case(), *first.steps)
    body = answer(
        text="{amount} angewiesen, Gutschrift {credit_note_no}",
        facts=(Fact(slot="amount", value="24,90 €"), Fact(slot="credit_note_no")),
        waits_for=DECISION,
        solves=True,
        follow_up_at=NOW + timedelta(days=3),
    )
    return apply(state, body, at(4))
