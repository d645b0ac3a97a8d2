"""A reply card or snippet that a firm has written for itself, beside the cards of the program."""

from __future__ import annotations

import msgspec


class CustomCard(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Feed entity ``text``: ``key`` replaces the program's card of that name, or adds a snippet."""

    card_id: str
    key: str
    de: str
    en: str = ""
    rev: int = 0
    name: str = ""
    """What people see in the list of snippets."""
