"""Money, dates, times and opening hours in words, by language (CLDR)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from workstation.casework.message import Language
from workstation.casework.money import Money
from workstation.casework.params import digits_of, parsed_money
from workstation.casework.records import OpeningSpan

LOCALES: dict[Language, str] = {"de": "de_DE", "en": "en_GB"}
_NBSP = "\N{NO-BREAK SPACE}"


def money_text(money: Money, language: Language, *, is_short: bool = False) -> str:
    """Return ``24,90 €`` or ``€24.90``; ``is_short`` leaves out zero cents (``50 €``)."""
    from babel.numbers import format_currency

    value = Decimal(money.minor_units).scaleb(-digits_of(money.currency))
    if is_short and value == value.to_integral_value():
        pattern = f"#,##0{_NBSP}¤" if language == "de" else "¤#,##0"
        shown = format_currency(
            value, money.currency, pattern, locale=LOCALES[language], currency_digits=False
        )
        return str(shown)
    return str(format_currency(value, money.currency, locale=LOCALES[language]))


def date_text(day: date, language: Language) -> str:
    """Return ``22. November 2026`` or ``22 November 2026``."""
    from babel.dates import format_date

    return str(format_date(day, "d. MMMM y" if language == "de" else "d MMMM y", locale=LOCALES[language]))


def weekday_date_text(day: date, language: Language) -> str:
    """Return ``Sonntag, den 6. Dezember 2026`` or ``Sunday 6 December 2026``."""
    from babel.dates import format_date

    pattern = "EEEE, 'den' d. MMMM y" if language == "de" else "EEEE d MMMM y"
    return str(format_date(day, pattern, locale=LOCALES[language]))


def short_date_text(day: date, language: Language) -> str:
    """Return ``06.12.2026`` or ``6 Dec 2026``."""
    from babel.dates import format_date

    return str(format_date(day, "dd.MM.y" if language == "de" else "d MMM y", locale=LOCALES[language]))


def time_text(at: datetime, time_zone: str) -> str:
    """Return the local clock time, ``14:03``."""
    return f"{at.astimezone(ZoneInfo(time_zone)):%H:%M}"


def moment_text(at: datetime, language: Language, time_zone: str) -> str:
    """Return ``22. November 2026 um 14:03 Uhr`` or ``22 November 2026 at 14:03``."""
    day = date_text(at.astimezone(ZoneInfo(time_zone)).date(), language)
    clock = time_text(at, time_zone)
    return f"{day} um {clock} Uhr" if language == "de" else f"{day} at {clock}"


def distance_text(km: float, language: Language) -> str:
    """Return ``350 m`` or ``1,2 km``."""
    from babel.numbers import format_decimal

    if km < 0.95:
        return f"{max(round(km * 1000, -1), 10):.0f}{_NBSP}m"
    return f"{format_decimal(km, format='#,##0.0', locale=LOCALES[language])}{_NBSP}km"


def hours_text(spans: Sequence[OpeningSpan], language: Language) -> str:
    """Return ``Mo–Fr 08:00–18:30, Sa 09:00–14:00``; empty when no hours are known."""
    from babel.dates import get_day_names

    names = get_day_names("abbreviated", "stand-alone", LOCALES[language])
    days = {number + 1: str(name).rstrip(".") for number, name in names.items()}
    parts = [f"{_days_text(span.days, days)} {span.opens}–{span.closes}" for span in spans]
    return ", ".join(parts)


def _days_text(numbers: Sequence[int], names: dict[int, str]) -> str:
    """Return runs of days: ``Mo–Fr``, single ones by name: ``Mo, Mi``."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    shown: list[str] = []
    for run in runs:
        if len(run) >= 3:
            shown.append(f"{names[run[0]]}–{names[run[-1]]}")
        else:
            shown.extend(names[number] for number in run)
    return ", ".join(shown)


def param_text(value: object, language: Language, time_zone: str = "Europe/Berlin") -> str:
    """Return a parameter of a code as people read it: money, days and moments are written out."""
    if isinstance(value, Money):
        return money_text(value, language, is_short=True)
    text = str(value)
    money = parsed_money(text)
    if money is not None:
        return money_text(money, language, is_short=True)
    if len(text) >= 10 and text[4:5] == "-" and text[7:8] == "-":
        try:
            if len(text) == 10:
                return short_date_text(date.fromisoformat(text), language)
            moment = datetime.fromisoformat(text)
        except ValueError:
            return text
        if moment.tzinfo is not None:
            local = moment.astimezone(ZoneInfo(time_zone))
            return f"{short_date_text(local.date(), language)} {local:%H:%M}"
    return text
