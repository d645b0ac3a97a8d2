"""Where the program's own files lie: beside the code in a checkout, inside the package once installed."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def resources_dir() -> Path:
    """Return the folder ``resources``: in the wheel or frozen program first, else beside the code.

    Raises:
        FileNotFoundError: neither exists, so the installation is broken.
    """
    package = Path(__file__).resolve().parents[1]
    for candidate in (package / "resources", package.parent / "resources"):
        if (candidate / "themes").is_dir():
            return candidate
    raise FileNotFoundError(f"no resources folder beside or inside {package}")


def resource_path(*parts: str) -> Path:
    """Return the path of one resource, for example ``resource_path("themes", "tokens.json")``."""
    return resources_dir().joinpath(*parts)
