"""The texts of the program (cards, reasons, topics, sentences for codes), read once from the resources."""

from __future__ import annotations

import tomllib
from functools import cached_property

from workstation.casework.proposal import Topics
from workstation.casework.texts.book import TEXT_FILES, Texts, texts_from, topics_from
from workstation.system.resources import resource_path


class TextShelf:
    """Reads the text files when they are first needed."""

    @cached_property
    def texts(self) -> Texts:
        """All texts."""
        return texts_from({name: _table(name) for name in TEXT_FILES})

    def load(self) -> None:
        """Read everything now; for a lane, so that the window need not wait for it."""
        _all = self.texts, self.topics

    @cached_property
    def topics(self) -> Topics:
        """The words that tell what a mail is about."""
        return topics_from(_table("topics"))


def _table(name: str) -> dict[str, object]:
    with resource_path("texts", f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
