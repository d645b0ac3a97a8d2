"""The TOML of dunning levels and of what invoices say about the firm: errors by line, written back."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from workstation.casework.money import Money
from workstation.hub.commands.rule_files import major
from workstation.hub.commands.toml_files import Wrong
from workstation.hub.ports_billing import DunningLevel, Seller

MOST_DAYS = 365
MOST_FEE = Decimal("100.00")
_LONGEST = 200


class LevelEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A level as the file has it: ``fee`` like "5.00" in the firm's currency."""

    level: int
    days: int
    text: str
    fee: Decimal = Decimal(0)


class LevelFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of levels."""

    level: list[LevelEntry] = []


class SellerFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file that says who sells."""

    seller: dict[str, str]


def level_errors(file: LevelFile, texts: Sequence[str]) -> list[Wrong]:
    """Return all that is wrong with the levels: their order, days, fees and texts."""
    wrong: list[Wrong] = []
    if not file.level:
        wrong.append(Wrong((), "dunning.levels_missing", {}))
    before = -1
    for number, entry in enumerate(file.level):
        level = str(entry.level)
        if entry.level != number + 1:
            params = {"level": level, "expected": str(number + 1)}
            wrong.append(Wrong(("level", number, "level"), "dunning.not_in_order", params))
        if not 0 <= entry.days <= MOST_DAYS:
            params = {"value": str(entry.days), "least": "0", "most": str(MOST_DAYS)}
            wrong.append(Wrong(("level", number, "days"), "dunning.out_of_range", params))
        elif entry.days <= before:
            wrong.append(Wrong(("level", number, "days"), "dunning.days_not_rising", {"level": level}))
        before = max(before, entry.days)
        fee = entry.fee
        if not fee.is_finite() or fee != fee.quantize(Decimal("0.01")) or not 0 <= fee <= MOST_FEE:
            params = {"value": str(fee), "least": "0.00", "most": str(MOST_FEE)}
            wrong.append(Wrong(("level", number, "fee"), "dunning.out_of_range", params))
        if entry.text not in texts:
            params = {"key": entry.text, "keys": ", ".join(sorted(texts))}
            wrong.append(Wrong(("level", number, "text"), "dunning.text_unknown", params))
    return wrong


def level_of(entry: LevelEntry, currency: str) -> DunningLevel:
    """Return the level of an entry that is right."""
    return DunningLevel(
        level=entry.level, days=entry.days, fee=Money(int(entry.fee * 100), currency), text=entry.text
    )


def level_table(level: DunningLevel) -> dict[str, Any]:
    """Return a level as the table that :func:`level_of` reads."""
    return {
        "level": level.level,
        "days": level.days,
        "fee": major(level.fee.minor_units),
        "text": level.text,
    }


def seller_errors(given: dict[str, str]) -> list[Wrong]:
    """Return all that is wrong with the details of the firm."""
    known = set(Seller.__struct_fields__)
    wrong = [
        Wrong(("seller", name), "seller.field_unknown", {"field": name, "fields": ", ".join(sorted(known))})
        for name in given
        if name not in known
    ]
    wrong += [
        Wrong(("seller",), "seller.field_missing", {"field": name})
        for name in ("name", "street", "postcode", "city")
        if not given.get(name, "").strip()
    ]
    if not given.get("vat_id", "").strip() and not given.get("tax_number", "").strip():
        wrong.append(Wrong(("seller",), "seller.tax_missing", {}))
    wrong += [
        Wrong(("seller", name), "seller.field_malformed", {"field": name})
        for name, value in given.items()
        if len(value) > _LONGEST or any(ord(character) < 32 for character in value)
    ]
    return wrong


def seller_of(given: dict[str, str]) -> Seller:
    """Return the details that are right."""
    return msgspec.convert({name: value.strip() for name, value in given.items()}, Seller)


def seller_table(seller: Seller | None) -> dict[str, Any]:
    """Return the details as the table that :func:`seller_of` reads; empty ones stay as places to fill."""
    plain: dict[str, Any] = {} if seller is None else msgspec.structs.asdict(seller)
    return {name: plain.get(name, "DE" if name == "country" else "") for name in Seller.__struct_fields__}
