"""What is offered for which words and facts: wrong item, late, cancelling, dunning, goodwill, the till."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from tests.casework.builders import NOW, OFFICE, ORDER, PAYMENT, SHIPMENT, facts, record
from tests.casework.test_soundness import INVOICE, PLACED
from workstation.casework.case_facts import CaseFacts
from workstation.casework.decision import (
    AuthoriseReturn,
    BlockDunning,
    CancelOrder,
    GoodwillVoucher,
    MakePromise,
    RefundShipping,
    Replacement,
    ResendInvoice,
    TillOrder,
    WaiveDunningFee,
    cost_of,
    kind_of,
    payment_named,
    total_cost,
)
from workstation.casework.limit import Allowed, Limit, NeedsApproval, Refused
from workstation.casework.macro import fits_macro
from workstation.casework.money import Money
from workstation.casework.proposal_building import SEEN
from workstation.casework.proposals import (
    MOST,
    Proposal,
    may_change_amount,
    propose,
    usual,
    usual_amounts,
    usual_shares,
    with_amount,
    with_lines,
)
from workstation.casework.records import (
    Invoice,
    LineQuantity,
    Order,
    OrderLine,
    ParcelEvent,
    Shipment,
    StockLevel,
)
from workstation.casework.remaining import refundable
from workstation.casework.texts import proposal_text
from workstation.system.texts import load_texts
from workstation.ui.shared.icons import NAMES

TEXTS = load_texts()
FREE = Limit(limit_id="all", name="Alles", kinds=("*", "reversal"), role="agent")
HEADPHONES = Order(
    order_id="o7",
    number="B-20001",
    customer_id="c1",
    placed_at=NOW - timedelta(days=4),
    lines=(OrderLine(line_id="l1", name="Kopfhörer Aria", quantity=1, unit_price=Money(39900), sku="ARIA"),),
    shipping=Money(490),
    status="delivered",
)
HEADPHONES_PAID = msgspec.structs.replace(
    PAYMENT, payment_id="pay7", order_id="o7", captured=HEADPHONES.total
)


def known(text: str, **more: object) -> CaseFacts:
    """Facts in which nothing but the records limits anybody; the subject says nothing."""
    made = facts(text, **{"limits": (FREE,), "calendar": OFFICE, **more})  # type: ignore[arg-type]
    case = msgspec.structs.replace(made.case, subject="Frage")
    return msgspec.structs.replace(made, case=case)


def offered(made: CaseFacts) -> dict[str, Proposal]:
    return {item.key: item for item in propose(made, TEXTS.topics)}


def first(made: CaseFacts) -> Proposal:
    return propose(made, TEXTS.topics)[0]


def said(item: Proposal, language: str = "de") -> tuple[str, str]:
    return (
        proposal_text(TEXTS, item.title_key, item.title_params, language),  # type: ignore[arg-type]
        proposal_text(TEXTS, item.sub_key, item.sub_params, language),  # type: ignore[arg-type]
    )


# -- wrong item
def test_a_cookbook_for_headphones_is_one_click() -> None:
    made = known(
        "Sie haben mir ein Kochbuch geschickt, das habe ich nicht bestellt.",
        orders=(HEADPHONES,),
        payments=(HEADPHONES_PAID,),
        shipments=(),
        stock=(StockLevel(stock_id="s", sku="ARIA", available=3),),
    )
    best = first(made)
    assert best.macro == "wrong_item" and isinstance(best.judgement, Allowed)
    assert fits_macro("wrong_item", best.steps)
    assert [type(step) for step in best.steps] == [Replacement, AuthoriseReturn]
    assert total_cost(best.steps) == Money(39900)
    assert said(best) == ("Ersatz senden + Rücksendung", "1 × Kopfhörer Aria, kostenfrei")


@pytest.mark.parametrize(
    "text",
    [
        "Falsches Paket",
        "Ihr habt mir ein Kochbuch geschickt. Bestellt war der Kopfhörer. Was nun?",
        "Hier liegt ein Kochbuch. Bestellt hatte ich einen Kopfhörer.",
        "I got the wrong package.",
    ],
    ids=["parcel", "was-ordered", "had-ordered", "package"],
)
def test_other_words_for_a_wrong_parcel_are_read_too(text: str) -> None:
    stock = (StockLevel(stock_id="s", sku="ARIA", available=3),)
    made = known(text, orders=(HEADPHONES,), payments=(HEADPHONES_PAID,), shipments=(), stock=stock)
    assert first(made).macro == "wrong_item"


def test_out_of_stock_is_grey_with_the_way_that_is_open() -> None:
    made = known(
        "Sie haben mir ein Kochbuch geschickt, das habe ich nicht bestellt.",
        orders=(HEADPHONES,),
        payments=(HEADPHONES_PAID,),
        shipments=(),
        stock=(StockLevel(stock_id="s", sku="ARIA", available=0, expected_on=date(2026, 12, 4)),),
        limits=(
            Limit(limit_id="m", name="Geld", kinds=("money_back",), role="agent", per_decision=5000),
            Limit(limit_id="g", name="Ware", kinds=("goods_again",), role="agent", per_decision=50000),
        ),
    )
    offers = propose(made, TEXTS.topics)
    macro = next(item for item in offers if item.key == "wrong_item")
    assert isinstance(macro.judgement, Refused) and macro.judgement.alternative == "refund"
    assert "04.12.2026" in said(macro)[1] and "erstatten" in said(macro)[1]
    assert not [item for item in offers if item.key == "replacement"], "grey once for one reason"
    refund = next(item for item in offers if item.key == "refund")
    assert isinstance(refund.judgement, NeedsApproval) and offers.index(refund) < offers.index(macro)


def test_what_is_out_of_stock_stands_for_no_other_line() -> None:
    stock = (StockLevel(stock_id="s", sku="GLAS-03", available=0),)
    made = known(
        "Es fehlt etwas.", orders=(msgspec.structs.replace(PLACED, status="delivered"),), stock=stock
    )
    again = offered(made)["replacement"]
    assert again.needs_line_choice and isinstance(again.judgement, Allowed)
    assert said(again) == ("Ersatz: welcher Artikel?", "kostenfrei")
    assert isinstance(with_lines(again, made, {"l-bowl": 1}).judgement, Allowed)
    assert isinstance(with_lines(again, made, {"l-glass": 1}).judgement, Refused)


# -- late
def test_a_late_parcel_is_shipping_back_and_an_answer_by_a_time() -> None:
    moving = msgspec.structs.replace(
        SHIPMENT,
        promised_by=date(2026, 11, 20),
        events=(ParcelEvent(at=NOW - timedelta(days=1), code="in_transit"),),
    )
    order = msgspec.structs.replace(ORDER, status="shipped")
    made = known("Wo bleibt mein Paket?", orders=(order,), shipments=(moving,))
    best = first(made)
    assert best.macro == "late_parcel" and fits_macro("late_parcel", best.steps)
    assert [type(step) for step in best.steps] == [RefundShipping, MakePromise]
    assert said(best)[0] == "4,90\N{NO-BREAK SPACE}€ Versand erstatten + Antwort zusagen"
    offers = offered(made)
    assert isinstance(offers["refund_shipping"].judgement, Allowed)
    assert "replacement" in offers and offers["replacement"].reason != "lost_in_transit"
    assert "return" not in offers, "what has not come cannot be sent back"
    refused = known("Ich möchte das zurückgeben.", orders=(order,), shipments=(moving,))
    assert "return" in offered(refused), "unless somebody wants just that"
    quiet = known("Guten Tag", orders=(order,), shipments=(moving,))
    assert "late_parcel" in offered(quiet), "the records say it without any word"
    done = record(*best.steps)
    assert "refund_shipping" not in offered(msgspec.structs.replace(made, decisions=(done,)))


def test_what_is_lost_is_sent_again() -> None:
    still = msgspec.structs.replace(
        SHIPMENT,
        promised_by=date(2026, 11, 10),
        events=(ParcelEvent(at=NOW - timedelta(days=12), code="in_transit"),),
    )
    order = msgspec.structs.replace(ORDER, status="shipped")
    made = known("Wo bleibt mein Paket?", orders=(order,), shipments=(still,))
    again = offered(made)["replacement"]
    assert again.reason == "lost_in_transit" and isinstance(again.judgement, Allowed)
    step = again.steps[0]
    assert isinstance(step, Replacement) and step.value == Money(7880)


def test_on_time_nothing_is_said_of_being_late() -> None:
    assert not {"late_parcel", "refund_shipping"} & set(offered(known("Guten Tag")))


# -- cancelling
@pytest.mark.parametrize(
    "text", ["Ich bin nicht mehr interessiert.", "Bitte stornieren Sie alles.", "Please cancel my order."]
)
def test_before_it_leaves_cancelling_is_one_click(text: str) -> None:
    made = known(text, orders=(PLACED,), shipments=())
    best = first(made)
    assert best.key == "cancel_order" and isinstance(best.judgement, Allowed)
    step = best.steps[0]
    assert isinstance(step, CancelOrder) and step.amount == PLACED.total and not step.lines
    assert said(best) == (
        "Stornieren + 83,70\N{NO-BREAK SPACE}€ erstatten",
        "an Karte …4242, 3 bis 5 Tage",
    )
    part = offered(made)["cancel_lines"]
    assert part.needs_line_choice and not part.steps
    chosen = with_lines(part, made, {"l-bowl": 1})
    assert chosen.steps == (
        CancelOrder(
            order_id="o1", payment_id="pay1", lines=(LineQuantity("l-bowl", 1),), amount=Money(2490),
            reason="changed_mind",
        ),
    )  # fmt: skip
    assert isinstance(chosen.judgement, Allowed)


def test_whoever_cancels_all_lines_gets_the_shipping_back_too() -> None:
    made = known("Bitte stornieren", orders=(PLACED,), shipments=())
    part = offered(made)["cancel_lines"]
    whole = with_lines(part, made, {"l-bowl": 2, "l-glass": 2})
    step = whole.steps[0]
    assert isinstance(step, CancelOrder) and step.amount == PLACED.total and not step.lines
    bowls = CancelOrder(
        order_id="o1", payment_id="pay1", lines=(LineQuantity("l-bowl", 2),), amount=Money(4980)
    )
    later = msgspec.structs.replace(made, decisions=(record(bowls),))
    rest = with_lines(offered(later)["cancel_lines"], later, {"l-glass": 2}).steps[0]
    assert isinstance(rest, CancelOrder) and rest.amount == Money(2900 + 490) and not rest.lines


def test_unpaid_orders_are_cancelled_without_money() -> None:
    made = known("Bitte stornieren", orders=(PLACED,), payments=(), shipments=())
    best = first(made)
    step = best.steps[0]
    assert isinstance(step, CancelOrder) and not step.amount and not step.payment_id
    assert said(best) == ("Bestellung stornieren", "noch nichts bezahlt, es geht kein Geld zurück")


def test_after_it_has_left_cancelling_is_grey_and_a_return_is_not() -> None:
    made = known("Bitte stornieren Sie meine Bestellung.")
    offers = propose(made, TEXTS.topics)
    grey = next(item for item in offers if item.key == "cancel_order")
    assert isinstance(grey.judgement, Refused) and grey.judgement.alternative == "return"
    assert offers.index(grey) < SEEN and any(item.key == "return" for item in offers[:SEEN])
    assert "unterwegs" in said(grey)[1]
    assert offers[0].key == "return", "the money comes back with the goods"


# -- dunning
def dunned(**more: object) -> Invoice:
    return msgspec.structs.replace(INVOICE, **more)


def test_a_reminder_before_the_invoice_is_one_click() -> None:
    text = "Ich habe eine Mahnung bekommen, aber nie eine Rechnung."
    made = known(text, invoices=(dunned(),))
    best = first(made)
    assert best.macro == "dunning_before_invoice" and isinstance(best.judgement, Allowed)
    assert best.steps == (
        BlockDunning(invoice_id="i1", until=date(2026, 12, 14), reason="invoice_not_delivered"),
        ResendInvoice(invoice_id="i1", reason="invoice_not_delivered"),
        WaiveDunningFee(invoice_id="i1", amount=Money(500), reason="invoice_not_delivered"),
    )
    assert fits_macro(best.macro, best.steps) and best.reply_card == "dunning_before_invoice"
    offers = offered(made)
    assert {"resend_invoice", "waive_dunning_fee", "dunning_block"} <= set(offers)
    assert "dunning_unblock" not in offers
    assert said(offers["dunning_block"]) == ("Mahnung stoppen", "Rechnung 24-0612, bis 14.12.2026")
    assert said(offers["resend_invoice"])[0] == "Rechnung erneut senden"


def test_without_a_fee_the_step_is_left_out() -> None:
    made = known("Ich habe eine Mahnung bekommen.", invoices=(dunned(fee_open=Money(0)),))
    best = first(made)
    assert [kind_of(step) for step in best.steps] == ["dunning_block", "resend_invoice"]
    assert fits_macro("dunning_before_invoice", best.steps)
    assert not fits_macro("dunning_before_invoice", best.steps[:1])
    assert not fits_macro("dunning_before_invoice", tuple(reversed(best.steps)))
    assert not fits_macro("wrong_item", best.steps)


def test_a_case_tied_to_a_dunned_invoice_needs_no_words() -> None:
    made = known("Es hat sich erledigt, aber ein schwacher Anfang.", invoices=(dunned(),))
    tied = msgspec.structs.replace(made, case=msgspec.structs.replace(made.case, invoice_id="i1"))
    assert first(tied).macro == "dunning_before_invoice"
    assert offered(made)["resend_invoice"].steps, "and untied it is at hand, further down"
    assert first(made).macro == ""


def test_what_is_stopped_can_go_on_and_is_not_made_shorter() -> None:
    stopped = dunned(is_dunning_blocked=True, dunning_blocked_until=date(2027, 1, 20))
    made = known("Ich habe eine Mahnung bekommen.", invoices=(stopped,))
    offers = offered(made)
    assert "dunning_block" not in offers and isinstance(offers["dunning_unblock"].judgement, Allowed)
    step = offers["dunning_before_invoice"].steps[0]
    assert isinstance(step, BlockDunning) and step.until == date(2027, 1, 20)


def test_what_was_stopped_and_sent_again_is_not_offered_first_as_if_nothing_was_done() -> None:
    text = "Ich habe eine Mahnung bekommen, aber nie eine Rechnung."
    made = known(text, invoices=(dunned(),))
    booked = record(*first(made).steps)
    stopped = dunned(is_dunning_blocked=True, dunning_blocked_until=date(2026, 12, 14), fee_open=Money(0))
    sent = msgspec.structs.replace(stopped, copy_sent_at=NOW + timedelta(minutes=1))
    queued = record(*first(made).steps, state="queued", step_state="pending")
    for after in (
        known(text, invoices=(sent,), decisions=(booked,)),
        known(text, invoices=(sent,)),  # the decision is older than what is at hand
        known(text, invoices=(stopped,), decisions=(booked,)),  # the copy waits for its answer
        known(text, invoices=(dunned(),), decisions=(queued,)),
    ):
        keys = [item.key for item in propose(after, TEXTS.topics)]
        assert "dunning_before_invoice" not in keys
        assert keys[0] != "resend_invoice" and "resend_invoice" in keys
    gone_on = msgspec.structs.replace(sent, is_dunning_blocked=False, dunning_blocked_until=None)
    assert first(known(text, invoices=(gone_on,), decisions=(booked,))).macro == "dunning_before_invoice"
    failed = record(*first(made).steps, state="failed", step_state="failed")
    assert first(known(text, invoices=(stopped,), decisions=(failed,))).macro == "dunning_before_invoice"


def test_whoever_writes_again_that_nothing_came_gets_the_copy_offered_first() -> None:
    stopped = dunned(is_dunning_blocked=True, copy_sent_at=NOW + timedelta(minutes=1), fee_open=Money(0))
    made = known("Ich habe eine Mahnung bekommen, aber nie eine Rechnung.", invoices=(stopped,))
    again = msgspec.structs.replace(made.case, last_inbound_at=NOW + timedelta(hours=2))
    assert first(msgspec.structs.replace(made, case=again)).key == "resend_invoice"


def test_a_paid_invoice_is_only_sent_again() -> None:
    paid = dunned(open=Money(0), fee_open=Money(0), dunning_level=0)
    offers = offered(known("Bitte schicken Sie mir die Rechnung noch einmal.", invoices=(paid,)))
    assert "resend_invoice" in offers
    assert not {"dunning_block", "dunning_before_invoice", "waive_dunning_fee"} & set(offers)


# -- goodwill, the till, amounts
def test_goodwill_is_at_hand_and_last() -> None:
    made = known("Die Schale ist kaputt.")
    offers = propose(made, TEXTS.topics)
    keys = [item.key for item in offers]
    assert keys[-2:] == ["price_adjustment", "goodwill_voucher"]
    voucher = offers[-1]
    step = voucher.steps[0]
    assert isinstance(step, GoodwillVoucher) and step.amount == Money(1000)
    assert step.expires_on == date(2029, 12, 31)
    assert said(voucher) == ("Gutschein 10\N{NO-BREAK SPACE}€", "einmal einlösbar bis 31.12.2029")
    assert said(voucher, "en")[0] == "€10 voucher"
    assert usual_amounts(voucher, made.orders) == (Money(500), Money(1000), Money(1500))
    assert usual_amounts(offers[0], made.orders) == ()
    one_key = usual(voucher, made)
    assert [total_cost(item.steps) for item in one_key] == [Money(500), Money(1500)]
    assert said(one_key[0])[0] == "Gutschein 5\N{NO-BREAK SPACE}€"
    assert isinstance(one_key[0].judgement, Allowed)
    part = offers[-2]
    assert list(usual_shares(part, made.orders).values()) == [5, 10, 15]
    assert total_cost(part.steps) == usual_amounts(part, made.orders)[1], "the middle one is proposed"
    assert usual(offers[0], made) == ()


def test_every_amount_can_be_changed_and_is_judged_anew() -> None:
    made = known("Die Schale ist kaputt. Wo bleibt mein Paket?", shipments=(
        msgspec.structs.replace(SHIPMENT, events=(ParcelEvent(at=NOW, code="in_transit"),)),
    ))  # fmt: skip
    changeable = [item for item in propose(made, TEXTS.topics) if may_change_amount(item)]
    assert {"refund", "price_adjustment", "goodwill_voucher", "refund_shipping"} <= {
        item.key for item in changeable
    }
    for item in changeable:
        less = with_amount(item, made, Money(100))
        assert isinstance(less.judgement, Allowed) and total_cost(less.steps) == Money(100)
        assert "1\N{NO-BREAK SPACE}€" in said(less)[0]


def test_at_the_counter_the_till_pays() -> None:
    made = known("Die Schale ist kaputt.")
    assert "till_order" not in offered(made)
    counter = msgspec.structs.replace(made, case=msgspec.structs.replace(made.case, channel="counter"))
    best = first(counter)
    assert best.key == "till_order"
    step = best.steps[0]
    assert isinstance(step, TillOrder) and step.amount == Money(2490) and step.payment_id == "pay1"
    cash = msgspec.structs.replace(made, payments=(msgspec.structs.replace(PAYMENT, method="cash"),))
    assert {"till_order", "refund"} <= set(offered(cash))


# -- promises
def test_promises_fall_into_opening_hours() -> None:
    late_friday = datetime(2026, 11, 27, 16, 40, tzinfo=UTC)  # 17:40 in Berlin, closing at 18:00
    made = msgspec.structs.replace(known("Bitte rufen Sie mich an."), now=late_friday)
    call = offered(made)["promise_call_back"].steps[0]
    assert isinstance(call, MakePromise)
    # 20 minutes on Friday, 100 on Saturday from nine
    assert call.due_at == datetime(2026, 11, 28, 9, 45, tzinfo=UTC)
    answer = offered(made)["promise_answer"].steps[0]
    assert isinstance(answer, MakePromise) and answer.due_at == datetime(2026, 11, 28, 11, 45, tzinfo=UTC)


# -- order, words, and never too much
def test_grey_goes_last_and_every_key_is_there_once() -> None:
    texts = ("Falscher Artikel, stornieren, Mahnung, wo bleibt das Paket, kaputt", "Hallo", "late cancel")
    for text in texts:
        offers = propose(known(text, invoices=(dunned(),)), TEXTS.topics)
        seen = [isinstance(item.judgement, Refused) for item in offers[:SEEN]]
        assert seen == sorted(seen) and len(offers) <= MOST
        assert len({item.key for item in offers}) == len(offers)


def test_what_was_called_for_and_cannot_be_done_is_seen_with_its_reason() -> None:
    offers = propose(known("Bitte stornieren Sie meine Bestellung, die Schale ist kaputt."), TEXTS.topics)
    assert len(offers) > SEEN
    assert offers[SEEN - 1].key == "cancel_order" and isinstance(offers[SEEN - 1].judgement, Refused)


def test_a_voucher_is_as_large_as_the_person_may_give_alone() -> None:
    small = Limit(limit_id="g", name="Kulanz", kinds=("goodwill",), role="agent", per_decision=2500)
    made = known("kaputt", orders=(HEADPHONES,), payments=(HEADPHONES_PAID,), limits=(small, FREE))
    step = offered(made)["goodwill_voucher"].steps[0]
    assert isinstance(step, GoodwillVoucher) and step.amount == Money(2000)
    none = msgspec.structs.replace(made, limits=())
    judgement = offered(none)["goodwill_voucher"].judgement
    assert isinstance(judgement, NeedsApproval) and judgement.over == Money(4000)


_WORDS = st.sampled_from(
    [
        "Schale", "Glas", "kaputt", "falscher Artikel", "wo bleibt", "stornieren", "Mahnung",
        "keine Rechnung", "nicht wie abgebildet", "zurückgeben", "Rückruf", "fehlt", "24-0612",
        "cancel", "late", "reminder",
    ]
)  # fmt: skip
_ORDERS = st.sampled_from([ORDER, PLACED, msgspec.structs.replace(ORDER, status="shipped")])
_PARCELS = st.sampled_from(
    [
        (),
        (SHIPMENT,),
        (msgspec.structs.replace(SHIPMENT, events=(ParcelEvent(at=NOW, code="in_transit"),)),),
        (
            msgspec.structs.replace(
                SHIPMENT, events=(ParcelEvent(at=NOW - timedelta(days=20), code="in_transit"),)
            ),
        ),
    ]
)
_INVOICES = st.sampled_from(
    [(), (dunned(),), (dunned(is_dunning_blocked=True),), (dunned(open=Money(0), fee_open=Money(0)),)]
)


@example(
    st.lists(_WORDS, max_size=6).map(" ".join), _ORDERS, _PARCELS, _INVOICES, st.integers(0, 8370), st.data()
)
def test_whatever_is_known_nothing_allowed_is_too_much(
    text: str,
    order: Order,
    parcels: tuple[Shipment, ...],
    invoices: tuple[Invoice, ...],
    refunded: int,
    data: st.DataObject,
) -> None:
    payment = msgspec.structs.replace(PAYMENT, refunded=Money(refunded))
    stock = (StockLevel(stock_id="s", sku="SCHALE-MG", available=1),)
    made = known(
        text, orders=(order,), payments=(payment,), shipments=parcels, invoices=invoices, stock=stock
    )
    for _ in range(3):
        offers = propose(made, TEXTS.topics)
        assert propose(made, TEXTS.topics) == offers
        for item in offers:
            assert item.icon in NAMES and item.reply_card in TEXTS.cards
            for language in ("de", "en"):
                for words in said(item, language):
                    assert "{" not in words and "title." not in words and "sub." not in words
            assert item.reason == "" or item.reason in TEXTS.reasons
        clickable = [item for item in offers if item.steps and isinstance(item.judgement, Allowed)]
        if not clickable:
            return
        chosen = data.draw(st.sampled_from(clickable))
        before = refundable(payment, made.decisions)
        taken = record(*chosen.steps, name=len(made.decisions), state="scheduled", step_state="pending")
        made = msgspec.structs.replace(made, decisions=(*made.decisions, taken))
        after = refundable(payment, made.decisions)
        paid = sum(cost_of(step).minor_units for step in chosen.steps if payment_named(step))
        assert before.minor_units - after.minor_units == paid >= 0, "never more than is left"
