"""Texts: every card renders in both languages, late facts stay open, nobody is sent elsewhere."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.casework.builders import (
    AGENT,
    BOWL,
    CUSTOMER,
    NOW,
    ORDER,
    PAYMENT,
    POINTS,
    SHIPMENT,
    TENANT,
    facts,
    record,
)
from workstation.casework.card import CustomCard
from workstation.casework.customer import PostalAddress
from workstation.casework.decision import (
    EXECUTABLE_KINDS,
    AuthoriseReturn,
    BlockDunning,
    CancelCommitment,
    CancelOrder,
    Decision,
    DecisionRecord,
    GoodwillVoucher,
    KeepCommitment,
    MakePromise,
    PriceAdjustment,
    Redeliver,
    RefundShipping,
    Replacement,
    ResendInvoice,
    Reverse,
    TillOrder,
    TraceShipment,
    UnblockDunning,
    WaiveDunningFee,
    kind_of,
)
from workstation.casework.errors import RuleViolation
from workstation.casework.geo import distance_km, map_link, nearest
from workstation.casework.message import Fact, Language
from workstation.casework.money import Money
from workstation.casework.proposals import propose
from workstation.casework.reasons import reason_sentence
from workstation.casework.records import Commitment, Invoice, LineQuantity, OpeningSpan
from workstation.casework.reversal import rule_of
from workstation.casework.texts import (
    FactSources,
    as_mapping,
    deviations,
    facts_of_decision,
    fill,
    greeting,
    hours_text,
    letter_facts,
    money_text,
    param_text,
    phrase,
    render_card,
    slots_in,
)
from workstation.system.texts import load_texts

TEXTS = load_texts()
LANGUAGES: tuple[Language, ...] = ("de", "en")
SOURCES = FactSources(
    tenant=TENANT,
    customer=CUSTOMER,
    orders=(ORDER,),
    payments=(PAYMENT,),
    shipments=(SHIPMENT, msgspec.structs.replace(SHIPMENT, shipment_id="s2", events=())),
    invoices=(
        Invoice(
            invoice_id="i1",
            number="24-0612",
            customer_id="c1",
            order_id="o1",
            total=Money(8370),
            open=Money(8370),
            issued_on=date(2026, 11, 1),
            due_on=date(2026, 11, 20),
        ),
    ),
    commitments=(
        Commitment(
            commitment_id="k1", customer_id="c1", what="Frühstück für 150 Gäste", on=date(2026, 12, 3)
        ),
    ),
    drop_off_points=POINTS,
)
PROMISE = MakePromise(what="call_back", due_at=datetime(2026, 11, 23, 13, tzinfo=UTC), promise_id="p")
BY_KIND: dict[str, Decision] = {
    kind_of(step): step
    for step in (
        *propose(facts(), TEXTS.topics)[0].steps,
        PROMISE,
        RefundShipping(order_id="o1", payment_id="pay1", amount=Money(490)),
        Replacement(order_id="o1", lines=(LineQuantity("l-bowl", 1),), value=BOWL.unit_price),
        GoodwillVoucher(customer_id="c1", amount=Money(1000), expires_on=date(2027, 11, 23)),
        ResendInvoice(invoice_id="i1"),
        BlockDunning(invoice_id="i1", until=date(2026, 12, 20)),
        UnblockDunning(invoice_id="i1"),
        WaiveDunningFee(invoice_id="i1", amount=Money(500)),
        TraceShipment(shipment_id="s1"),
        Redeliver(shipment_id="s1", on=date(2026, 11, 25)),
        CancelOrder(order_id="o1", payment_id="pay1", amount=Money(8370)),
        CancelCommitment(commitment_id="k1"),
        KeepCommitment(commitment_id="k1"),
        TillOrder(amount=Money(560)),
        PriceAdjustment(order_id="o1", payment_id="pay1", amount=Money(700)),
        Reverse(decision_id="d", step=0, undoes="refund"),
    )
}
_CARD_KINDS = {
    "damaged_item": ("refund", "return_authorisation"),
    "damaged_refund": ("refund",),
    "return": ("return_authorisation",),
    "wrong_item": ("replacement", "return_authorisation"),
    "late_parcel": ("refund_shipping", "promise"),
    "dunning_before_invoice": ("dunning_block", "resend_invoice", "waive_dunning_fee"),
    "commitment_kept": ("keep_commitment", "promise"),
    "promise_call_back": ("promise",),
    "promise_answer": ("promise",),
    "answer": (),
    "answered_and_solved": (),
}
BOOKED = {
    "credit_note_no": "G-2291",
    "booked_at": "2026-11-23T09:12:30+00:00",
    "return_no": "R-1007",
    "voucher_code": "DANKE-7Q2",
    "voucher_expires_on": "2029-12-31",
    "replacement_no": "E-0031",
    "slip_no": "K-2026-00017",
    "blocked_until": "2026-12-20",
    "fee_amount": "5.00 EUR",
}


def _record(card: str, is_booked: bool) -> DecisionRecord:
    kinds = _CARD_KINDS.get(card, (card,))
    made = record(
        *(BY_KIND[kind] for kind in kinds), state="booked" if is_booked else "queued", step_state="pending"
    )
    if not is_booked:
        return made
    steps = tuple(msgspec.structs.replace(step, state="booked", result=BOOKED) for step in made.steps)
    return msgspec.structs.replace(made, steps=steps)


def _rendered(card: str, language: Language, is_booked: bool = True) -> str:
    known = as_mapping(facts_of_decision(_record(card, is_booked), SOURCES, TEXTS, language))
    return render_card(
        TEXTS.card(card), language, {**letter_facts(CUSTOMER, AGENT, TENANT, language), **known}
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("card", sorted(TEXTS.cards))
def test_every_card_renders_with_all_facts(card: str, language: Language) -> None:
    text = _rendered(card, language)
    assert slots_in(text) == ()
    assert "None" not in text and "?  " not in text and "\n\n\n\n\n" not in text
    assert text.startswith("Guten Tag Frau Bergmann," if language == "de" else "Hello Ms Bergmann,")
    assert text.endswith("Lisa Sommer\nBackhaus Lindner")
    # after the greeting German goes on small but for the polite words, English begins anew
    begins = text.split("\n\n")[1].strip()
    if card != "answer" and begins[0].isalpha():
        is_small = language == "de" and not begins.startswith(("Sie", "Ihr"))
        assert begins[0].islower() == is_small


def test_every_kind_of_decision_has_a_card() -> None:
    covered = {kind for card in TEXTS.cards for kind in _CARD_KINDS.get(card, (card,))}
    assert set(BY_KIND) <= covered
    assert covered >= EXECUTABLE_KINDS and set(BY_KIND) >= EXECUTABLE_KINDS


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_booking_told_stands_in_the_letter(language: Language) -> None:
    for card, said in (
        ("replacement", "E-0031"),
        ("wrong_item", "E-0031"),
        ("goodwill_voucher", "DANKE-7Q2"),
        ("till_order", "K-2026-00017"),
        ("cancel_order", "G-2291"),
        ("price_adjustment", "G-2291"),
        ("resend_invoice", "24-0612"),
        ("dunning_block", "2026"),
    ):
        assert said in _rendered(card, language), card
    assert "2029" in _rendered("goodwill_voucher", language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_not_decided_is_not_told(language: Language) -> None:
    def letter(card: str, *steps: Decision) -> str:
        known = as_mapping(facts_of_decision(record(*steps), SOURCES, TEXTS, language))
        return render_card(
            TEXTS.card(card), language, {**letter_facts(CUSTOMER, AGENT, TENANT, language), **known}
        )

    without_fee = letter("dunning_before_invoice", BY_KIND["dunning_block"], BY_KIND["resend_invoice"])
    with_fee = letter(
        "dunning_before_invoice",
        BY_KIND["dunning_block"],
        BY_KIND["resend_invoice"],
        BY_KIND["waive_dunning_fee"],
    )
    fee = money_text(Money(500), language)
    assert fee not in without_fee and fee in with_fee
    unpaid = letter("cancel_order", CancelOrder(order_id="o1"))
    assert "B-10482" in unpaid and "€" not in unpaid and slots_in(unpaid) == ()
    part = letter("cancel_order", CancelOrder(order_id="o1", lines=(LineQuantity("l-bowl", 1),)))
    assert "1 × Schale Meteor Grey" in part
    for kind in EXECUTABLE_KINDS:
        key = f"undone.{kind}"
        if rule_of(kind).is_reversible:
            undone = letter("reversal", Reverse(decision_id="d", step=0, undoes=kind))
            assert TEXTS.words[language][key] in undone


_ELSEWHERE = re.compile(
    r"@|mailto|schreiben sie (bitte )?(an|uns an|eine e-?mail)|wenden sie sich (bitte )?an|kontaktieren sie"
    r"|rufen sie (uns|bitte)|please (write|contact|call|email)|write to (us|our)|contact (us|our)|call us"
    r"|e-?mail an|hotline|formular|form on our",
    re.IGNORECASE,
)
_PROOF = re.compile(
    r"foto|bild(er)? (von|des|der)|nachweis|beleg\b|beweis|photo|picture of|proof|evidence|receipt",
    re.IGNORECASE,
)
_EMPTY = re.compile(
    r"unannehmlichkeit|verständnis|bemüht|selbstverständlich|inconvenience|valued|hesitate|!", re.IGNORECASE
)


@pytest.mark.parametrize("card", sorted(TEXTS.cards))
def test_no_card_sends_people_elsewhere_asks_for_proof_or_talks_emptily(card: str) -> None:
    entry = TEXTS.cards[card]
    for text in (entry.de, entry.en):
        for pattern in (_ELSEWHERE, _PROOF, _EMPTY):
            assert not pattern.search(text), (card, pattern.search(text))
    assert slots_in(entry.de) and set(slots_in(entry.de)) == set(slots_in(entry.en))
    assert not re.search(r"\b(du|dir|dich|dein)\b", entry.de, re.IGNORECASE)
    assert entry.name_de and entry.name_en


def test_the_answer_to_the_broken_bowl_before_and_after_the_booking() -> None:
    early = _rendered("damaged_item", "de", is_booked=False)
    assert set(slots_in(early)) == {"booked_on", "credit_note_no", "return_no"}
    late = facts_of_decision(_record("damaged_item", True), SOURCES, TEXTS, "de")
    text = fill(early, late)
    assert text == _rendered("damaged_item", "de")
    plain = text.replace("\N{NO-BREAK SPACE}", " ")
    for said in (
        "tut uns leid",
        "24,90 €",
        "1 × Schale Meteor Grey",
        "Ihre Karte mit der Endung 4242",
        "Gutschrift G-2291",
        "am 23. November 2026",
        "angewiesen",
        "3 bis 5 Bankarbeitstage.",
        "Rücksendenummer R-1007",
        "bis Montag, den 7. Dezember 2026",
        "1. Kiosk Yilmaz, Schwarzwaldstr. 12, 79102 Freiburg",
        "3. Getränke Rombach",
        "Geöffnet: Mo–Fr 08:00–18:30, Sa 09:00–14:00",
        "https://www.openstreetmap.org/?mlat=47.98700&mlon=7.85400",
    ):
        assert said in plain, said
    assert "Bahnhof" not in plain
    assert plain.count("openstreetmap.org") == 3


def test_english_says_the_same() -> None:
    text = _rendered("damaged_item", "en")
    for said in (
        "€24.90",
        "your card ending 4242",
        "credit note G-2291",
        "return number R-1007",
        "7 December 2026",
    ):
        assert said in text, said
    assert "Open: Mon–Fri 08:00–18:30, Sat 09:00–14:00" in text


def test_without_drop_off_points_the_paragraph_is_left_out() -> None:
    bare = msgspec.structs.replace(SOURCES, drop_off_points=())
    known = as_mapping(facts_of_decision(_record("return", False), bare, TEXTS, "de"))
    text = render_card(TEXTS.card("return"), "de", {**letter_facts(None, AGENT, TENANT, "de"), **known})
    assert "Annahmestellen" not in text and text.startswith("Guten Tag,")


def test_a_missing_fact_stops_the_card_and_the_mail() -> None:
    with pytest.raises(RuleViolation) as caught:
        render_card(TEXTS.card("refund"), "de", {"greeting": "Guten Tag", "signature": "x"})
    assert caught.value.code == "text.slot_without_fact"
    with pytest.raises(RuleViolation) as caught:
        fill("Nr. {credit_note_no}", (Fact(slot="credit_note_no"),))
    assert caught.value.params == {"slot": "credit_note_no"}
    with pytest.raises(RuleViolation, match="unknown_card"):
        TEXTS.card("nothing")


def test_a_firms_own_card_goes_first_and_german_stands_in_for_english() -> None:
    own = CustomCard(card_id="x", key="refund", de="{greeting}, {amount}.\n\n? Bis {until}.")
    card = TEXTS.card("refund", (own,))
    assert render_card(card, "en", {"greeting": "Hello", "amount": None}) == "Hello, {amount}."


@given(st.text(alphabet="ab{}_ \n", max_size=60), st.dictionaries(st.sampled_from("ab"), st.text(max_size=5)))
def test_filling_leaves_no_slot_and_touches_nothing_else(text: str, known: dict[str, str]) -> None:
    try:
        filled = fill(text, known)
    except RuleViolation:
        assert set(slots_in(text)) - known.keys()
        return
    assert set(slots_in(text)) <= known.keys()
    if not slots_in(text):
        assert filled == text


def test_a_changed_amount_is_found() -> None:
    known = facts_of_decision(_record("damaged_item", True), SOURCES, TEXTS, "de")
    text = _rendered("damaged_item", "de")
    assert deviations(text, known) == ()
    found = deviations(text.replace("24,90", "42,90"), known)
    assert {item.found.replace("\N{NO-BREAK SPACE}", " ") for item in found} == {"42,90 €"}
    assert found[0].slot == "amount" and "24,90" in found[0].expected
    assert deviations("Sie bekommen 25 EUR", known)[0].found == "25 EUR"
    assert deviations("24.90 €", known) == () == deviations("99 €", ())


def test_greetings_never_guess() -> None:
    assert greeting(CUSTOMER, "de") == "Guten Tag Frau Bergmann"
    plain = msgspec.structs.replace(CUSTOMER, salutation="")
    assert greeting(plain, "de") == "Guten Tag Anna Bergmann"
    assert greeting(None, "en", "anna@posteo.example") == "Hello"


def test_money_days_and_hours() -> None:
    assert money_text(Money(128450), "de") == "1.284,50\N{NO-BREAK SPACE}€"
    assert money_text(Money(128450), "en") == "€1,284.50"
    assert money_text(Money(5000), "de", is_short=True) == "50\N{NO-BREAK SPACE}€"
    assert money_text(Money(5000, "JPY"), "en", is_short=True) == "JP¥5,000"
    assert param_text("2026-12-07", "de") == "07.12.2026"
    assert param_text(NOW.isoformat(), "en") == "23 Nov 2026 10:11"
    assert param_text("13", "de") == "13" and param_text("2026-99-99", "de") == "2026-99-99"
    assert hours_text((OpeningSpan((1, 3, 6, 7), "08:00", "12:00"),), "de") == "Mo, Mi, Sa, So 08:00–12:00"
    assert hours_text((), "de") == ""
    said = phrase(TEXTS.codes, "decision.over_refundable", {"rest": "12.50 EUR"}, "en")
    assert said == "Only €12.50 of this payment can still be refunded."
    assert phrase(TEXTS.codes, "no.such.code", {}, "de") == "no.such.code"


def test_reasons_have_words() -> None:
    for reason in TEXTS.reasons.values():
        assert set(reason.label) == set(reason.sentence) == {"de", "en"}
        assert all(sentence.endswith(".") for sentence in reason.sentence.values())
    assert "beschädigt" in reason_sentence(TEXTS.reasons, "damaged_in_transit", "de")
    with pytest.raises(RuleViolation, match="reason"):
        reason_sentence(TEXTS.reasons, "none", "de")


PLACES = st.tuples(st.floats(-89, 89), st.floats(-179, 179))


@given(PLACES, PLACES)
def test_distances_are_the_same_both_ways_and_bounded(a: tuple[float, float], b: tuple[float, float]) -> None:
    there, back = distance_km(*a, *b), distance_km(*b, *a)
    assert abs(there - back) < 1e-6 and 0 <= there <= 20016
    assert distance_km(*a, *a) < 1e-6


def test_the_nearest_points_and_the_way_without_coordinates() -> None:
    assert abs(distance_km(52.5200, 13.4050, 48.1372, 11.5755) - 504) < 2  # Berlin to Munich
    assert [point.point_id for point, _ in nearest(reversed(POINTS), CUSTOMER.address)] == ["d0", "d1", "d2"]
    same_town = nearest(POINTS, PostalAddress(postcode="79102"))
    assert len(same_town) == 3 and same_town[0][1] is None
    assert nearest(POINTS, PostalAddress()) == ()
    assert (
        map_link(-1.5, 2)
        == "https://www.openstreetmap.org/?mlat=-1.50000&mlon=2.00000#map=18/-1.50000/2.00000"
    )


def test_facts_of_a_return_follow_what_the_backend_settled() -> None:
    step = BY_KIND["return_authorisation"]
    assert isinstance(step, AuthoriseReturn)
    made = _record("return", True)
    told = msgspec.structs.replace(made.steps[0], result={**BOOKED, "deadline": "2026-12-09"})
    later = as_mapping(facts_of_decision(msgspec.structs.replace(made, steps=(told,)), SOURCES, TEXTS, "de"))
    assert later["deadline"] == "Mittwoch, den 9. Dezember 2026"
