"""Proposals: the broken bowl exactly, line choice, amounts, and what is no longer possible."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from tests.casework.builders import (
    BOWL,
    NOW,
    ORDER,
    PAYMENT,
    bowl_refund,
    facts,
    inbound,
    new_id,
    record,
)
from workstation.casework.decision import AuthoriseReturn, MakePromise, Refund
from workstation.casework.errors import RuleViolation
from workstation.casework.limit import Allowed, NeedsApproval, Refused
from workstation.casework.macro import MACROS, fits_macro
from workstation.casework.money import Money
from workstation.casework.proposals import MOST, Proposal, propose, with_amount, with_lines
from workstation.casework.records import LineQuantity
from workstation.casework.texts import proposal_text
from workstation.system.texts import load_texts

TOPICS = load_texts().topics


def _titles(found: tuple[Proposal, ...], language: str = "de") -> list[str]:
    return [
        proposal_text(load_texts(), item.title_key, item.title_params, language)  # type: ignore[arg-type]
        for item in found
    ]


def test_the_broken_bowl_is_refunded_and_the_other_one_may_come_back() -> None:
    first = propose(facts(), TOPICS)[0]
    assert first.macro == "damaged_item"
    assert first.steps == (
        Refund(
            order_id="o1",
            payment_id="pay1",
            amount=Money(2490),
            lines=(LineQuantity("l-bowl", 1),),
            reason="damaged_in_transit",
        ),
        AuthoriseReturn(
            order_id="o1",
            lines=(LineQuantity("l-bowl", 1),),
            deadline=date(2026, 12, 7),
            reason="not_as_described",
        ),
    )
    assert isinstance(first.judgement, Allowed)
    assert first.judgement.rest_case == Money(2510)
    assert first.judgement.rule_name == "Erstattung, Stufe Agent"
    assert first.needs_line_choice == () and first.reply_card == "damaged_item"
    assert fits_macro(first.macro, first.steps)
    assert _titles((first,)) == ["24,90\N{NO-BREAK SPACE}€ erstatten + Rücksendung"]
    assert _titles((first,), "en") == ["Refund €24.90 + return"]
    sub = proposal_text(load_texts(), first.sub_key, first.sub_params, "de")
    assert sub == "an Karte …4242, 3 bis 5 Tage"


@pytest.mark.parametrize(
    "text",
    [
        "Hallo, von den zwei Schalen ist eine kaputt angekommen und die andere ist nicht wie abgebildet.",
        "Die Schale ist zerbrochen. Die zweite Schale hat eine andere Farbe als auf dem Foto.",
        "eine schale beschaedigt, die andere entspricht nicht der Beschreibung, was nun",
        "One Schale arrived broken, the other one is not as in the picture. What shall I do?",
    ],
)
def test_other_words_for_the_same_matter(text: str) -> None:
    first = propose(facts(text), TOPICS)[0]
    assert first.macro == "damaged_item" and isinstance(first.judgement, Allowed)
    assert [type(step) for step in first.steps] == [Refund, AuthoriseReturn]
    assert first.title_params["amount"] == "24.90 EUR"


def test_the_thirteenth_request_of_the_quarter_is_amber_with_its_reason() -> None:
    earlier = tuple(
        record(
            Refund(order_id="old", payment_id="old", amount=Money(1245)),
            name=number,
            case_id=new_id("old", number),
            at=NOW - timedelta(days=7 * number),
        )
        for number in range(1, 13)
    )
    first = propose(facts(decisions=earlier), TOPICS)[0]
    assert first.macro == "damaged_item"
    judgement = first.judgement
    assert isinstance(judgement, NeedsApproval)
    assert judgement.code == "limit.per_customer" and judgement.who_may == "lead"
    assert judgement.over == Money(12 * 1245 + 2490 - 15000)
    sub = proposal_text(load_texts(), first.sub_key, first.sub_params, "de").replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert sub == "13. Mal in 90 Tagen: 174,30 €, Rahmen 150 €"


def test_requests_older_than_the_window_do_not_count() -> None:
    earlier = tuple(
        record(
            Refund(order_id="old", payment_id="old", amount=Money(1245)),
            name=number,
            case_id=new_id("old", number),
            at=NOW - timedelta(days=91 + number),
        )
        for number in range(12)
    )
    assert isinstance(propose(facts(decisions=earlier), TOPICS)[0].judgement, Allowed)


def test_where_no_line_is_named_the_button_asks_for_it() -> None:
    given = facts("Etwas ist zerbrochen und etwas anderes nicht wie abgebildet. Was soll ich tun?")
    given = msgspec.structs.replace(
        given, case=msgspec.structs.replace(given.case, subject="Meine Lieferung")
    )
    found = {proposal.key: proposal for proposal in propose(given, TOPICS)}
    macro = found["damaged_item"]
    assert macro.steps == ()
    assert [(choice.line_id, choice.most) for choice in macro.needs_line_choice] == [
        ("l-glass", 2),
        ("l-bowl", 2),
    ]
    chosen = with_lines(macro, given, {"l-bowl": 1})
    assert chosen.steps == propose(facts(), TOPICS)[0].steps
    assert chosen.needs_line_choice == ()
    two = with_lines(found["refund"], given, {"l-bowl": 1, "l-glass": 2})
    assert two.title_params["amount"] == "53.90 EUR"
    assert isinstance(two.judgement, NeedsApproval) and two.judgement.code == "limit.per_decision"


def test_both_bowls_broken_leaves_nothing_to_send_back() -> None:
    given = facts()
    both = with_lines(propose(given, TOPICS)[0], given, {"l-bowl": 2})
    assert both.key == "refund" and both.title_params["amount"] == "49.80 EUR"
    assert both.reply_card == "damaged_refund"


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ({}, "proposal.no_lines"),
        ({"l-bowl": 0}, "proposal.no_lines"),
        ({"l-bowl": 3}, "proposal.too_many"),
        ({"l-bowl": -1}, "proposal.too_many"),
        ({"l-none": 1}, "proposal.line_unknown"),
    ],
)
def test_a_choice_that_is_none(chosen: dict[str, int], code: str) -> None:
    given = facts()
    with pytest.raises(RuleViolation) as caught:
        with_lines(propose(given, TOPICS)[0], given, chosen)
    assert caught.value.code == code


def test_another_amount_recolours_the_button() -> None:
    given = facts()
    refund = next(item for item in propose(given, TOPICS) if item.key == "refund")
    less = with_amount(refund, given, Money(1000))
    assert isinstance(less.judgement, Allowed) and less.title_params["amount"] == "10.00 EUR"
    more = with_amount(with_lines(refund, given, {"l-bowl": 2, "l-glass": 2}), given, Money(5001))
    assert isinstance(more.judgement, NeedsApproval) and more.judgement.over == Money(1)
    over = with_amount(refund, given, Money(2491))
    assert isinstance(over.judgement, Refused) and over.judgement.code == "decision.amount_over_lines"
    call = next(item for item in propose(given, TOPICS) if item.key == "promise_call_back")
    with pytest.raises(RuleViolation, match="no_amount"):
        with_amount(call, given, Money(1))


def test_what_was_decided_is_not_offered_again() -> None:
    steps = propose(facts(), TOPICS)[0].steps
    for state, step_state in (("queued", "pending"), ("booking", "running"), ("booked", "booked")):
        done = record(*steps, state=state, step_state=step_state)
        found = {item.key: item for item in propose(facts(decisions=(done,)), TOPICS)}
        assert "damaged_item" not in found
        assert [choice.most for choice in found["refund"].lines] == [2, 1]
    taken_back = record(*steps, state="cancelled", step_state="cancelled")
    assert propose(facts(decisions=(taken_back,)), TOPICS)[0].macro == "damaged_item"


def test_what_the_order_counts_and_the_decision_says_are_not_added_up() -> None:
    counted = msgspec.structs.replace(
        ORDER, lines=(ORDER.lines[0], msgspec.structs.replace(BOWL, refunded_quantity=1))
    )
    paid = msgspec.structs.replace(PAYMENT, refunded=Money(2490))
    done = record(bowl_refund())
    found = {
        item.key: item
        for item in propose(facts(decisions=(done,), orders=(counted,), payments=(paid,)), TOPICS)
    }
    assert [choice.most for choice in found["refund"].lines] == [2, 1]


def test_a_payment_given_back_in_full_is_grey_with_its_reason() -> None:
    paid = msgspec.structs.replace(PAYMENT, refunded=PAYMENT.captured)
    (grey,) = [x for x in propose(facts(payments=(paid,)), TOPICS) if isinstance(x.judgement, Refused)]
    assert grey.key == "damaged_item", "said once, by the one the words called for"
    assert isinstance(grey.judgement, Refused) and grey.judgement.code == "decision.nothing_refundable"
    assert grey.sub_key == "sub.decision.nothing_refundable"
    unpaid = propose(facts(payments=()), TOPICS)
    greys = [item for item in unpaid if isinstance(item.judgement, Refused)]
    assert greys and greys == list(unpaid[-len(greys) :]) and unpaid[0] not in greys
    assert {item.judgement.code for item in greys if isinstance(item.judgement, Refused)} == {
        "decision.payment_unknown"
    }


def test_without_an_order_there_are_promises() -> None:
    found = propose(facts("Bitte rufen Sie mich an.", orders=(), payments=()), TOPICS)
    assert [item.key for item in found] == ["promise_call_back", "promise_answer"]
    step = found[0].steps[0]
    assert isinstance(step, MakePromise) and step.due_at > NOW and step.due_at.minute % 15 == 0
    assert all(isinstance(item.judgement, Allowed) for item in found)


def test_the_order_a_mail_numbers_is_the_one() -> None:
    other = msgspec.structs.replace(
        ORDER, order_id="o2", number="B-09911", placed_at=NOW - timedelta(days=1), lines=ORDER.lines[:1]
    )
    given = facts("Zu Bestellung B 10482: das Glas ist kaputt.", orders=(ORDER, other))
    assert propose(given, TOPICS)[0].order_id == "o1"
    tied = msgspec.structs.replace(given, case=msgspec.structs.replace(given.case, order_id="o2"))
    assert propose(tied, TOPICS)[0].order_id == "o2"


def test_quoted_history_and_auto_replies_do_not_speak() -> None:
    given = facts("Guten Tag")
    quiet = (
        inbound("Guten Tag", name="a", quoted="die Schale ist kaputt"),
        inbound("die Schale ist kaputt, die andere nicht wie abgebildet", name="b", is_auto_reply=True),
    )
    case = msgspec.structs.replace(given.case, subject="Frage")
    found = propose(msgspec.structs.replace(given, case=case, messages=quiet), TOPICS)
    assert all(item.macro == "" for item in found)


def test_never_more_than_twelve_and_every_key_once() -> None:
    found = propose(facts(), TOPICS)
    assert len(found) <= MOST
    assert len({item.key for item in found}) == len(found)
    assert propose(facts(), TOPICS) == found


def test_offline_says_so() -> None:
    first = propose(facts(is_online=False), TOPICS)[0]
    assert isinstance(first.judgement, Allowed) and first.sub_key == "sub.offline"


def test_every_word_of_a_proposal_exists_in_both_languages() -> None:
    texts = load_texts()
    assert texts.proposals["de"].keys() == texts.proposals["en"].keys()
    samples = [MAIL_WITHOUT_LINE, "Bitte Rückruf", "Ich möchte die Schale zurückgeben", "Das Glas ist kaputt"]
    for sample in samples:
        for item in propose(facts(sample), TOPICS):
            for language in ("de", "en"):
                for key, params in ((item.title_key, item.title_params), (item.sub_key, item.sub_params)):
                    said = proposal_text(texts, key, params, language)
                    assert said and said != key and "{" not in said and "!" not in said
            assert item.reply_card in texts.cards
    assert all(shape.reply_card in texts.cards for shape in MACROS.values())


MAIL_WITHOUT_LINE = "Etwas ist zerbrochen und nicht wie abgebildet."


_PIECES = st.sampled_from(
    [
        "Schale",
        "Glas",
        "kaputt",
        "zerbrochen",
        "nicht wie abgebildet",
        "die andere",
        "zurückgeben",
        "fehlt",
        "Rückruf",
        "B-10482",
        ",",
        ".",
        "und",
        "broken",
        "not as in the picture",
        "Meteor",
        "{amount}",
        "\x00",
        "ÄÖÜ",
    ]
)


@example(
    st.lists(_PIECES, max_size=12).map(" ".join) | st.text(max_size=80), st.integers(0, 2), st.integers(0, 2)
)
def test_whatever_is_written_every_button_can_be_pressed(text: str, refunded: int, returned: int) -> None:
    bowl = msgspec.structs.replace(BOWL, refunded_quantity=refunded, returned_quantity=returned)
    order = msgspec.structs.replace(ORDER, lines=(ORDER.lines[0], bowl))
    known = facts(text, orders=(order,))
    for item in propose(known, TOPICS):
        assert not isinstance(item.judgement, Refused), item
        assert bool(item.steps) != bool(item.needs_line_choice)
        assert fits_macro(item.macro, item.steps) or item.needs_line_choice
        if item.needs_line_choice:
            choice = item.needs_line_choice[0]
            chosen = with_lines(item, known, {choice.line_id: choice.most})
            assert chosen.steps and not isinstance(chosen.judgement, Refused)
