"""Reads the texts of the program from its resources: once, at the first question."""

from __future__ import annotations

import tomllib
from functools import cache

from workstation.casework.texts import TEXT_FILES, Texts, texts_from
from workstation.system.resources import resource_path


@cache
def load_texts() -> Texts:
    """Return all texts of the program.

    Raises:
        FileNotFoundError: the installation is broken. tomllib.TOMLDecodeError: a file is not TOML.
    """
    return texts_from(
        {
            name: tomllib.loads(resource_path("texts", f"{name}.toml").read_text(encoding="utf-8"))
            for name in TEXT_FILES
        }
    )
