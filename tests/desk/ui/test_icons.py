"""Every icon by its name; the cache spares the import of the package."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray
from PySide6.QtGui import QColor
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from workstation.ui.shared import icons
from workstation.ui.shared.icons import Icons

INK = QColor("#ff0000")


@pytest.mark.parametrize("name", sorted(icons.NAMES))
def test_the_package_draws_it(name: str, qapp: QApplication) -> None:
    svg = icons.from_package(name)
    assert QSvgRenderer(QByteArray(svg.encode())).isValid()
    assert 'stroke-width="1.75"' in svg
    assert "currentColor" in svg


def test_an_icon_is_drawn_in_the_colour_and_size_asked_for(qapp: QApplication, tmp_path: Path) -> None:
    pixmap = Icons(tmp_path).pixmap("check", INK, 16, 2.0)
    assert pixmap.width() == 32
    assert pixmap.deviceIndependentSize().width() == 16
    image = pixmap.toImage()
    dots = [image.pixelColor(x, y) for x in range(32) for y in range(32)]
    assert max(dot.alpha() for dot in dots) > 200
    assert all(dot.red() > 200 and dot.green() == 0 for dot in dots if dot.alpha() > 200)


def test_a_second_start_needs_no_package(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Icons(tmp_path).drawing("zap")
    asked: list[str] = []
    monkeypatch.setattr(icons, "from_package", asked.append)
    assert "<svg" in Icons(tmp_path).drawing("ban")
    assert asked == []


def test_the_packaged_program_needs_neither_package_nor_cache(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / icons.PACKAGED
    file.write_text(json.dumps(icons.draw_all()))
    asked: list[str] = []
    monkeypatch.setattr(icons, "from_package", asked.append)
    monkeypatch.setattr(icons, "resource_path", lambda name: tmp_path / name)
    assert "<svg" in Icons(tmp_path / "cache").drawing("ban")
    assert asked == [] and not (tmp_path / "cache").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"zap": 1}', '{"zap": "<svg/>"}'])
def test_a_damaged_cache_is_made_again(qapp: QApplication, tmp_path: Path, content: str) -> None:
    Icons(tmp_path).drawing("zap")
    (file,) = tmp_path.glob("icons-*.json")
    file.write_text(content)
    assert "<path" in Icons(tmp_path).drawing("zap")
    assert set(json.loads(file.read_text())) == icons.NAMES


def test_a_folder_that_cannot_be_written_is_no_fault(qapp: QApplication, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert "<svg" in Icons(blocked / "below").drawing("zap")


def test_unknown_names_are_errors(qapp: QApplication, tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="refresh-ccw-9"):
        Icons(tmp_path).pixmap("refresh-ccw-9", INK, 16)
    with pytest.raises(KeyError, match="no-such"):
        icons.from_package("no-such")


def test_names_in_the_source_are_in_the_list() -> None:
    """set_icon, pixmap and show_* are called with literals: each must be a known icon."""
    import ast

    from tests.desk.ui.ts_files import UI

    calls = {"set_icon": 1, "pixmap": 0, "_icon_button": 0, "icon": 0}
    unknown = []
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in calls
            ):
                at = calls[node.func.attr]
                given = node.args[at] if len(node.args) > at else None
                if isinstance(given, ast.Constant) and given.value not in icons.NAMES:
                    unknown.append(f"{path.name}:{node.lineno} {given.value!r}")
    assert not unknown
