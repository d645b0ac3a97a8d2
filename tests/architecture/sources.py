"""The source files of the project, read once: path, tree and docstring."""

import ast
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("workstation", "tests", "benchmarks", "build_spec")
SINGLES = ("run.py", "setup.py")


@dataclass(frozen=True)
class Source:
    """One Python file; `path` is relative to the project and has forward slashes."""

    path: str
    text: str
    tree: ast.Module

    @property
    def docstring(self) -> str:
        """The docstring of the module, empty if it has none."""
        return ast.get_docstring(self.tree) or ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in the file, as in many __init__.py."""
        return not self.tree.body


@cache
def all_sources() -> tuple[Source, ...]:
    """Every Python file of the project, by path."""
    files = [ROOT / name for name in SINGLES]
    for folder in FOLDERS:
        files += (ROOT / folder).rglob("*.py")
    found = []
    for file in sorted(file for file in files if "__pycache__" not in file.parts):
        text = file.read_text("utf-8")
        path = file.relative_to(ROOT).as_posix()
        found.append(Source(path=path, text=text, tree=ast.parse(text, filename=path)))
    return tuple(found)


def product_sources() -> tuple[Source, ...]:
    """The files below workstation/ only."""
    return tuple(source for source in all_sources() if source.path.startswith("workstation/"))
