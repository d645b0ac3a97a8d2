"""Reason codes: every «no», «later» and «failed» has a sentence for the customer and a label for us."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.casework.message import Language


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """``label`` is for staff, ``sentence`` for the customer, each by language."""

    code: str
    label: dict[str, str]
    sentence: dict[str, str]


def reasons_from(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, Reason]:
    """Return the reasons by code; ``tables`` is language -> code -> ``{label, sentence}``."""
    codes = sorted({code for table in tables.values() for code in table})
    return {
        code: Reason(
            code=code,
            label={language: str(table[code]["label"]) for language, table in tables.items()},
            sentence={language: str(table[code]["sentence"]) for language, table in tables.items()},
        )
        for code in codes
    }


def reason_sentence(reasons: Mapping[str, Reason], code: str, language: Language) -> str:
    """Return what the customer is told.

    Raises:
        RuleViolation: ``reason.unknown``.
    """
    reason = reasons.get(code)
    if reason is None:
        raise RuleViolation("reason.unknown", reason=code)
    return reason.sentence[language]
