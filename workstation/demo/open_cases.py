"""Turns the told stories into cases that are open now, and into mails that are still to come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal, cast

from workstation.casework.ids import derived_id
from workstation.demo.buyers import Townsfolk
from workstation.demo.materials import Materials
from workstation.demo.shapes import (
    Answered,
    Arrival,
    Beat,
    Buyer,
    Called,
    CaseScript,
    GaveVoucher,
    LearnedAddress,
    MailScript,
    Noted,
    Promised,
    Purchase,
    Refunded,
    SentAgain,
    Snoozed,
    Solved,
    Wrote,
)


def open_case(
    row: dict[str, Any], townsfolk: Townsfolk, purchase: Purchase | None, now: datetime, material: Materials
) -> CaseScript:
    """Return the case a story of the materials tells of."""
    buyer = townsfolk.named(row) if row["customer"] else None
    begin = now - timedelta(minutes=row["ago"])
    text, channel = row["text"].strip(), row["channel"]
    mail = _mail(row, buyer, begin) if channel == "mail" else None
    beats: list[Beat] = [Wrote(at=begin, text=text, channel=channel, by=row.get("by", ""))]
    if (
        channel == "phone"
    ):  # who took the call has spoken with the customer: what counts now is what was promised
        beats = [Called(at=begin, by=row["by"], text=text, direction="in", minutes=row.get("minutes", 3))]
    beats += [_beat(one, row, purchase, now, material) for one in row.get("then", ())]
    return CaseScript(
        key=row["key"],
        buyer=buyer.number if buyer else "",
        subject=row["subject"],
        channel=channel,
        beats=tuple(sorted(beats, key=lambda beat: beat.at)),
        order=purchase.number if purchase else "",
        assignee=row.get("assign", ""),
        mail=mail,
        linked=row.get("linked", ""),
    )


def answer_rfc_id(case_key: str, index: int, domain: str) -> str:
    """Return the Message-ID of our answer that is beat number ``index`` of a case."""
    return f"{derived_id('demo', 'answer', case_key, str(index))}@{domain}"


def arrivals_of(
    material: Materials,
    townsfolk: Townsfolk,
    opened: tuple[CaseScript, ...],
    by_key: dict[str, Purchase],
    now: datetime,
) -> Iterator[Arrival]:
    """Yield the mails that come while one watches, in their order."""
    cases = {case.key: case for case in opened}
    domain = material.firm["mail_address"].partition("@")[2]
    people = {buyer.number: buyer for buyer in townsfolk.all}
    for row in material.arrivals:
        at = now + timedelta(seconds=row["after"])
        if "replies_to" not in row:
            mail = _mail(row, townsfolk.named(row), at)
            yield Arrival(row["after"], mail, by_key[row["key"]].number)
            continue
        case = cases[row["replies_to"]]
        last = max(index for index, beat in enumerate(case.beats) if isinstance(beat, Answered))
        mail = _mail(row, people[case.buyer], at, answer_rfc_id(case.key, last, domain))
        yield Arrival(row["after"], mail, case.order)


def _mail(row: dict[str, Any], buyer: Buyer | None, at: datetime, answers: str = "") -> MailScript:
    return MailScript(
        key=row["key"],
        sender_name=buyer.name if buyer else row["name"],
        sender=buyer.mail if buyer else row["mail"],
        subject=row["subject"],
        text=row["text"].strip(),
        at=at,
        is_html=bool(row.get("html")),
        attach=tuple(row.get("attach", ())),
        in_reply_to=answers,
    )


def _beat(
    told: dict[str, Any], row: dict[str, Any], purchase: Purchase | None, now: datetime, material: Materials
) -> Beat:
    at = now - timedelta(minutes=told["at"])
    by, text = told.get("by", ""), told.get("text", "").strip()
    match told["do"]:
        case "answer":
            fails = bool(told.get("fails"))
            return Answered(at=at, by=by, text=text, channel=told.get("channel", "mail"), fails=fails)
        case "note":
            return Noted(at=at, by=by, text=text)
        case "call":
            return Called(at=at, by=by, text=text, direction=told["direction"], minutes=told["minutes"])
        case "promise":
            due = now + timedelta(minutes=told["due"])
            what = cast(Literal["call_back", "answer", "deliver", "other"], told["what"])
            return Promised(at=at, by=by, what=what, due_at=due, note=told.get("note", ""))
        case "snooze":
            return Snoozed(at=at, by=by, until=now + timedelta(minutes=told["until"]))
        case "write":
            return Wrote(at=at, text=text, channel=told.get("channel", row["channel"]))
        case "address":
            return LearnedAddress(at=at, by=by, address=told["address"])
        case "solve":
            return Solved(at=at, by=by, ask_back_at=now + timedelta(minutes=told["ask_back"]))
        case "refund" | "replace" | "voucher":
            return _gift(told, by, at, purchase, material)
        case other:
            raise ValueError(f"{row['key']}: no such beat: {other}")


def _gift(
    told: dict[str, Any], by: str, at: datetime, purchase: Purchase | None, material: Materials
) -> Refunded | SentAgain | GaveVoucher:
    reason = told["reason"]
    if told["do"] == "voucher":
        return GaveVoucher(at=at, by=by, amount=told["amount"], reason=reason)
    assert purchase is not None
    places = {article.sku: place for place, (article, _) in enumerate(purchase.lines, start=1)}
    lines = tuple((places[sku], quantity) for sku, quantity in told["lines"])
    if told["do"] == "replace":
        return SentAgain(at=at, by=by, lines=lines, reason=reason)
    amount = sum(material.articles[sku].price * quantity for sku, quantity in told["lines"])
    is_paid = not told.get("unpaid")
    return Refunded(at=at, by=by, amount=amount, reason=reason, lines=lines, is_paid=is_paid)
