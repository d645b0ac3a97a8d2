"""What a case is called and how it stands, in the language of the window."""

from __future__ import annotations

from workstation.ui.shared.words import later, translate

_STATUS = {
    "open": later("Joining", "offen"),
    "waiting": later("Joining", "wartet auf den Kunden"),
    "snoozed": later("Joining", "zurückgestellt"),
    "solved": later("Joining", "erledigt"),
    "no_case": later("Joining", "kein Fall"),
}


def status_words(status: str) -> str:
    """Return how a case stands; '' for a status nobody knows here."""
    return translate(*_STATUS[status]) if status in _STATUS else ""


def number_words(number: str, code: str) -> str:
    """Return «#48213», or «Neu · K7Q2» until the hub gave a number."""
    return f"#{number}" if number else translate("Kin", "Neu · {code}").format(code=code)
