"""Money never loses a cent and never mixes currencies; ids are what they say."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workstation.casework.errors import RuleViolation
from workstation.casework.ids import checked_id, derived_id, effect_id, short_code, uuid7
from workstation.casework.money import MAX_MINOR_UNITS, Money, sum_of
from workstation.casework.params import money_param, parsed_money

UNITS = st.integers(-(10**10), 10**10)
CURRENCIES = st.sampled_from(["EUR", "CHF", "JPY", "KWD", "USD"])


@given(UNITS, UNITS, UNITS)
def test_adding_is_associative_and_undone_by_taking_away(a: int, b: int, c: int) -> None:
    x, y, z = Money(a), Money(b), Money(c)
    assert (x + y) + z == x + (y + z)
    assert x + y - y == x
    assert -x + x == Money(0)
    assert (x < y) == (a < b) and (x >= y) == (a >= b)
    assert sum_of([x, y, z]) == Money(a + b + c)


@given(UNITS, st.lists(st.integers(0, 1000), min_size=1, max_size=8).filter(any))
def test_a_split_loses_no_cent_and_is_fair_to_one(units: int, weights: list[int]) -> None:
    shares = Money(units).split(weights)
    assert sum_of(shares) == Money(units)
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.minor_units - units * weight / sum(weights)) <= 1


def test_currencies_never_mix() -> None:
    for act in (lambda: Money(1) + Money(1, "CHF"), lambda: Money(1) < Money(1, "CHF")):
        with pytest.raises(RuleViolation) as caught:
            act()
        assert caught.value.code == "money.currency_mismatch"


@pytest.mark.parametrize(
    ("units", "currency"),
    [(True, "EUR"), (1.5, "EUR"), (MAX_MINOR_UNITS + 1, "EUR"), (1, "eur"), (1, "EURO")],
)
def test_what_is_no_money_is_refused(units: object, currency: str) -> None:
    with pytest.raises(ValueError, match=r"minor units|range|currency"):
        Money(units, currency)  # type: ignore[arg-type]


@given(UNITS, CURRENCIES)
def test_money_as_a_parameter_can_be_read_back(units: int, currency: str) -> None:
    assert parsed_money(money_param(Money(units, currency))) == Money(units, currency)


@pytest.mark.parametrize(
    "text", ["", "24.90", "24.9 EUR", "24,90 EUR", "x EUR", "24.90 eur", "13 days", "a.bc EUR"]
)
def test_other_text_is_no_money(text: str) -> None:
    assert parsed_money(text) is None


@given(st.integers(0, (1 << 48) - 1), st.binary(min_size=10, max_size=10))
def test_uuid7_is_version_seven_and_carries_the_time(unix_ms: int, random: bytes) -> None:
    made = uuid.UUID(uuid7(unix_ms, random))
    assert made.version == 7 and made.variant == uuid.RFC_4122
    assert made.int >> 80 == unix_ms
    assert checked_id(str(made)) == str(made)
    assert len(short_code(str(made))) == 4


@given(st.text(max_size=40))
def test_other_text_is_no_id(text: str) -> None:
    try:
        is_id = str(uuid.UUID(text)) == text
    except ValueError:
        is_id = False
    if not is_id:
        with pytest.raises(RuleViolation) as caught:
            checked_id(text)
        assert caught.value.code == "id.malformed"


@given(st.uuids(), st.integers(0, 20), st.integers(0, 20))
def test_an_effect_has_one_id_for_ever(command: uuid.UUID, one: int, two: int) -> None:
    assert effect_id(str(command), one) == effect_id(str(command), one)
    assert (effect_id(str(command), one) == effect_id(str(command), two)) == (one == two)
    assert derived_id("a", "b") != derived_id("ab")
