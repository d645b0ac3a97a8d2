"""What files are called, how long they are, what their first line says."""

import ast
import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.architecture import module_map
from tests.architecture.sources import ROOT, Source, all_sources, product_sources

FORBIDDEN_NAMES = re.compile(r"(?:^|_)(utils?|helpers?|misc|common|base|managers?|handlers?)(?:_|$)")
LONGEST_FILE = 450
LONGEST_TEST_FILE = 600
LONGEST_FUNCTION = 60
ROOM_FLOORS = ("models", "view_model", "delegates", "dialogs", "view")


def test_no_file_has_a_name_that_says_nothing() -> None:
    found = [
        source.path
        for source in all_sources()
        if any(FORBIDDEN_NAMES.search(part.removesuffix(".py")) for part in source.path.split("/"))
    ]
    assert found == []


def test_each_module_says_on_its_first_line_what_it_is_for() -> None:
    found = [
        source.path for source in all_sources() if not source.is_empty and not module_map.first_line(source)
    ]
    assert found == []


def test_each_folder_of_the_product_is_a_package() -> None:
    # Without __init__.py neither the wheel nor the import contracts would see it.
    folders = {(ROOT / source.path).parent for source in product_sources()}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_the_module_map_is_fresh() -> None:
    assert module_map.TARGET.exists() and module_map.TARGET.read_text("utf-8") == module_map.text(), (
        "docs/module-map.md is stale: python3 run.py fix"
    )


def test_files_are_short_enough_to_read() -> None:
    found = {}
    for source in all_sources():
        lines = len(source.text.splitlines())
        if lines > (LONGEST_TEST_FILE if source.path.startswith("tests/") else LONGEST_FILE):
            found[source.path] = lines
    assert found == {}


def test_functions_are_short_enough_to_read() -> None:
    found = {
        f"{source.path}:{node.name}": length
        for source in product_sources()
        if "/migrations/versions/" not in source.path  # a migration is a list of tables
        for node in ast.walk(source.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert found == {}


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "NotImplemented" + "Error"])
def test_nothing_is_left_for_later(word: str) -> None:
    pattern = re.compile(rf"\b{word}\b")
    found = [source.path for source in product_sources() if pattern.search(source.text)]
    assert found == []


def _room_imports(source: Source) -> list[tuple[str, str]]:
    """(own floor, imported floor) for imports inside one room, lowest floor first in ROOM_FLOORS."""
    room = source.path.rsplit("/", 1)[0].replace("/", ".")
    own = _floor(source.path.rsplit("/", 1)[1].removesuffix(".py"))
    found = []
    for node in ast.walk(source.tree):
        names: list[str] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            if name.startswith(f"{room}."):
                found.append((own, _floor(name.removeprefix(f"{room}.").split(".")[0])))
    return [(own, other) for own, other in found if own and other]


def _floor(module: str) -> str:
    if module in ROOM_FLOORS:
        return module
    return "view" if module.startswith("view_") else ""


def test_inside_a_room_each_floor_sees_only_those_below() -> None:
    rooms = [
        source for source in product_sources() if re.fullmatch(r"workstation/ui/\w+/\w+\.py", source.path)
    ]
    found = [
        f"{source.path} imports {other}"
        for source in rooms
        for own, other in _room_imports(source)
        if ROOM_FLOORS.index(other) > ROOM_FLOORS.index(own)
    ]
    assert found == []


def _files_of_the_project() -> Iterator[tuple[str, Path]]:
    """All files but what .gitignore leaves out; a bare machine has no git to ask."""
    left_out = (ROOT / ".gitignore").read_text("utf-8").split()
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name != ".git" and not _fits(f"{name}/", left_out)]
        for name in files:
            if not _fits(name, left_out):
                file = Path(folder) / name
                yield file.relative_to(ROOT).as_posix(), file


def _fits(name: str, patterns: list[str]) -> bool:
    return any(fnmatch(name, pattern.lstrip("/")) for pattern in patterns)


def test_no_file_names_a_machine_or_a_package_index() -> None:
    # Put together here, so that this file names none either.
    hosts = [
        ".".join(parts) for parts in (("pypi", "org"), ("files", "pythonhosted"), ("deb", "debian", "org"))
    ]
    folders = ["/" + "root/", "/" + r"home/\w"]
    pattern = re.compile("|".join([*map(re.escape, hosts), *folders]))
    found = []
    for name, file in _files_of_the_project():
        if file.suffix in {".png", ".ico", ".db", ".eml", ".mbox"}:
            continue
        if pattern.search(file.read_text("utf-8", "replace")):
            found.append(name)
    assert found == []
