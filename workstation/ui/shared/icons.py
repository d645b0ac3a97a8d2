"""Lucide icons: the names in use, their drawings kept ready as a file, rendered sharp in any colour."""

from __future__ import annotations

import json
import os
import re
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from workstation.system.resources import resource_path

STROKE = 1.75
PACKAGED = "icons.json"
"""Resource of the packaged program: the drawings of all NAMES, so that it goes without the icon package."""

# fmt: off
NAMES: frozenset[str] = frozenset((
    "archive", "arrow-up", "arrow-up-right", "at-sign", "badge-euro", "ban", "banknote", "bell",
    "calendar", "calendar-clock", "calendar-days", "chart-no-axes-column", "check", "chevron-down",
    "chevron-left", "chevron-right", "chevron-up", "circle", "circle-alert", "circle-check",
    "circle-question-mark", "circle-x", "clipboard-list", "clock", "cloud-off", "copy", "credit-card",
    "download", "ellipsis", "external-link", "eye", "eye-off", "file", "file-text", "flag", "folder",
    "folder-open", "gift", "git-merge", "globe", "hand-coins", "handshake", "hourglass", "house",
    "image", "inbox", "info", "key-round", "keyboard", "languages", "link", "list", "list-filter",
    "lock", "log-out", "mail", "mail-warning", "mail-x", "map-pin", "menu", "message-circle",
    "message-square", "minus", "monitor", "moon", "package", "package-check", "package-x",
    "panel-left", "panel-right", "paperclip", "pause", "pen", "pencil", "phone", "phone-incoming",
    "phone-outgoing", "plus", "printer", "receipt", "refresh-cw", "reply", "rotate-ccw", "save",
    "search", "send", "server", "settings", "shield", "shield-alert", "shield-check", "shield-x",
    "shopping-bag", "sparkles", "split", "star", "sticky-note", "store", "sun", "tag",
    "text-initial", "ticket-percent", "timer", "trash", "triangle-alert", "truck", "type", "undo-2",
    "unlink", "upload", "user", "user-plus", "users", "wifi", "wifi-off", "x", "zap",
))
# fmt: on
"""Every icon name in use. A name outside this list is an error, so a silent placeholder never shows."""


class Icons:
    """Draws icons by name. The drawings (SVG text) lie in one file in ``cache_dir``, one for each package.

    The icon package is imported only when that file is missing or lacks a name. The packaged program brings
    the drawings along.
    """

    def __init__(self, cache_dir: Path) -> None:
        self._file = cache_dir / f"icons-{_package_mark()}.json"
        self._drawings: dict[str, str] | None = None
        self._pixmaps: dict[tuple[str, int, int, int], QPixmap] = {}

    def drawing(self, name: str) -> str:
        """Return the SVG text of ``name`` with ``currentColor`` as its stroke.

        Raises:
            KeyError: ``name`` is not in NAMES.
        """
        if name not in NAMES:
            raise KeyError(f"icon {name!r} is not in the list of icons")
        if self._drawings is None:
            self._drawings = _read(resource_path(PACKAGED)) or _read(self._file) or self._draw_all()
        return self._drawings[name]

    def file_of(self, name: str, color: str) -> str:
        """Return the path, with forward slashes, of a file with ``name`` drawn in ``color`` (``#rrggbb``).

        A style sheet takes its pictures from files alone. The file is written if it is not there; '' if
        that is not possible.
        """
        place = self._file.with_name(f"{name}-{color.lstrip('#')}.svg")
        if not place.exists():
            try:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(self.drawing(name).replace("currentColor", color), encoding="utf-8")
            except OSError:
                return ""
        return place.as_posix()

    def pixmap(self, name: str, color: QColor, size: int, ratio: float = 1.0) -> QPixmap:
        """Return ``name`` in ``color``, ``size`` logical px square, at device pixel ``ratio``."""
        key = (name, color.rgba(), size, round(ratio * 100))
        found = self._pixmaps.get(key)
        if found is not None:
            return found
        pixels = max(1, round(size * ratio))
        pixmap = QPixmap(pixels, pixels)
        pixmap.fill(Qt.GlobalColor.transparent)
        svg = self.drawing(name).replace("currentColor", color.name())
        renderer = QSvgRenderer(QByteArray(svg.encode()))
        painter = QPainter(pixmap)
        painter.setOpacity(color.alphaF())
        renderer.render(painter, QRectF(0, 0, pixels, pixels))
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        self._pixmaps[key] = pixmap
        return pixmap

    def icon(self, name: str, color: QColor, size: int, ratio: float = 1.0, gap: int = 0) -> QIcon:
        """Return a QIcon for this screen, a plain and a double one; ``gap`` px stay free at its right."""
        icon = QIcon()
        for step in sorted({1.0, 2.0, ratio}):
            picture = self.pixmap(name, color, size, step)
            icon.addPixmap(_widened(picture, round(gap * step)) if gap else picture)
        return icon

    def forget_pixmaps(self) -> None:
        """Drop the rendered pictures (after a change of scheme or text size)."""
        self._pixmaps.clear()

    def _draw_all(self) -> dict[str, str]:
        drawings = draw_all()
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # Written beside and renamed: a second desk starting now never reads half a file.
            import tempfile  # only a first start writes; it takes a while to load

            handle, beside = tempfile.mkstemp(dir=self._file.parent, suffix=".tmp")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(drawings, file)
            Path(beside).replace(self._file)
        except OSError:
            pass  # a read-only cache costs the import at the next start, nothing else
        return drawings


def draw_all() -> dict[str, str]:
    """Return the SVG of each of NAMES from the icon package."""
    return {name: from_package(name) for name in sorted(NAMES)}


def _read(file: Path) -> dict[str, str] | None:
    try:
        drawings = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    is_whole = isinstance(drawings, dict) and all(isinstance(drawings.get(name), str) for name in NAMES)
    return drawings if is_whole else None


def _package_mark() -> str:
    # Finding the package costs a tenth of importing it or of asking for its version.
    spec = find_spec("lucide")
    if spec is None or spec.origin is None:
        return "none"
    try:
        found = (Path(spec.origin).parent / "data" / "lucide-icons.db").stat()
    except OSError:
        return "unknown"
    return f"{found.st_size:x}-{int(found.st_mtime):x}"


def _widened(picture: QPixmap, more: int) -> QPixmap:
    # Qt offers no way to set the distance between the icon and the words of a button.
    wide = QPixmap(picture.width() + more, picture.height())
    wide.fill(Qt.GlobalColor.transparent)
    wide.setDevicePixelRatio(picture.devicePixelRatio())
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, picture)
    painter.end()
    return wide


def from_package(name: str) -> str:
    """Return the SVG of ``name`` from the icon package, comments and classes removed, stroke 1.75.

    Raises:
        KeyError: the package does not know the name.
    """
    from lucide import get_icon_list, lucide_icon

    if name not in get_icon_list():
        raise KeyError(f"the icon package has no {name!r}")
    svg = str(lucide_icon(name, stroke_width=str(STROKE)))
    return re.sub(r'\s+class="[^"]*"|<!--.*?-->|\n\s*', "", svg)
