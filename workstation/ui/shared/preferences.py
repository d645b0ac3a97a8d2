"""What a person has chosen for this device: look, language, text size, undo time; one small JSON file."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

UndoSeconds = Literal[8, 15, 30]


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
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


class PreferencesFile:
    """Reads and writes the file; a damaged one counts as empty and is replaced at the next change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.current = self._read()

    def _read(self) -> Preferences:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Preferences)
        except (OSError, msgspec.MsgspecError):
            return Preferences()

    def change(self, **fields: object) -> Preferences:
        """Change some fields and write the file whole.

        Raises:
            OSError: it cannot be written; the change holds for this run.
        """
        self.current = msgspec.structs.replace(self.current, **fields)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.format(msgspec.json.encode(self.current)))
        fresh.replace(self._path)
        return self.current
