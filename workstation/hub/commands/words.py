"""What the command line says, in German or English: sentences for codes, and its own lines."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Literal

from workstation.system.resources import resource_path

CliLanguage = Literal["de", "en"]


class _Kept(dict[str, str]):
    """Leaves a placeholder nobody has filled as it is, rather than failing over a sentence."""

    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


@cache
def _sentences(name: str, language: CliLanguage) -> dict[str, str]:
    with resource_path("texts", f"{name}.{language}.toml").open("rb") as file:
        return {str(key): str(value) for key, value in tomllib.load(file).items()}


class Words:
    """Sentences in one language."""

    def __init__(self, language: CliLanguage) -> None:
        self.language = language

    def codes(self) -> Mapping[str, str]:
        """Return all sentences for codes."""
        return _sentences("codes", self.language)

    def of_code(self, code: str, params: Mapping[str, object]) -> str:
        """Return the sentence of a code; an unknown one is named."""
        sentences = _sentences("codes", self.language)
        shown = {name: str(value) for name, value in params.items()}
        sentence = sentences.get(code) or sentences.get("unknown", "{code}")
        return sentence.format_map(_Kept({"code": code, **shown}))

    def line(self, key: str, **params: object) -> str:
        """Return one of the command line's own lines."""
        sentence = _sentences("hub_commands", self.language)[key]
        return sentence.format_map(_Kept({name: str(value) for name, value in params.items()}))


def language_of(arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> CliLanguage:
    """Return the language asked for by ``--language`` or by the environment; English where neither says."""
    for index, argument in enumerate(arguments):
        name, _, value = argument.partition("=")
        if name == "--language":
            asked = value or (arguments[index + 1] if index + 1 < len(arguments) else "")
            return "de" if asked == "de" else "en"
    variables = os.environ if environment is None else environment
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if variables.get(name):
            return "de" if variables[name].startswith("de") else "en"
    return "en"
