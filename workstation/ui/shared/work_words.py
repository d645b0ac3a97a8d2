"""The words of work for people: what is to be done, and what one says when it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workstation.casework.records import WorkOrder
from workstation.ui.shared.formats import Formats
from workstation.ui.shared.words import later, translate

WorkTone = Literal["secondary", "go", "danger"]

_ACCOUNTS: dict[str, tuple[str, str]] = {
    "card": later("OpenWork", "Karte"),
    "bank account": later("OpenWork", "Bankkonto"),
    "invoice": later("OpenWork", "Rechnung"),
    "cash": later("OpenWork", "bar"),
    "prepayment": later("OpenWork", "Vorkasse"),
}
_WORK: dict[str, tuple[str, tuple[str, str], tuple[str, str]]] = {
    "transfer": (
        "banknote",
        later("OpenWork", "Überweisung {amount} an {account}"),
        later("OpenWork", "Überweisung ausgeführt"),
    ),
    "till": (
        "hand-coins",
        later("OpenWork", "Auszahlung an der Kasse: {amount}"),
        later("OpenWork", "Bar ausgezahlt"),
    ),
    "expect_parcel": (
        "package",
        later("OpenWork", "Paket vom Kunden erwartet"),
        later("OpenWork", "Paket eingegangen"),
    ),
    "ship_goods": ("truck", later("OpenWork", "Ware verschicken"), later("OpenWork", "Ware verschickt")),
    "stop_goods": (
        "package-x",
        later("OpenWork", "Versand anhalten"),
        later("OpenWork", "Versand angehalten"),
    ),
}


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A work order: what is to be done; ``act`` is the word of its button, ``state`` what became of it."""

    work_order_id: str
    icon: str
    title: str
    sub: str
    act: str = ""
    state: str = ""
    tone: WorkTone = "secondary"
    sub_tone: WorkTone = "secondary"
    slip: str = ""
    """The word of the button that opens its printable slip, empty when it has none."""
    place: str = ""
    """The word of the button that shows its case, empty where that is the one shown."""


@dataclass(frozen=True, slots=True)
class WorkWords:
    """Icon, what is to be done, and the word of the button that says it is."""

    icon: str
    title: str
    act: str


def work_words(work: WorkOrder, formats: Formats) -> WorkWords:
    """Return the words of ``work`` in the language of the window."""
    icon, title, act = _WORK[work.kind]
    amount = formats.money(work.amount) if work.amount else ""
    words = translate(*title).format(amount=amount, account=_account(work.to_account))
    return WorkWords(icon, words, translate(*act))


def _account(text: str) -> str:
    for begin, words in _ACCOUNTS.items():
        if text == begin or text.startswith(f"{begin} "):
            return f"{translate(*words)}{text[len(begin) :]}"
    return text
