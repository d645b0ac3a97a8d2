"""The TOML files of calendars, limits and texts: their shape, what is wrong with them, and back again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from workstation.casework.calendar import Calendar, Closing, DatedSpan, Holiday
from workstation.casework.card import CustomCard
from workstation.casework.decision import Decision
from workstation.casework.limit import Conditions, CustomerWindow, Limit
from workstation.casework.message import Channel
from workstation.casework.money import MAX_MINOR_UNITS
from workstation.casework.people import Role
from workstation.casework.records import OpeningSpan
from workstation.casework.sla import ChannelTarget, SlaPolicy
from workstation.hub.commands.toml_files import Wrong

Name = Annotated[str, Meta(min_length=1, max_length=120)]
Clock = Annotated[str, Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
Weekday = Annotated[int, Meta(ge=1, le=7)]
Minutes = Annotated[int, Meta(ge=1, le=60 * 24 * 30)]
Days = Annotated[int, Meta(ge=0, le=60)]

KINDS = frozenset(str(kind.__struct_config__.tag) for kind in get_args(Decision))
GROUPS = frozenset({"money_back", "goods_again", "goodwill", "free"})
_TEXT_KEY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,79}")


class _Entry(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, frozen=True):
    """Entries of files refuse what they do not know: a misspelt key shall not be overlooked."""


class SpanEntry(_Entry, frozen=True, kw_only=True):
    """Open (or a break) on ``days`` (1 = Monday) from ``opens`` to ``closes``."""

    days: Annotated[tuple[Weekday, ...], Meta(min_length=1)]
    opens: Clock
    closes: Clock


class HolidayEntry(_Entry, frozen=True, kw_only=True):
    """A public holiday."""

    on: date
    name: str = ""


class DatedEntry(_Entry, frozen=True, kw_only=True):
    """Open on one day."""

    on: date
    opens: Clock
    closes: Clock


class ClosingEntry(_Entry, frozen=True, kw_only=True):
    """Closed from ``first`` to ``last``."""

    first: date
    last: date
    reason: str = ""


class CalendarEntry(_Entry, frozen=True, kw_only=True):
    """One ``[[calendar]]``."""

    name: Name
    id: str = ""
    time_zone: str = "Europe/Berlin"
    spans: tuple[SpanEntry, ...] = ()
    breaks: tuple[SpanEntry, ...] = ()
    holidays: tuple[HolidayEntry, ...] = ()
    extra_openings: tuple[DatedEntry, ...] = ()
    closings: tuple[ClosingEntry, ...] = ()


class ChannelEntry(_Entry, frozen=True, kw_only=True):
    """Targets of one channel."""

    channel: Channel
    first_response_min: Minutes
    next_response_min: Minutes


class TargetsEntry(_Entry, frozen=True, kw_only=True):
    """One ``[[targets]]``: minutes of open time, and working days until a solved case is asked back about."""

    name: Name
    id: str = ""
    first_response_min: Minutes = 60
    next_response_min: Minutes = 60
    approval_min: Minutes = 120
    check_back_days: Days = 3
    channels: tuple[ChannelEntry, ...] = ()


class CalendarFile(_Entry, frozen=True, kw_only=True):
    """``calendar.toml``."""

    calendar: tuple[CalendarEntry, ...]
    targets: tuple[TargetsEntry, ...] = ()


class WindowEntry(_Entry, frozen=True, kw_only=True):
    """So much for one customer within so many days."""

    amount: Decimal
    window_days: Annotated[int, Meta(ge=1, le=3660)] = 90


class ConditionsEntry(_Entry, frozen=True, kw_only=True):
    """When a limit may be used."""

    max_days_since_delivery: Annotated[int, Meta(ge=0, le=36600)] | None = None
    channels: tuple[Channel, ...] = ()
    skus: tuple[str, ...] = ()
    needs_reason: bool = False


class LimitEntry(_Entry, frozen=True, kw_only=True):
    """One ``[[limit]]``; amounts like ``"50.00"`` in the firm's currency."""

    name: Name
    kinds: Annotated[tuple[str, ...], Meta(min_length=1)]
    id: str = ""
    role: Role | Literal[""] = ""
    person: str = ""
    """Login."""
    per_decision: Decimal | None = None
    percent_of_order: Decimal | None = None
    per_customer: WindowEntry | None = None
    per_person_day: Decimal | None = None
    per_team_month: Decimal | None = None
    proof_threshold: Decimal | None = None
    conditions: ConditionsEntry = ConditionsEntry()
    valid_from: datetime | None = None


class FirmEntry(_Entry, frozen=True, kw_only=True):
    """``[firm]``: what holds for everybody."""

    proof_threshold: Decimal
    undo_s: Literal[8, 12, 15, 30] = 8
    return_days: Annotated[int, Meta(ge=1, le=366)] = 14


class LimitFile(_Entry, frozen=True, kw_only=True):
    """``limits.toml``."""

    limit: tuple[LimitEntry, ...]
    firm: FirmEntry | None = None


class TextEntry(_Entry, frozen=True, kw_only=True):
    """One ``[[text]]``: a reply card or snippet of the firm."""

    key: str
    de: Annotated[str, Meta(min_length=1, max_length=20_000)]
    en: Annotated[str, Meta(max_length=20_000)] = ""
    id: str = ""
    name: str = ""


class TextFile(_Entry, frozen=True, kw_only=True):
    """``texts.toml``."""

    text: tuple[TextEntry, ...] = ()


def calendar_errors(file: CalendarFile) -> Iterator[Wrong]:
    """Yield what is wrong with calendars beyond their shape."""
    yield from _doubles("calendar", [entry.name for entry in file.calendar], "name")
    yield from _doubles("targets", [entry.name for entry in file.targets], "name")
    for number, entry in enumerate(file.calendar):
        at = ("calendar", number)
        try:
            ZoneInfo(entry.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            yield Wrong((*at, "time_zone"), "calendar.time_zone_unknown", {"given": entry.time_zone[:60]})
        for kind, spans in (("spans", entry.spans), ("breaks", entry.breaks)):
            for index, span in enumerate(spans):
                if span.opens >= span.closes:
                    params = {"opens": span.opens, "closes": span.closes}
                    yield Wrong((*at, kind, index), "calendar.span_backwards", params)
        yield from _overlaps(at, entry.spans)
        for index, dated in enumerate(entry.extra_openings):
            if dated.opens >= dated.closes:
                params = {"opens": dated.opens, "closes": dated.closes}
                yield Wrong((*at, "extra_openings", index), "calendar.span_backwards", params)
        for index, closing in enumerate(entry.closings):
            if closing.first > closing.last:
                params = {"opens": str(closing.first), "closes": str(closing.last)}
                yield Wrong((*at, "closings", index), "calendar.span_backwards", params)


def _overlaps(at: tuple[str | int, ...], spans: Sequence[SpanEntry]) -> Iterator[Wrong]:
    for index, span in enumerate(spans):
        for before in spans[:index]:
            is_same_day = bool(set(span.days) & set(before.days))
            if is_same_day and span.opens < before.closes and before.opens < span.closes:
                params = {"opens": span.opens, "closes": span.closes}
                yield Wrong((*at, "spans", index), "calendar.spans_overlap", params)
                break


def limit_errors(file: LimitFile, logins: Iterable[str]) -> Iterator[Wrong]:
    """Yield what is wrong with limits beyond their shape; ``logins`` are the people who exist."""
    known = set(logins)
    yield from _doubles("limit", [entry.name for entry in file.limit], "name")
    for number, entry in enumerate(file.limit):
        at = ("limit", number)
        for index, kind in enumerate(entry.kinds):
            if kind != "*" and kind not in KINDS and kind not in GROUPS:
                params = {"given": kind[:60], "kinds": ", ".join(sorted(KINDS | GROUPS))}
                yield Wrong((*at, "kinds", index), "limit.kind_unknown", params)
        if bool(entry.role) == bool(entry.person):
            yield Wrong((*at, "role" if entry.role else "name"), "limit.role_or_person", {})
        if entry.person and entry.person.casefold() not in known:
            yield Wrong((*at, "person"), "people.login_unknown", {"login": entry.person[:80]})
        amounts = {name: getattr(entry, name) for name in _AMOUNTS}
        amounts["per_customer"] = entry.per_customer.amount if entry.per_customer else None
        yield from (wrong for name, amount in amounts.items() for wrong in _amount((*at, name), amount))
        percent = entry.percent_of_order
        if percent is not None and not (percent.is_finite() and 0 <= percent <= 100):
            yield Wrong((*at, "percent_of_order"), "limit.percent_wrong", {"given": str(percent)[:40]})
        if entry.valid_from is not None and entry.valid_from.tzinfo is None:
            yield Wrong((*at, "valid_from"), "limit.time_without_zone", {})
    if file.firm is not None:
        yield from _amount(("firm", "proof_threshold"), file.firm.proof_threshold)


_AMOUNTS = ("per_decision", "per_person_day", "per_team_month", "proof_threshold")


def _amount(path: tuple[str | int, ...], amount: Decimal | None) -> Iterator[Wrong]:
    if amount is None:
        return
    is_fine = amount.is_finite() and 0 <= amount <= MAX_MINOR_UNITS // 100 and amount == round(amount, 2)
    if not is_fine:
        yield Wrong(path, "limit.amount_wrong", {"given": str(amount)[:40]})


def text_errors(file: TextFile) -> Iterator[Wrong]:
    """Yield what is wrong with texts beyond their shape."""
    yield from _doubles("text", [entry.key for entry in file.text], "key")
    for number, entry in enumerate(file.text):
        if not _TEXT_KEY.fullmatch(entry.key):
            yield Wrong(("text", number, "key"), "text.key_malformed", {"given": entry.key[:60]})


def _doubles(table: str, names: Sequence[str], field: str) -> Iterator[Wrong]:
    seen: set[str] = set()
    for number, name in enumerate(names):
        if name.casefold() in seen:
            yield Wrong((table, number, field), "file.name_twice", {"name": name[:80]})
        seen.add(name.casefold())


def calendar_of(entry: CalendarEntry, calendar_id: str) -> Calendar:
    """Return the entity of an entry."""
    return Calendar(
        calendar_id=calendar_id,
        name=entry.name,
        time_zone=entry.time_zone,
        spans=tuple(OpeningSpan(s.days, s.opens, s.closes) for s in entry.spans),
        breaks=tuple(OpeningSpan(s.days, s.opens, s.closes) for s in entry.breaks),
        holidays=tuple(Holiday(h.on, h.name) for h in entry.holidays),
        extra_openings=tuple(DatedSpan(d.on, d.opens, d.closes) for d in entry.extra_openings),
        closings=tuple(Closing(c.first, c.last, c.reason) for c in entry.closings),
    )


def calendar_table(calendar: Calendar) -> dict[str, Any]:
    """Return an entity as the table that :func:`calendar_of` reads."""
    content: dict[str, Any] = {
        "id": calendar.calendar_id,
        "name": calendar.name,
        "time_zone": calendar.time_zone,
    }
    for name in ("spans", "breaks", "holidays", "extra_openings", "closings"):
        entries = [msgspec.structs.asdict(entry) for entry in getattr(calendar, name)]
        if entries:
            content[name] = entries
    return content


def policy_of(entry: TargetsEntry, policy_id: str) -> SlaPolicy:
    """Return the entity of an entry."""
    return SlaPolicy(
        sla_policy_id=policy_id,
        name=entry.name,
        first_response_s=entry.first_response_min * 60,
        next_response_s=entry.next_response_min * 60,
        approval_s=entry.approval_min * 60,
        check_back_days=entry.check_back_days,
        channels=tuple(
            ChannelTarget(
                channel=c.channel,
                first_response_s=c.first_response_min * 60,
                next_response_s=c.next_response_min * 60,
            )
            for c in entry.channels
        ),
    )


def policy_table(policy: SlaPolicy) -> dict[str, Any]:
    """Return an entity as the table that :func:`policy_of` reads."""
    channels = [
        {
            "channel": c.channel,
            "first_response_min": c.first_response_s // 60,
            "next_response_min": c.next_response_s // 60,
        }
        for c in policy.channels
    ]
    return {
        "id": policy.sla_policy_id,
        "name": policy.name,
        "first_response_min": policy.first_response_s // 60,
        "next_response_min": policy.next_response_s // 60,
        "approval_min": policy.approval_s // 60,
        "check_back_days": policy.check_back_days,
        "channels": channels or None,
    }


def limit_of(entry: LimitEntry, limit_id: str, person_id: str, currency: str) -> Limit:
    """Return the entity of an entry."""
    window = entry.per_customer
    conditions = entry.conditions
    return Limit(
        limit_id=limit_id,
        name=entry.name,
        kinds=entry.kinds,
        role=entry.role,
        person_id=person_id,
        per_decision=minor(entry.per_decision),
        percent_of_order_bp=minor(entry.percent_of_order),
        per_customer=CustomerWindow(minor(window.amount) or 0, window.window_days) if window else None,
        per_person_day=minor(entry.per_person_day),
        per_team_month=minor(entry.per_team_month),
        conditions=Conditions(
            max_days_since_delivery=conditions.max_days_since_delivery,
            channels=conditions.channels,
            skus=conditions.skus,
            needs_reason=conditions.needs_reason,
        ),
        proof_threshold=minor(entry.proof_threshold),
        currency=currency,
        valid_from=entry.valid_from,
    )


def limit_table(limit: Limit, login: str) -> dict[str, Any]:
    """Return an entity as the table that :func:`limit_of` reads."""
    window = limit.per_customer
    conditions = {
        name: value
        for name, value in msgspec.structs.asdict(limit.conditions).items()
        if value is not None and value != () and value is not False
    }
    return {
        "id": limit.limit_id,
        "name": limit.name,
        "kinds": list(limit.kinds),
        "role": limit.role or None,
        "person": login or None,
        "per_decision": major(limit.per_decision),
        "percent_of_order": major(limit.percent_of_order_bp),
        "per_customer": {"amount": major(window.amount), "window_days": window.window_days}
        if window
        else None,
        "per_person_day": major(limit.per_person_day),
        "per_team_month": major(limit.per_team_month),
        "proof_threshold": major(limit.proof_threshold),
        "conditions": conditions or None,
        "valid_from": limit.valid_from,
    }


def text_of(entry: TextEntry, card_id: str) -> CustomCard:
    """Return the entity of an entry."""
    return CustomCard(card_id=card_id, key=entry.key, de=entry.de, en=entry.en, name=entry.name)


def text_table(card: CustomCard) -> dict[str, Any]:
    """Return an entity as the table that :func:`text_of` reads."""
    return {
        "id": card.card_id,
        "key": card.key,
        "name": card.name or None,
        "de": card.de,
        "en": card.en or None,
    }


def minor(amount: Decimal | None) -> int | None:
    """Return hundredths of ``amount``."""
    return None if amount is None else int(amount * 100)


def major(hundredths: int | None) -> Decimal | None:
    """Return what :func:`minor` was given."""
    return None if hundredths is None else Decimal(hundredths).scaleb(-2)
