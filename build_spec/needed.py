"""Which of the libraries collected on Linux are needed: those that a module or a plug-in links to."""

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

Entry = tuple[str, str, str]
"""Place in the folder, source, kind, as PyInstaller lists what it has collected."""

_ALWAYS = "libpython"
"""The program itself links to it."""
_QT = "PySide6/Qt/lib"


def is_library(place: str) -> bool:
    """Whether a file is there only because others link to it, unlike modules and plug-ins."""
    path = PurePosixPath(place)
    folder = str(path.parent)
    is_shared = path.name.startswith("lib") and ".so" in path.name and not path.name.startswith(_ALWAYS)
    return is_shared and (folder in (".", _QT) or folder.endswith(".libs"))


def needed(entries: Iterable[Entry], linked: Callable[[str], Iterable[str]]) -> list[Entry]:
    """Return the entries without libraries that nothing in the folder links to, also not through others.

    ``linked`` gives the file names that a file, by its source, is linked to. A link from one place to another
    has the place it points to as its source, and stays when that stays.
    """
    listed = list(entries)
    by_name: dict[str, list[Entry]] = {}
    for entry in listed:
        by_name.setdefault(PurePosixPath(entry[0]).name, []).append(entry)
    kept = {entry[0]: entry for entry in listed if not is_library(entry[0])}
    waiting = list(kept.values())
    while waiting:
        _place, source, kind = waiting.pop()
        names = [PurePosixPath(source).name] if kind == "SYMLINK" else list(linked(source))
        for entry in (entry for name in names for entry in by_name.get(name, ())):
            if entry[0] not in kept:
                kept[entry[0]] = entry
                waiting.append(entry)
    return [entry for entry in listed if entry[0] in kept]
