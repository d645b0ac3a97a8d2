"""Design tokens: colours, type, sizes and times, read once from resources/themes/tokens.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from workstation.system.resources import resource_path

Scheme = Literal["light", "dark"]
SCALES: tuple[float, ...] = (0.9, 1.0, 1.15, 1.3, 1.5)
"""Text sizes a person can choose; 1.0 is 13 px body text."""


@dataclass(frozen=True, slots=True)
class FontRole:
    """One text style at 100 %: pixel size, variable weight, line height in px."""

    px: int
    weight: int
    line: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """The parsed token file: sizes in logical px at 100 % text size, times as named."""

    colors: Mapping[Scheme, Mapping[str, str]]
    family: str
    fallback: tuple[str, ...]
    roles: Mapping[str, FontRole]
    size: Mapping[str, Any]
    motion: Mapping[str, Any]
    time: Mapping[str, int]
    pairs: tuple[tuple[str, str, float], ...]
    """(foreground, background, least contrast) that must hold in both schemes."""


def parse(text: str) -> Tokens:
    """Return the tokens in ``text`` (the JSON of the theme file).

    Raises:
        ValueError: not JSON, or a section is missing.
    """
    try:
        raw = json.loads(text)
        roles = {name: FontRole(*map(int, values)) for name, values in raw["font"]["roles"].items()}
        pairs = []
        for name, entry in raw["contrast"]["light"].items():
            front, back = name.split(" on ")
            pairs.append((front, back, float(entry["min"])))
        return Tokens(
            colors=raw["color"],
            family=raw["font"]["family"],
            fallback=tuple(raw["font"]["fallback"]),
            roles=roles,
            size=raw["size"],
            motion=raw["motion"],
            time=raw["time"],
            pairs=tuple(pairs),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"the theme file lacks {error}") from error


@cache
def load() -> Tokens:
    """Return the tokens of this program (read once)."""
    return parse(resource_path("themes/tokens.json").read_text(encoding="utf-8"))


def _luminance(color: str) -> float:
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(front: str, back: str) -> float:
    """Return the WCAG contrast ratio (1 to 21) of two colours written ``#rrggbb``."""
    light, dark = sorted((_luminance(front), _luminance(back)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
