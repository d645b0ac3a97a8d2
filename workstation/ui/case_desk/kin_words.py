"""The words of other cases around one case, and of the question whose other address this may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from workstation.casework.case import Kinship
from workstation.services.views import CaseFile, CaseRef
from workstation.ui.shared.case_words import number_words
from workstation.ui.shared.keymap import native_keys
from workstation.ui.shared.words import later, translate

KinKind = Literal["linked", "merged"]

_WORDS: dict[KinKind, tuple[str, str]] = {
    "linked": later("Kin", "Verknüpft mit {number}"),
    "merged": later("Kin", "{number} ist hier aufgegangen"),
}
_UNDO: dict[KinKind, tuple[str, str]] = {
    "linked": later("Kin", "Verknüpfung mit {number} lösen"),
    "merged": later("Kin", "{number} wieder herauslösen"),
}
_ICONS: dict[KinKind, str] = {"linked": "link", "merged": "git-merge"}
_WHY = {
    "order": later("Kin", "{address} nennt die Bestellung {detail} von {name}."),
    "reply": later("Kin", "{address} hat auf unsere E-Mail an {name} geantwortet."),
    "phone": later("Kin", "{address} schreibt unter demselben Namen mit derselben Telefonnummer ({detail})."),
    "forward": later("Kin", "Weitergeleitet wurde eine E-Mail von {address}."),
}


@dataclass(frozen=True, slots=True)
class KinChip:
    """One other case: where it goes, and how the tie is taken back."""

    case_id: str
    kind: KinKind
    words: str
    icon: str
    about: str
    """Its subject, for the tooltip and for screen readers."""
    undo: str
    number: str


@dataclass(frozen=True, slots=True)
class KinQuestion:
    """Whose other address it may be, with the two answers."""

    title: str
    text: str
    yes: str
    no: str


@dataclass(frozen=True, slots=True)
class KinGone:
    """Where a merged case goes on, with the way there and the way back."""

    case_id: str
    title: str
    text: str
    go: str
    undo: str


@dataclass(frozen=True, slots=True)
class KinShown:
    """What the strip below the head shows."""

    chips: tuple[KinChip, ...] = ()
    question: KinQuestion | None = None
    gone: KinGone | None = None


def named(ref: CaseRef) -> str:
    """Return how a case is named in a line: its number, or its code while it has none."""
    return number_words(ref.number, ref.code)


def kin_shown(file: CaseFile) -> KinShown:
    """Return the words for the cases around ``file`` and for its open question."""
    chips = [_chip("merged", ref) for ref in file.merged]
    # A case that was split off and came back is both: one chip is enough.
    known = {chip.case_id for chip in chips} | {file.case.merged_into}
    chips += [_chip("linked", ref) for ref in file.related if ref.case_id not in known]
    kinship = file.case.kinship
    gone = gone_into(file) if file.case.merged_into else None
    return KinShown(tuple(chips), _question(kinship) if kinship is not None else None, gone)


def gone_into(file: CaseFile) -> KinGone:
    """Return the words for a case that went into another one, also when this desk does not know that one."""
    number = named(file.merged_into) if file.merged_into is not None else ""
    go = translate("Kin", "Zu {number}").format(number=number)
    return KinGone(
        case_id=file.case.merged_into,
        title=translate("Kin", "Aufgegangen in {number}").format(number=number)
        if number
        else translate("Kin", "In einem anderen Fall aufgegangen"),
        text=translate("Kin", "Entschieden und geantwortet wird dort."),
        go=f"{go if number else translate('Kin', 'Zum anderen Fall')} ({native_keys('case.go_on')})",
        undo=translate("Kin", "Zusammenführen zurücknehmen"),
    )


def _chip(kind: KinKind, ref: CaseRef) -> KinChip:
    number = named(ref)
    return KinChip(
        case_id=ref.case_id,
        kind=kind,
        words=translate(*_WORDS[kind]).format(number=number),
        icon=_ICONS[kind],
        about=" · ".join(part for part in (ref.subject, ref.customer_name) if part),
        undo=translate(*_UNDO[kind]).format(number=number),
        number=number,
    )


def _question(kinship: Kinship) -> KinQuestion:
    name = kinship.customer_name
    text = translate(*_WHY[kinship.why]).format(address=kinship.value, detail=kinship.detail, name=name)
    if kinship.why == "forward":
        return KinQuestion(
            translate("Kin", "Ist das ein Fall von {name}?").format(name=name),
            text,
            translate("Kin", "Ja, zuordnen"),
            translate("Kin", "Nein"),
        )
    return KinQuestion(
        translate("Kin", "Gehört auch zu {name}?").format(name=name),
        text,
        translate("Kin", "Ja, verknüpfen"),
        translate("Kin", "Nein"),
    )
