"""Money in integer minor units of one currency; sums never mix currencies, splits never lose a cent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from workstation.casework.errors import RuleViolation

MAX_MINOR_UNITS = 10**12
"""Amounts beyond ten thousand million are typing errors, not business."""


class Money(msgspec.Struct, frozen=True, order=False):
    """An amount: ``minor_units`` (cents, may be negative) of an ISO 4217 ``currency``."""

    minor_units: int
    currency: str = "EUR"

    def __post_init__(self) -> None:
        if isinstance(self.minor_units, bool) or not isinstance(self.minor_units, int):
            raise ValueError("minor units are a whole number")
        if abs(self.minor_units) > MAX_MINOR_UNITS:
            raise ValueError("the amount is out of range")
        if len(self.currency) != 3 or not self.currency.isascii() or not self.currency.isupper():
            raise ValueError("the currency is not an ISO 4217 code")

    @classmethod
    def zero(cls, currency: str = "EUR") -> Money:
        """Return nothing of ``currency``."""
        return cls(0, currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise RuleViolation("money.currency_mismatch", left=self.currency, right=other.currency)

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor_units + other.minor_units, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.minor_units - other.minor_units, self.currency)

    def __mul__(self, factor: int) -> Money:
        return Money(self.minor_units * factor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor_units, self.currency)

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor_units < other.minor_units

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor_units <= other.minor_units

    def __gt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor_units > other.minor_units

    def __ge__(self, other: Money) -> bool:
        self._same(other)
        return self.minor_units >= other.minor_units

    def __bool__(self) -> bool:
        return self.minor_units != 0

    def split(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Return shares in proportion to ``weights`` (>= 0, not all 0) whose sum is exactly this amount."""
        total = sum(weights)
        if total <= 0 or any(weight < 0 for weight in weights):
            raise ValueError("weights are zero or more and not all zero")
        shares: list[Money] = []
        given = seen = 0
        for weight in weights:
            seen += weight
            upto = self.minor_units * seen // total
            shares.append(Money(upto - given, self.currency))
            given = upto
        return tuple(shares)


def sum_of(amounts: Iterable[Money], currency: str = "EUR") -> Money:
    """Return the sum; an empty sum is nothing of ``currency``."""
    total: Money | None = None
    for amount in amounts:
        total = amount if total is None else total + amount
    return Money.zero(currency) if total is None else total
