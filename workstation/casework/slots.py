"""Fact slots in a text, such as ``{credit_note_no}``: finding them and filling them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from workstation.casework.errors import RuleViolation
from workstation.casework.message import Fact

_SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")


def slots_in(text: str) -> tuple[str, ...]:
    """Return the names of the slots in ``text``, each once, in order of appearance."""
    return tuple(dict.fromkeys(_SLOT.findall(text)))


def filled_where_known(text: str, facts: Mapping[str, str | None]) -> str:
    """Return ``text`` with known facts put in; late ones (``None``) stay slots, unknown ones too."""

    def value(match: re.Match[str]) -> str:
        known = facts.get(match[1])
        return match[0] if known is None else known

    return _SLOT.sub(value, text)


def fill(text: str, facts: Mapping[str, str | None] | Iterable[Fact]) -> str:
    """Return ``text`` with every slot filled.

    Raises:
        RuleViolation: ``text.slot_without_fact`` for the first slot nobody knows a value for.
    """
    known = facts if isinstance(facts, Mapping) else {fact.slot: fact.value for fact in facts}
    for slot in slots_in(text):
        if known.get(slot) is None:
            raise RuleViolation("text.slot_without_fact", slot=slot)
    return filled_where_known(text, known)
