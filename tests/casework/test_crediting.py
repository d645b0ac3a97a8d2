"""Credited or paid out: open first, to the cent, in proposals, titles, answers and other amounts."""

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.casework.builders import BOWL, ORDER, PAYMENT, TENANT, facts
from workstation.casework.crediting import amounts_said, open_of, split, with_split
from workstation.casework.decision import (
    CancelOrder,
    Decision,
    DecisionRecord,
    PriceAdjustment,
    Refund,
    Step,
    StepState,
    cost_of,
    value_of,
)
from workstation.casework.limit import Allowed
from workstation.casework.message import Language
from workstation.casework.money import Money
from workstation.casework.proposal import Proposal
from workstation.casework.proposals import propose, with_amount, with_lines
from workstation.casework.records import Booking, Invoice, LineQuantity, TaxShare
from workstation.casework.taxes import tax_shares
from workstation.casework.texts import FactSources, as_mapping, facts_of_decision, proposal_text, render_card
from workstation.system.texts import load_texts

TEXTS = load_texts()
INVOICE = Invoice(
    invoice_id="i1",
    number="R-17",
    customer_id=ORDER.customer_id,
    order_id=ORDER.order_id,
    total=ORDER.total,
    open=ORDER.total,
    issued_on=date(2026, 11, 1),
    due_on=date(2026, 11, 15),
)
UNPAID = msgspec.structs.replace(PAYMENT, captured=Money(0))


def record(*steps: Decision, state: StepState = "pending", **result: str) -> DecisionRecord:
    return DecisionRecord(
        decision_id="d1",
        case_id="k1",
        customer_id=ORDER.customer_id,
        person_id="p1",
        decided_at=facts().now,
        steps=tuple(Step(decision=step, state=state, result=result) for step in steps),
        state="booked" if state == "booked" else "queued",
    )


def offered(key: str, **known: Any) -> Proposal:
    values: dict[str, Any] = {"invoices": (INVOICE,), "payments": (UNPAID,), **known}
    return next(one for one in propose(facts(**values), TEXTS.topics) if one.key == key)


def title(proposal: Proposal, language: Language = "de") -> str:
    text = proposal_text(TEXTS, proposal.title_key, proposal.title_params, language)
    return text.replace("\N{NO-BREAK SPACE}", " ")


@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_open_comes_first_and_nothing_is_lost(value: int, still_open: int) -> None:
    parts = split(Money(value), Money(still_open))
    assert parts.credited + parts.paid_out == Money(value)
    assert parts.credited <= Money(still_open)
    assert not parts.paid_out or parts.credited == Money(still_open)


@given(st.integers(1, 8370), st.integers(0, 8370))
def test_a_credit_note_states_its_tax_to_the_cent_however_it_is_split(value: int, still_open: int) -> None:
    step = with_split(Refund(order_id="o1", payment_id="p", amount=Money(0)), Money(value), Money(still_open))
    shares = tax_shares(ORDER, value_of(step))
    assert sum(one.net.minor_units + one.tax.minor_units for one in shares) == value
    assert cost_of(step) == Money(value)


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=6), st.integers(0, 2500))
def test_back_in_parts_has_the_tax_of_all_at_once(parts: list[int], rate: int) -> None:
    order = msgspec.structs.replace(
        ORDER, lines=(msgspec.structs.replace(BOWL, tax_rate_bp=rate, quantity=9),)
    )
    shares: list[TaxShare] = []
    for part in parts:
        now = tax_shares(order, Money(part), (), shares)
        assert sum(one.net.minor_units + one.tax.minor_units for one in now) == part
        assert all(one.net.minor_units >= 0 and one.tax.minor_units >= 0 for one in now)
        shares += now
    (at_once,) = tax_shares(order, Money(sum(parts)))
    assert sum(one.tax.minor_units for one in shares) == at_once.tax.minor_units
    assert sum(one.net.minor_units for one in shares) == at_once.net.minor_units


def test_credits_under_way_are_not_given_twice() -> None:
    step = Refund(order_id=ORDER.order_id, payment_id="", amount=Money(0), credited=Money(2490))
    known = (INVOICE,)
    assert open_of(ORDER.order_id, known, (record(step),), "EUR") == Money(8370 - 2490)
    assert open_of(ORDER.order_id, known, (record(step, state="booked"),), "EUR") == Money(8370)
    assert open_of(ORDER.order_id, known, (), "CHF") == Money(0, "CHF")


def test_a_credit_that_may_never_come_or_is_in_the_books_already_is_not_counted() -> None:
    step = Refund(order_id=ORDER.order_id, payment_id="", amount=Money(0), credited=Money(2490))
    waits = msgspec.structs.replace(record(step), state="needs_approval")
    assert open_of(ORDER.order_id, (INVOICE,), (waits,), "EUR") == Money(8370)
    sent = msgspec.structs.replace(record(step), steps=(Step(decision=step, effect_id="e1"),))
    lowered = msgspec.structs.replace(INVOICE, open=Money(5880), credited=Money(2490))
    booking = Booking(
        booking_id="b1",
        credit_note_number="GS-1",
        order_id=ORDER.order_id,
        payment_id="",
        customer_id=ORDER.customer_id,
        amount=Money(2490),
        booked_at=facts().now,
        reference="e1",
    )
    assert open_of(ORDER.order_id, (lowered,), (sent,), "EUR", (booking,)) == Money(5880)
    assert open_of(ORDER.order_id, (INVOICE,), (sent,), "EUR") == Money(5880)


def test_a_cancellation_that_only_credits_costs_nothing() -> None:
    step = CancelOrder(order_id="o1", credited=Money(8370))
    assert (cost_of(step), value_of(step)) == (Money(0), Money(8370))
    assert amounts_said((step,), "EUR") == {
        "amount": "83.70 EUR",
        "credited": "83.70 EUR",
        "paid_out": "0.00 EUR",
    }


def test_the_button_says_credited_when_nothing_was_paid() -> None:
    choose = offered("refund")
    made = with_lines(choose, facts(invoices=(INVOICE,), payments=(UNPAID,)), {BOWL.line_id: 1})
    assert made.steps == (
        Refund(
            order_id=ORDER.order_id,
            payment_id="",
            amount=Money(0),
            credited=BOWL.unit_price,
            lines=(LineQuantity(BOWL.line_id, 1),),
            reason=made.reason,
        ),
    )
    assert isinstance(made.judgement, Allowed)
    assert title(made) == "24,90 € gutschreiben"
    assert title(made, "en") == "Credit €24.90"
    assert made.sub_key == "sub.credited"


def test_no_payment_at_all_is_no_hindrance_while_the_invoice_is_open() -> None:
    made = with_lines(
        offered("refund", payments=()), facts(invoices=(INVOICE,), payments=()), {BOWL.line_id: 1}
    )
    assert isinstance(made.judgement, Allowed)


def test_paid_in_part_both_are_said_and_another_amount_is_split_anew() -> None:
    part = (msgspec.structs.replace(INVOICE, open=Money(1000)),)
    known = facts(invoices=part)
    made = with_lines(offered("refund", invoices=part, payments=(PAYMENT,)), known, {BOWL.line_id: 1})
    assert title(made) == "10 € gutschreiben + 14,90 € erstatten"
    less = with_amount(made, known, Money(900))
    assert title(less) == "9 € gutschreiben"
    (step,) = less.steps
    assert isinstance(step, Refund)
    assert (step.amount, step.credited, step.payment_id) == (Money(0), Money(900), "")
    more = with_amount(less, known, Money(1200))
    (step,) = more.steps
    assert isinstance(step, Refund)
    assert (step.amount, step.credited, step.payment_id) == (Money(200), Money(1000), PAYMENT.payment_id)


@pytest.mark.parametrize(
    ("paid_out", "credited", "said", "unsaid"),
    [
        (0, 1490, ("14,90 € abgezogen", "R-17", "Zu zahlen bleiben 68,80 €"), ("angewiesen", "erstatten")),
        (1490, 0, ("14,90 €", "angewiesen"), ("abgezogen",)),
        (490, 1000, ("4,90 €", "angewiesen", "10,00 € abgezogen"), ()),
    ],
)
@pytest.mark.parametrize("card", ["refund", "price_adjustment", "damaged_refund", "refund_shipping"])
def test_an_answer_says_which(
    card: str, paid_out: int, credited: int, said: tuple[str, ...], unsaid: tuple[str, ...]
) -> None:
    step = PriceAdjustment(
        order_id=ORDER.order_id, payment_id="", amount=Money(paid_out), credited=Money(credited)
    )
    done = record(step, state="booked", credit_note_no="GS-1", left_open="68.80 EUR", booked_at=NOW)
    sources = FactSources(tenant=TENANT, orders=(ORDER,), invoices=(INVOICE,))
    told = as_mapping(facts_of_decision(done, sources, TEXTS, "de"))
    text = render_card(TEXTS.card(card), "de", {**told, "greeting": "Guten Tag", "signature": "Lisa"})
    text = text.replace("\N{NO-BREAK SPACE}", " ").replace("für den Versand ", "")
    assert [word for word in said if word not in text] == []
    assert [word for word in unsaid if word in text] == []
    assert "{" not in text


NOW = facts().now.isoformat()
