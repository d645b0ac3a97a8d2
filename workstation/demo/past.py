"""Invents what was settled in the last two years: questions, answers, money back, returns."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from workstation.casework.money import Money
from workstation.casework.texts.formats import money_text
from workstation.demo.purchases import at_local, local_day
from workstation.demo.shapes import (
    Answered,
    Beat,
    Buyer,
    Called,
    CaseScript,
    Purchase,
    Refunded,
    ReturnOpened,
    Solved,
    Wrote,
)

_OWN_LIMIT = 5000
_STAFF = ("lisa", "jonas", "jonas", "tanja")
_NAMES = {"lisa": "Lisa Sommer", "jonas": "Jonas Beck", "tanja": "Tanja Weiß"}


def past_case(
    key: str, buyer: Buyer, purchase: Purchase, templates: dict[str, Any], rng: Random, now: datetime
) -> CaseScript | None:
    """Return a settled case about ``purchase``, or None where it is too fresh for one."""
    rows = templates["english" if buyer.language == "en" else "template"]
    row = rng.choice(rows)
    begin = _after(purchase, rng)
    if begin > now - timedelta(days=4) or (row["needs"] == "delivered" and purchase.status != "delivered"):
        return None
    return _Telling(key, buyer, purchase, row, rng, begin).tell()


def often_refunded(
    key: str, buyer: Buyer, purchase: Purchase, templates: dict[str, Any], rng: Random
) -> CaseScript:
    """Return a settled case in which one piece of ``purchase`` was refunded the day after it came."""
    return _Telling(key, buyer, purchase, templates["template"][0], rng, _after(purchase, rng, most=2)).tell()


def letter(buyer: Buyer, words: str, by: str, firm: str) -> str:
    """Return an answer as it is written: greeting, words, name."""
    person = _NAMES[by]
    family = buyer.name.split()[-1]
    if buyer.language == "en":
        words = words[:1].upper() + words[1:]
        return f"Hello {buyer.name},\n\n{words}\n\nKind regards\n{person}\n{firm}"
    title = f" {buyer.salutation} {family}" if buyer.salutation in ("Frau", "Herr") else ""
    return f"Guten Tag{title},\n\n{words}\n\nFreundliche Grüße\n{person}\n{firm}"


def _after(purchase: Purchase, rng: Random, most: int = 6) -> datetime:
    parcel = purchase.parcel
    last = parcel.events[-1].at if parcel is not None else purchase.placed_at
    day = local_day(last) + timedelta(days=rng.randrange(1, most))
    return at_local(day, rng.randrange(8, 17), rng.randrange(60))


class _Telling:
    def __init__(
        self, key: str, buyer: Buyer, purchase: Purchase, row: dict[str, Any], rng: Random, begin: datetime
    ) -> None:
        self._key, self._buyer, self._purchase, self._row, self._rng = key, buyer, purchase, row, rng
        self._begin = begin
        self._by = rng.choice(_STAFF)
        self._place = rng.randrange(len(purchase.lines))
        self._article = purchase.lines[self._place][0]
        is_paid = purchase.paid_at is not None
        self._money = row["money"] if is_paid or row["money"] == "return" else ""
        if self._money in ("line", "half") and self._amount() > _OWN_LIMIT:
            self._by = "tanja"  # over what an agent may decide alone

    def tell(self) -> CaseScript:
        row, begin, by = self._row, self._begin, self._by
        if row["channel"] == "phone":
            minutes = self._rng.randrange(2, 9)
            beats: list[Beat] = [
                Called(at=begin, by=by, text=self._words("text"), direction="in", minutes=minutes)
            ]
        else:
            scribe = by if row["channel"] == "counter" else ""
            beats = [Wrote(at=begin, text=self._words("text"), channel=row["channel"], by=scribe)]
        beats += self._decided()
        has_answer = bool(row["answer"])
        if has_answer:
            at = begin + timedelta(minutes=self._rng.randrange(9, 52), seconds=self._rng.randrange(60))
            words = letter(self._buyer, self._words("answer"), by, "Backhaus Lindner")
            beats.append(Answered(at=at, by=by, text=words, channel=row["channel"]))
        if row.get("again"):
            at = beats[-1].at + timedelta(hours=self._rng.randrange(1, 20))
            beats.append(Wrote(at=at, text=row["again"], channel=row["channel"]))
        is_thanks = bool(row.get("again")) or (row["channel"] == "counter")
        beats.append(Solved(at=beats[-1].at + timedelta(minutes=3), by=by, thanks=is_thanks))
        return CaseScript(
            key=self._key,
            buyer=self._buyer.number,
            subject=self._words("subject"),
            channel=row["channel"],
            beats=tuple(beats),
            order=self._purchase.number,
            assignee=by,
        )

    def _amount(self) -> int:
        return self._article.price // 2 if self._money == "half" else self._article.price

    def _decided(self) -> list[Beat]:
        at = self._begin + timedelta(minutes=6)
        place = self._place + 1
        reason = self._row["reason"]
        if self._money == "return":
            return [ReturnOpened(at=at, by=self._by, lines=((place, 1),), reason=reason)]
        if self._money in ("line", "half"):
            lines = ((place, 1),) if self._money == "line" else ()
            return [Refunded(at=at, by=self._by, amount=self._amount(), reason=reason, lines=lines)]
        return []

    def _words(self, name: str) -> str:
        amount = money_text(Money(self._amount()), self._buyer.language)
        text: str = self._row[name]
        return text.format(item=self._article.name, order=self._purchase.number, amount=amount)
