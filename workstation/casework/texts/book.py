"""The texts of the program as parsed from their files: cards, words, reasons, codes, proposals, topics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import msgspec

from workstation.casework.card import CustomCard
from workstation.casework.errors import RuleViolation
from workstation.casework.message import Language
from workstation.casework.proposal import Topics, TopicWords
from workstation.casework.reasons import Reason, reasons_from
from workstation.casework.slots import filled_where_known, slots_in
from workstation.casework.texts.formats import param_text

LANGUAGES: tuple[Language, ...] = ("de", "en")
TEXT_FILES = (
    *(f"{name}.{language}" for name in ("cards", "reasons", "codes", "proposals") for language in LANGUAGES),
    "topics",
)
"""File names without ``.toml``, as :func:`texts_from` wants them."""

_WORDS = "words"
_OPTIONAL = "? "


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A reply card: paragraphs with fact slots; one that begins with ``? `` is left out without its facts."""

    key: str
    de: str
    en: str
    name_de: str = ""
    name_en: str = ""


class Texts(msgspec.Struct, frozen=True, kw_only=True):
    """All texts; the inner dictionaries are by language where both exist side by side."""

    cards: dict[str, Card]
    words: dict[str, dict[str, str]]
    reasons: dict[str, Reason]
    codes: dict[str, dict[str, str]]
    proposals: dict[str, dict[str, str]]
    topics: Topics

    def card(self, key: str, own: Iterable[CustomCard] = ()) -> Card | CustomCard:
        """Return the firm's own card called ``key``, else the program's.

        Raises:
            RuleViolation: ``text.unknown_card``.
        """
        found = next((card for card in own if card.key == key), None) or self.cards.get(key)
        if found is None:
            raise RuleViolation("text.unknown_card", key=key)
        return found


def texts_from(files: Mapping[str, Mapping[str, Any]]) -> Texts:
    """Return the texts; ``files`` holds each of :data:`TEXT_FILES` parsed.

    Raises:
        KeyError: a file, or a card in one of the languages, is missing.
    """
    cards = {language: dict(files[f"cards.{language}"]) for language in LANGUAGES}
    words: dict[str, dict[str, str]] = {language: flat(cards[language].pop(_WORDS)) for language in LANGUAGES}
    return Texts(
        cards={
            key: Card(
                key=key,
                de=cards["de"][key]["text"].strip(),
                en=cards["en"][key]["text"].strip(),
                name_de=cards["de"][key]["name"],
                name_en=cards["en"][key]["name"],
            )
            for key in cards["de"]
        },
        words=words,
        reasons=reasons_from({language: files[f"reasons.{language}"] for language in LANGUAGES}),
        codes={language: flat(files[f"codes.{language}"]) for language in LANGUAGES},
        proposals={language: flat(files[f"proposals.{language}"]) for language in LANGUAGES},
        topics=topics_from(files["topics"]),
    )


def topics_from(table: Mapping[str, Any]) -> Topics:
    """Return the word lists of ``topics.toml``."""
    return Topics(
        tuple(
            TopicWords(topic=topic, de=tuple(lists["de"]), en=tuple(lists["en"]))
            for topic, lists in table.items()
        )
    )


def flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return nested tables with dotted keys."""
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, Mapping):
            found.update(flat(cast(Mapping[str, Any], value), f"{prefix}{key}."))
        else:
            found[prefix + key] = str(value)
    return found


def render_card(card: Card | CustomCard, language: Language, facts: Mapping[str, str | None]) -> str:
    """Return the card with known facts put in; late ones (``None``) stay as slots.

    Raises:
        RuleViolation: ``text.slot_without_fact`` when a paragraph that must stay has a slot nobody knows of.
    """
    template = (card.en or card.de) if language == "en" else card.de
    shown: list[str] = []
    for paragraph in template.replace("\r\n", "\n").split("\n\n"):
        is_optional = paragraph.startswith(_OPTIONAL)
        text = paragraph.removeprefix(_OPTIONAL)
        missing = [slot for slot in slots_in(text) if slot not in facts]
        if missing and is_optional:
            continue
        if missing:
            raise RuleViolation("text.slot_without_fact", slot=missing[0])
        shown.append(filled_where_known(text, facts).strip("\n"))
    return "\n\n".join(part for part in shown if part)


def phrase(
    table: Mapping[str, Mapping[str, str]],
    key: str,
    params: Mapping[str, object],
    language: Language,
    time_zone: str = "Europe/Berlin",
) -> str:
    """Return the sentence ``key`` of a table (codes or proposals) with its parameters written out.

    A key nobody knows is shown as it is: better than nothing at all.
    """
    sentence = table[language].get(key)
    if sentence is None:
        return key
    return filled_where_known(
        sentence, {name: param_text(value, language, time_zone) for name, value in params.items()}
    )


def proposal_text(
    texts: Texts,
    key: str,
    params: Mapping[str, object],
    language: Language,
    time_zone: str = "Europe/Berlin",
) -> str:
    """Return a title or the line below it; ``sub.<code>`` without words of its own is the code's sentence."""
    if key.startswith("sub.") and key not in texts.proposals[language]:
        return phrase(texts.codes, key.removeprefix("sub."), params, language, time_zone)
    return phrase(texts.proposals, key, params, language, time_zone)
