"""What a person has chosen for this device: look, language, text size, undo time; one small JSON file."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal

UndoSeconds = Literal[8, 15, 30]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Everything has a default; unknown fields of a newer program are ignored."""

    scheme: Literal["system", "light", "dark"] = "system"
    language: Literal["", "de", "en"] = ""
    """Empty: the language of the computer."""
    text_scale: float = 1.0
    density: Literal["comfortable", "compact"] = "comfortable"
    undo_s: UndoSeconds | None = None
    """``None``: what the firm has settled."""
    has_single_keys: bool = True
    is_motion_reduced: bool = False


_CHOICES: dict[str, tuple[object, ...]] = {
    "scheme": ("system", "light", "dark"),
    "language": ("", "de", "en"),
    "density": ("comfortable", "compact"),
    "undo_s": (None, 8, 15, 30),
    "has_single_keys": (True, False),
    "is_motion_reduced": (True, False),
}


def _checked(given: Any) -> Preferences:
    """Return what a file says.

    Raises:
        ValueError: it is not an object, or a field has a value nobody can choose.
    """
    if not isinstance(given, dict):
        raise ValueError("not an object")
    chosen: dict[str, Any] = {name: given[name] for name in _CHOICES if name in given}
    for name, value in chosen.items():
        if not any(value == choice and type(value) is type(choice) for choice in _CHOICES[name]):
            raise ValueError(name)
    if "text_scale" in given:
        scale = given["text_scale"]
        if isinstance(scale, bool) or not isinstance(scale, int | float):
            raise ValueError("text_scale")
        chosen["text_scale"] = float(scale)
    return Preferences(**chosen)


class PreferencesFile:
    """Reads and writes the file; a damaged one counts as empty and is replaced at the next change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.current = self._read()

    def _read(self) -> Preferences:
        try:
            return _checked(json.loads(self._path.read_bytes()))
        except (OSError, ValueError, RecursionError):
            return Preferences()

    def change(self, **fields: Any) -> Preferences:
        """Change some fields and write the file whole.

        Raises:
            OSError: it cannot be written; the change holds for this run.
        """
        self.current = replace(self.current, **fields)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(self.current), indent=2) + "\n", "utf-8")
        fresh.replace(self._path)
        return self.current
