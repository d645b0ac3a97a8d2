"""Plain find: the words an entity is found by, and how a typed text becomes a full-text query."""

from __future__ import annotations

import unicodedata

from workstation.casework.case import Case
from workstation.casework.customer import Customer
from workstation.casework.ids import short_code
from workstation.casework.message import Message
from workstation.casework.records import Invoice, Order, Shipment
from workstation.casework.wire.entities import Entity

MAX_TEXT = 4000
_SPELLED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def words_of(entity: Entity) -> str:
    """Return the text an entity is found by, empty when it is not to be found."""
    match entity:
        case Case():
            text = f"{entity.number or short_code(entity.case_id)} {entity.subject} {entity.customer_name}"
            text = f"{text} {entity.reply_to}"
        case Message(kind="inbound" | "outbound" | "note" | "call"):
            text = f"{entity.subject} {entity.rendered or entity.text}"
        case Customer():
            known = [item.value for item in entity.identities if item.unlinked_at is None]
            digits = [item.normalised.lstrip("+") for item in entity.identities if item.kind == "phone"]
            place = f"{entity.address.street} {entity.address.postcode} {entity.address.city}"
            text = " ".join((entity.name, entity.number, *known, *digits, place))
        case Order():
            text = " ".join((entity.number, *(line.name for line in entity.lines)))
        case Invoice():
            text = entity.number
        case Shipment():
            text = entity.tracking_number
        case _:
            return ""
    return _with_spellings(text[:MAX_TEXT])


def query_of(typed: str) -> str:
    """Return the full-text query of a typed text: every word must begin a word of the find text."""
    folded = typed.replace("ß", "ss")
    words: list[str] = []
    for part in folded.split():
        kept = "".join(character if _is_word(character) else " " for character in part)
        words.extend(kept.split())
    return " AND ".join(f'"{word}"*' for word in words[:12])


def _with_spellings(text: str) -> str:
    """Add the spelling without umlauts, so that «Mueller» finds «Müller»; «Muller» is folded by the index."""
    if text.isascii():
        return text
    # Word by word: translating a whole text takes four times as long.
    extra = [
        spelled
        for word in text.split()
        if not word.isascii() and (spelled := word.translate(_SPELLED)) != word
    ]
    return f"{text} {' '.join(extra)}" if extra else text


def _is_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LN"
