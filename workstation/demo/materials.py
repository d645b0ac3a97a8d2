"""The words and wares the invented firm is made of, read from the program's resources."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from typing import Any

from workstation.demo.shapes import Article
from workstation.system.resources import resource_path


@dataclass(frozen=True, slots=True)
class Materials:
    """The five files as tables, and the articles by number."""

    firm: dict[str, Any]
    names: dict[str, Any]
    open_cases: tuple[dict[str, Any], ...]
    past_cases: dict[str, Any]
    arrivals: tuple[dict[str, Any], ...]
    articles: dict[str, Article]


@cache
def load_materials() -> Materials:
    """Return the materials.

    Raises:
        FileNotFoundError: the installation is broken.
    """
    firm = _table("firm")
    return Materials(
        firm=firm,
        names=_table("names"),
        open_cases=tuple(_table("open_cases")["case"]),
        past_cases=_table("past_cases"),
        arrivals=tuple(_table("arrivals")["mail"]),
        articles={
            row["sku"]: Article(row["sku"], row["name"], row["price"], row["tax"], row["group"])
            for row in firm["article"]
        },
    )


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(resource_path("demo", f"{name}.toml").read_text("utf-8"))
