"""The program's texts, loaded without the rest of the hub."""

import tomllib
from functools import cache

from workstation.casework.texts import TEXT_FILES, Texts, texts_from
from workstation.system.resources import resource_path


@cache
def load_texts() -> Texts:
    """All texts, parsed once a process."""
    files = {
        name: tomllib.loads(resource_path("texts", f"{name}.toml").read_text("utf-8")) for name in TEXT_FILES
    }
    return texts_from(files)
