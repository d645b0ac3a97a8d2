"""Money, dates, times and distances in time as a person reads them, German and English (by Babel)."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from workstation.casework.money import Money

Language = Literal["de", "en"]
DueLevel = Literal["overdue", "soon", "later"]
MINUS = "\N{MINUS SIGN}"
NBSP = "\N{NO-BREAK SPACE}"

_LOCALES: dict[Language, str] = {"de": "de_DE", "en": "en_GB"}
_DAYS: dict[Language, dict[int, str]] = {
    "de": {-1: "gestern", 0: "heute", 1: "morgen"},
    "en": {-1: "yesterday", 0: "today", 1: "tomorrow"},
}
_UNITS: dict[Language, tuple[str, str, str]] = {"de": ("min", "Std.", "Tg."), "en": ("min", "h", "d")}


class Formats:
    """Formats for one language and time zone; ``tz`` None means the zone of this computer."""

    def __init__(self, language: Language = "de", tz: tzinfo | None = None) -> None:
        self.language: Language = language
        self.locale = _LOCALES[language]
        self._tz = tz

    def local(self, at: datetime) -> datetime:
        """Return the aware time ``at`` in the zone of the person."""
        return at.astimezone(self._tz)

    # -- money and numbers
    def money(self, amount: Money) -> str:
        """Return the amount, without minor units where they are zero: «42,90 €», «€42.90», «50 €».

        It is the one way in the window; letters to customers always name the minor units.
        """
        from decimal import Decimal

        from babel.numbers import format_currency, get_currency_precision

        digits = get_currency_precision(amount.currency)
        value = Decimal(amount.minor_units).scaleb(-digits)
        if value == value.to_integral_value():
            pattern = "#,##0\N{NO-BREAK SPACE}¤" if self.language == "de" else "¤#,##0"
            return str(
                format_currency(value, amount.currency, pattern, locale=self.locale, currency_digits=False)
            )
        return str(format_currency(value, amount.currency, locale=self.locale))

    def number(self, value: int) -> str:
        """Return a whole number with the separators of the language."""
        from babel.numbers import format_decimal

        return str(format_decimal(value, locale=self.locale))

    def size(self, octets: int) -> str:
        """Return a file size: «812 B», «34 KB», «2,4 MB»."""
        from babel.numbers import format_decimal

        if octets < 1000:
            return f"{octets}{NBSP}B"
        if octets < 1_000_000:
            return f"{round(octets / 1000)}{NBSP}KB"
        shown = format_decimal(octets / 1_000_000, format="#,##0.0", locale=self.locale)
        return f"{shown}{NBSP}MB"

    # -- dates and times
    def time(self, at: datetime) -> str:
        """Return the clock time, 24 hours: «14:30»."""
        return self.local(at).strftime("%H:%M")

    def day(self, day: date) -> str:
        """Return a day without its year: «19.02.», «19 Feb»."""
        if self.language == "de":
            return f"{day.day:02}.{day.month:02}."
        return self._date(day, "d MMM")

    def full_day(self, day: date) -> str:
        """Return a day with its year: «19.02.2026», «19 Feb 2026»."""
        if self.language == "de":
            return f"{day.day:02}.{day.month:02}.{day.year}"
        return self._date(day, "d MMM y")

    def weekday(self, day: date) -> str:
        """Return the name of the weekday: «Montag»."""
        return self._date(day, "EEEE")

    def short_weekday(self, day: date) -> str:
        """Return the weekday in two or three letters: «Mo», «Mon»."""
        return self._date(day, "EEE").rstrip(".")

    def month(self, day: date) -> str:
        """Return month and year: «Februar 2026»."""
        return self._date(day, "LLLL y")

    def moment(self, at: datetime, now: datetime) -> str:
        """Return when something was or will be: «heute 14:02», «Mo 16:00», «19.02. 11:20»."""
        local, today = self.local(at), self.local(now).date()
        distance = (local.date() - today).days
        clock = local.strftime("%H:%M")
        if distance in _DAYS[self.language]:
            return f"{_DAYS[self.language][distance]} {clock}"
        if -7 < distance < 7:
            return f"{self.short_weekday(local.date())} {clock}"
        if local.year == today.year:
            return f"{self.day(local.date())} {clock}"
        return f"{self.full_day(local.date())} {clock}"

    def distance(self, at: datetime, now: datetime) -> str:
        """Return the distance in words for reading aloud: «vor 12 Minuten», «in 18 Minuten»."""
        from babel.dates import format_timedelta

        return str(format_timedelta(at - now, granularity="minute", add_direction=True, locale=self.locale))

    def span(self, length: timedelta) -> str:
        """Return a length of time in the fewest signs: «9 min», «2 Std.», «3 Tg.» (en «2 h», «3 d»)."""
        minute, hour, day = _UNITS[self.language]
        minutes = max(0, int(length.total_seconds() // 60))
        if minutes < 60:
            return f"{minutes}{NBSP}{minute}"
        if minutes < 48 * 60:
            return f"{minutes // 60}{NBSP}{hour}"
        return f"{minutes // (24 * 60)}{NBSP}{day}"

    def due(self, at: datetime, now: datetime, soon: timedelta) -> tuple[str, DueLevel]:
        """Return the due text of a row and how urgent it is.

        Overdue «−12 min», within ``soon`` «18 min», later today «15:00», then «Mo 09:00» and «12.03.».
        """
        left = at - now
        if abs(left) < timedelta(minutes=1):
            word = "jetzt" if self.language == "de" else "now"
            return word, "overdue" if left < timedelta(0) else "soon"
        if left < timedelta(0):
            return f"{MINUS}{self.span(-left)}", "overdue"
        if left <= soon:
            return self.span(left), "soon"
        local, today = self.local(at), self.local(now).date()
        days = (local.date() - today).days
        if days == 0:
            return local.strftime("%H:%M"), "later"
        if days < 7:
            return f"{self.short_weekday(local.date())} {local:%H:%M}", "later"
        return self.day(local.date()), "later"

    def _date(self, day: date, pattern: str) -> str:
        from babel.dates import format_date

        return str(format_date(day, pattern, locale=self.locale))
