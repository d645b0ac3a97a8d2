"""One cell of an import to one value, German or English spelling; what could be read two ways is refused."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from workstation.casework.money import MAX_MINOR_UNITS, Money, sum_of
from workstation.casework.params import money_param
from workstation.casework.records import OpeningSpan, TaxShare

MAX_TEXT = 500
_AMOUNT = re.compile(r"[+-]?\d{1,3}(?:([.,' \u00a0\u202f])\d{3})*(?:([.,])\d+)?|[+-]?\d+(?:([.,])\d+)?")
_PLAIN = re.compile(r"([+-]?)(\d+)(?:[.,](\d+))?")
_DAY_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_DE = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d{1,6})?)?(?:\s*Uhr)?")
_ZONE = re.compile(r"(Z|[+-]\d{2}:?\d{2})$")
_SPAN = re.compile(r"(\d{1,2}):?(\d{2})?\s*-\s*(\d{1,2}):?(\d{2})?")
_MONEY_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
_DAYS = {
    **dict.fromkeys(("mo", "mon", "montag", "monday"), 1),
    **dict.fromkeys(("di", "tu", "tue", "dienstag", "tuesday"), 2),
    **dict.fromkeys(("mi", "we", "wed", "mittwoch", "wednesday"), 3),
    **dict.fromkeys(("do", "th", "thu", "donnerstag", "thursday"), 4),
    **dict.fromkeys(("fr", "fri", "freitag", "friday"), 5),
    **dict.fromkeys(("sa", "sat", "samstag", "saturday"), 6),
    **dict.fromkeys(("so", "su", "sun", "sonntag", "sunday"), 7),
}


class CellProblem(Exception):
    """A value cannot be taken; ``column`` is empty where the reader knows it."""

    def __init__(self, code: str, column: str = "", **params: str | int) -> None:
        super().__init__(code, params)
        self.code = code
        self.column = column
        self.params = {name: str(value)[:200] for name, value in params.items()}


def text_of(value: str, longest: int = MAX_TEXT) -> str:
    """Return one clean line of at most ``longest`` characters."""
    text = " ".join(value.split())
    if len(text) > longest:
        raise CellProblem("import.text_too_long", longest=longest, length=len(text))
    if any(ord(character) < 32 or 0xD800 <= ord(character) <= 0xDFFF for character in text):
        raise CellProblem("import.control_character", value=repr(text)[:60])
    return text


def decimal_of(value: str) -> Decimal:
    """Return a number written as ``1234.5``, ``1.234,50``, ``1,234.50`` or ``1234,5``.

    ``1.234`` and ``1,234`` could be a thousand or one and a bit: refused.
    """
    text = value.strip().replace("\u2212", "-")
    if not _AMOUNT.fullmatch(text):
        raise CellProblem("import.not_a_number", value=value)
    compact = re.sub(r"[' \u00a0\u202f]", "", text)
    marks = [character for character in compact if character in ".,"]
    kinds = list(dict.fromkeys(marks))
    if len(kinds) == 2:
        if marks.count(kinds[1]) != 1:
            raise CellProblem("import.not_a_number", value=value)
        compact = compact.replace(kinds[0], "")
    elif len(marks) > 1:
        compact = compact.replace(marks[0], "")
    elif marks and len(compact.partition(marks[0])[2]) == 3 and not compact.lstrip("+-").startswith("0"):
        raise CellProblem("import.number_ambiguous", value=value)
    plain = _PLAIN.fullmatch(compact)
    if plain is None:
        raise CellProblem("import.not_a_number", value=value)
    return Decimal(f"{plain[1]}{plain[2]}.{plain[3] or '0'}")


def money_of(value: str, currency: str) -> Money:
    """Return an amount of zero or more, with at most two decimals; a currency sign may stand beside it."""
    text = value.strip()
    for sign, code in _MONEY_SIGNS.items():
        if sign in text:
            text = text.replace(sign, code)
    told = re.fullmatch(r"(?:([A-Za-z]{3})\s*)?([^A-Za-z]*?)(?:\s*([A-Za-z]{3}))?", text)
    if told is None or not told[2].strip():
        raise CellProblem("import.not_an_amount", value=value)
    named = (told[1] or told[3] or currency).upper()
    if named != currency:
        raise CellProblem("import.other_currency", value=value, expected=currency)
    number = decimal_of(told[2])
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -2:
        raise CellProblem("import.amount_too_fine", value=value)
    if number < 0:
        raise CellProblem("import.amount_negative", value=value)
    if number * 100 > MAX_MINOR_UNITS:
        raise CellProblem("import.amount_too_large", value=value)
    return Money(int(number * 100), currency)


def whole_of(value: str, least: int, most: int) -> int:
    """Return a whole number from ``least`` to ``most``."""
    number = decimal_of(value)
    if number != number.to_integral_value():
        raise CellProblem("import.not_whole", value=value)
    if not least <= number <= most:
        raise CellProblem("import.out_of_range", value=value, least=least, most=most)
    return int(number)


def degrees_of(value: str, most: int) -> float:
    """Return degrees of latitude (``most`` 90) or longitude (180); ``52,52`` and ``52.52`` both."""
    text = value.strip().replace(",", ".")
    if not re.fullmatch(r"[+-]?\d{1,3}(\.\d{1,15})?", text):
        raise CellProblem("import.not_degrees", value=value)
    number = float(text)
    if abs(number) > most:
        raise CellProblem("import.out_of_range", value=value, least=-most, most=most)
    return number


def rate_of(value: str) -> int:
    """Return a tax rate in percent as basis points: ``19``, ``19 %``, ``7,0``."""
    number = decimal_of(value.replace("%", "").strip())
    if not 0 <= number <= 100 or number * 100 != int(number * 100):
        raise CellProblem("import.not_a_rate", value=value)
    return int(number * 100)


def tax_of(value: str, total: Money) -> tuple[TaxShare, ...]:
    """Return net and tax by rate: ``19: 100,00 + 19,00 | 7: 50,00 + 3,50``; together they are ``total``."""
    shares: list[TaxShare] = []
    for part in value.split("|"):
        rate, colon, amounts = part.partition(":")
        net, plus, tax = amounts.partition("+")
        if not colon or not plus:
            raise CellProblem("import.not_a_tax_split", value=value)
        share = TaxShare(rate_of(rate), money_of(net, total.currency), money_of(tax, total.currency))
        if any(known.rate_bp == share.rate_bp for known in shares):
            raise CellProblem("import.not_a_tax_split", value=value)
        shares.append(share)
    told = sum_of((share.net + share.tax for share in shares), total.currency)
    if told != total:
        raise CellProblem("import.tax_sum_differs", told=money_param(told), total=money_param(total))
    return tuple(sorted(shares, key=lambda share: share.rate_bp))


def day_of(value: str) -> date:
    """Return a day written ``2026-11-22`` or ``22.11.2026``."""
    text = value.strip()
    iso = _DAY_ISO.fullmatch(text)
    german = _DAY_DE.fullmatch(text)
    if iso is None and german is None:
        code = (
            "import.day_ambiguous"
            if re.fullmatch(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}", text)
            else "import.not_a_day"
        )
        raise CellProblem(code, value=value)
    parts = (iso[1], iso[2], iso[3]) if iso else (german[3], german[2], german[1]) if german else ("", "", "")
    try:
        day = date(*map(int, parts))
    except ValueError as error:
        raise CellProblem("import.no_such_day", value=value) from error
    if not 1970 <= day.year <= 2100:
        raise CellProblem("import.day_out_of_range", value=value)
    return day


def moment_of(value: str, zone: ZoneInfo) -> datetime:
    """Return an aware UTC moment; without an offset the time is that of ``zone``, without a time 12:00."""
    text = value.strip()
    offset = _ZONE.search(text) if ":" in text else None
    plain = text[: offset.start()].strip() if offset else text
    first, _, clock = plain.replace("T", " ", 1).partition(" ")
    day = day_of(first.rstrip(","))
    hour, minute, second = 12, 0, 0
    if clock.strip():
        told = _TIME.fullmatch(clock.strip())
        if told is None:
            raise CellProblem("import.not_a_time", value=value)
        hour, minute, second = int(told[1]), int(told[2]), int(told[3] or 0)
    try:
        moment = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=zone)
        if offset:
            mark = offset[1].replace("Z", "+00:00")
            moment = datetime.fromisoformat(f"{moment.replace(tzinfo=None).isoformat()}{mark}")
    except ValueError as error:
        raise CellProblem("import.not_a_time", value=value) from error
    return moment.astimezone(UTC)


def choice_of(value: str, choices: dict[str, str]) -> str:
    """Return the value that ``choices`` has for a word (compared without case)."""
    found = choices.get(value.strip().casefold())
    if found is None:
        raise CellProblem(
            "import.not_a_choice", value=value, choices=", ".join(sorted(set(choices.values())))
        )
    return found


def hours_of(value: str) -> tuple[OpeningSpan, ...]:
    """Return opening hours: ``Mo-Fr 08:00-18:00, Sa 09:00-13:00`` (German or English days) or ``24/7``."""
    text = value.strip().casefold().replace("–", "-").replace("uhr", "").replace("bis", "-")
    if not text:
        return ()
    if text == "24/7":
        return (OpeningSpan((1, 2, 3, 4, 5, 6, 7), "00:00", "24:00"),)
    spans: list[OpeningSpan] = []
    days: tuple[int, ...] = ()
    for part in re.split(r"[,;/]", text):
        told = re.fullmatch(r"\s*([a-zäöü. -]*?)\s*:?\s*(\d.*)", part)
        if told is None:
            raise CellProblem("import.not_hours", value=value)
        if told[1].strip(" ."):
            days = _weekdays(told[1], value)
        span = _SPAN.fullmatch(told[2].strip())
        if span is None or not days:
            raise CellProblem("import.not_hours", value=value)
        opens, closes = _clock(span[1], span[2], value), _clock(span[3], span[4], value)
        if opens >= closes:
            raise CellProblem("import.hours_backwards", value=value)
        spans.append(OpeningSpan(days, opens, closes))
    return tuple(spans)


def _weekdays(text: str, value: str) -> tuple[int, ...]:
    words = [word.strip(" .") for word in text.strip().split("-")]
    numbers = [_DAYS.get(word, 0) for word in words]
    if not all(numbers) or len(numbers) > 2:
        raise CellProblem("import.not_hours", value=value)
    first, last = numbers[0], numbers[-1]
    if first > last:
        raise CellProblem("import.hours_backwards", value=value)
    return tuple(range(first, last + 1))


def _clock(hour: str, minute: str | None, value: str) -> str:
    if int(hour) > 24 or int(minute or 0) > 59 or (int(hour) == 24 and int(minute or 0)):
        raise CellProblem("import.not_hours", value=value)
    return f"{int(hour):02d}:{int(minute or 0):02d}"
