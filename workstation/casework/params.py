"""Parameters of codes and phrases as plain text that can be shown in any language later."""

from __future__ import annotations

from workstation.casework.money import Money

_THREE_DIGITS = frozenset({"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"})
_NO_DIGITS = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND", "XAF", "XOF", "XPF"})


def digits_of(currency: str) -> int:
    """Return how many digits after the point ``currency`` has."""
    if currency in _NO_DIGITS:
        return 0
    return 3 if currency in _THREE_DIGITS else 2


def money_param(money: Money) -> str:
    """Return ``money`` as ``24.90 EUR``; :func:`parsed_money` reads it back."""
    digits = digits_of(money.currency)
    sign = "-" if money.minor_units < 0 else ""
    whole, rest = divmod(abs(money.minor_units), 10**digits)
    fraction = f".{rest:0{digits}d}" if digits else ""
    return f"{sign}{whole}{fraction} {money.currency}"


def parsed_money(text: str) -> Money | None:
    """Return the money :func:`money_param` wrote; ``None`` when ``text`` is something else."""
    number, space, currency = text.rpartition(" ")
    if not space or len(currency) != 3 or not currency.isascii() or not currency.isupper():
        return None
    digits = digits_of(currency)
    whole, _, fraction = number.partition(".")
    body = whole.removeprefix("-")
    if not body.isdecimal() or len(fraction) != digits or (digits and not fraction.isdecimal()):
        return None
    units = int(body) * 10**digits + int(fraction or 0)
    return Money(-units if whole.startswith("-") else units, currency)
