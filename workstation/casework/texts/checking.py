"""Does a reply still say what is booked: amounts and numbers that were changed by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from workstation.casework.message import Fact

_AMOUNT = re.compile(
    r"(?:€|EUR)[\s\u00a0]?\d[\d.,\u00a0]*\d|(?:€|EUR)[\s\u00a0]?\d|\d[\d.,\u00a0]*[\s\u00a0]?(?:€|EUR|Euro)"
)
_NUMBER = re.compile(r"\d+")
_MONEY_SLOTS = frozenset({"amount", "fee", "voucher_amount", "till_amount"})


class Deviation(msgspec.Struct, frozen=True, kw_only=True):
    """A fact the text contradicts: ``found`` stands (``start`` to ``end``) where ``expected`` is booked."""

    slot: str
    expected: str
    found: str
    start: int
    end: int


def deviations(text: str, facts: Iterable[Fact]) -> tuple[Deviation, ...]:
    """Return every amount of money in ``text`` that is none of the amounts in ``facts``, in order.

    Without an amount among the facts nothing is compared.
    """
    money = [fact for fact in facts if fact.slot in _MONEY_SLOTS and fact.value]
    if not money:
        return ()
    known = {_digits(fact.value or "") for fact in money}
    first = money[0]
    found: list[Deviation] = []
    for match in _AMOUNT.finditer(text):
        if _digits(match[0]) not in known:
            found.append(
                Deviation(
                    slot=first.slot,
                    expected=first.value or "",
                    found=match[0],
                    start=match.start(),
                    end=match.end(),
                )
            )
    return tuple(found)


def _digits(text: str) -> tuple[int, int]:
    """Return whole units and cents of a written amount; ``50`` and ``50,00`` are the same."""
    numbers = _NUMBER.findall(text)
    if not numbers:
        return 0, 0
    if len(numbers) > 1 and len(numbers[-1]) == 2:
        return int("".join(numbers[:-1])), int(numbers[-1])
    return int("".join(numbers)), 0
