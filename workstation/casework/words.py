"""Words of a mail: folding, sentences and clauses, topics by word lists, order lines by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from workstation.casework.proposal import TopicWords
from workstation.casework.records import OrderLine

_FOLD = str.maketrans(
    {"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "é": "e", "è": "e", "ê": "e", "à": "a", "ç": "c"}
)
_DIGRAPH = re.compile(r"([aou])e")
_TOKEN = re.compile(r"[a-z0-9]+")
_SENTENCE = re.compile(r"[.!?;:\n]+(?:\s|$)|\n+")
_CLAUSE = re.compile(r",|\bund\b|\baber\b|\bsowie\b|\bwährend\b|\band\b|\bbut\b|\bwhile\b|[–—]")
_GAP = 5
_NO_NAMES = frozenset(
    {
        "und",
        "mit",
        "fur",
        "der",
        "die",
        "das",
        "den",
        "dem",
        "des",
        "ein",
        "eine",
        "von",
        "the",
        "and",
        "for",
        "with",
    }
    | {"from", "set", "stuck", "liter"}
)

Tokens = tuple[str, ...]


def tokens_of(text: str) -> Tokens:
    """Return the words of ``text``, folded: lower case, ``ä``, ``ae`` and ``a`` alike."""
    folded = text.casefold().translate(_FOLD)
    return tuple(_TOKEN.findall(_DIGRAPH.sub(r"\1", folded)))


def sentences_of(text: str) -> tuple[str, ...]:
    """Return the sentences of ``text``; an order number such as ``B-10.482`` is not cut."""
    return tuple(part.strip() for part in _SENTENCE.split(text) if part.strip())


def clauses_of(sentence: str) -> tuple[str, ...]:
    """Return the clauses of a sentence, split at commas and conjunctions."""
    return tuple(part.strip() for part in _CLAUSE.split(sentence) if part.strip())


def lines_named(tokens: Tokens, lines: Sequence[OrderLine]) -> tuple[OrderLine, ...]:
    """Return the lines a word points at alone: a word that fits two lines names neither."""
    names = [(line, _name_tokens(line.name)) for line in lines]
    found: dict[str, OrderLine] = {}
    for token in dict.fromkeys(tokens):
        hits = [line for line, words in names if any(_is_same_thing(token, word) for word in words)]
        if len(hits) == 1:
            found[hits[0].line_id] = hits[0]
    return tuple(line for line in lines if line.line_id in found)


def is_about(tokens: Tokens, topic: TopicWords) -> bool:
    """Return whether one of the topic's words occurs, German and English alike."""
    return _pattern(topic).search(" ".join(tokens)) is not None


@lru_cache(maxsize=256)
def _pattern(topic: TopicWords) -> re.Pattern[str]:
    """Return all words of a topic as one expression over words set apart by single spaces.

    ``*`` at the end of a word: any ending; ``~`` between words: up to five others may stand there.
    """
    choices: list[str] = []
    for phrase in (*topic.de, *topic.en):
        choice = ""
        gap = ""
        for part in phrase.split():
            if part == "~":
                gap = f"(?: \\w+){{0,{_GAP}}}"
                continue
            for word in tokens_of(part.rstrip("*")):
                ending = "\\w*" if part.endswith("*") else "\\b"
                choice += (gap + " " if choice else "") + word + ending
                gap = ""
        if choice:
            choices.append(choice)
    return re.compile(rf"\b(?:{'|'.join(choices)})" if choices else r"(?!)")


@lru_cache(maxsize=2048)
def _name_tokens(name: str) -> Tokens:
    return tuple(
        word for word in tokens_of(name) if len(word) >= 3 and word not in _NO_NAMES and not word.isdigit()
    )


def _is_same_thing(token: str, word: str) -> bool:
    """Equal, another ending (``Schale``, ``Schalen``), or the end of a compound (``Müslischale``)."""
    if token == word:
        return True
    short, long = sorted((token, word), key=len)
    if len(short) >= 4 and long.startswith(short) and len(long) - len(short) <= 3:
        return True
    return len(short) >= 5 and long.endswith(short)


def mentions(tokens: Tokens, number: str) -> bool:
    """Return whether an order or invoice ``number`` stands in the text, however it is punctuated."""
    wanted = tokens_of(number)
    return bool(wanted) and any(
        tokens[at : at + len(wanted)] == wanted for at in range(len(tokens) - len(wanted) + 1)
    )


def joined(parts: Iterable[str]) -> str:
    """Return the texts of several messages as one."""
    return "\n".join(part for part in parts if part)
