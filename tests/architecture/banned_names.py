"""Names that have one place each: the table, and a reader that finds every other use of them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.architecture.sources import Source

WIDGETS = (
    "workstation/ui/*/view*.py",
    "workstation/ui/*/dialogs.py",
    "workstation/ui/*/delegates.py",
    "workstation/ui/shell/*.py",
    "workstation/ui/shared/*.py",
    "workstation/window.py",
)
LANES = ("workstation/system/workers.py",)
BRIDGE = ("workstation/async_bridge.py", "workstation/async_bridge/*.py")
HUB_THREADS = ("workstation/hub/workers.py", "workstation/hub/executor.py")
CLOCK = ("workstation/system/clock.py",)

# name -> the only files that may use it; a name ending in a dot covers everything below it.
PLACES: dict[str, tuple[str, ...]] = {
    "PySide6.QtWidgets": WIDGETS,
    "asyncio.create_task": BRIDGE,
    "asyncio.ensure_future": BRIDGE,
    "asyncio.to_thread": (),
    "qasync.asyncSlot": (),
    "qasync.asyncClose": (),
    "PySide6.QtCore.QThread": (),
    "PySide6.QtCore.QThreadPool": (),
    "threading.Thread": HUB_THREADS,
    "concurrent.futures.ThreadPoolExecutor": (*LANES, *HUB_THREADS),
    "datetime.datetime.now": CLOCK,
    "datetime.datetime.utcnow": (),
    "datetime.datetime.today": (),
    "datetime.date.today": (),
    "time.time": CLOCK,
    "time.time_ns": CLOCK,
}
# Methods whose object cannot be known from the text: banned by the method's name.
METHODS: dict[str, tuple[str, ...]] = {"create_task": BRIDGE}


@dataclass(frozen=True)
class Use:
    """One use of a banned name outside its place."""

    path: str
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.name}"


def uses(source: Source) -> Iterator[Use]:
    """Every banned use in one file."""
    aliases = _aliases(source.tree)
    for node in _walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield from _banned(source, node.lineno, f"{node.module}.{alias.name}")
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield from _banned(source, node.lineno, alias.name)
        elif isinstance(node, ast.Attribute):
            dotted = _dotted(node, aliases)
            yield from _banned(source, node.lineno, dotted)
            if node.attr in METHODS and not dotted.startswith("asyncio."):
                if not _is_allowed(source.path, METHODS[node.attr]):
                    yield Use(source.path, node.lineno, f".{node.attr}")


def _walk(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node that can run: imports for the type checker alone are left out."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        yield node
        yield from _walk(node)


def _banned(source: Source, line: int, name: str) -> Iterator[Use]:
    for banned, places in PLACES.items():
        is_it = name == banned or name.startswith(f"{banned}.")
        if is_it and not _is_allowed(source.path, places):
            yield Use(source.path, line, banned)


def _is_allowed(path: str, places: tuple[str, ...]) -> bool:
    return any(fnmatchcase(path, place) for place in places)


def _aliases(tree: ast.Module) -> dict[str, str]:
    """Local name -> full name, for every import of the file, late ones too."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                name = alias.asname or alias.name.split(".")[0]
                found[name] = alias.name if alias.asname else name
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return found


def _dotted(node: ast.Attribute, aliases: dict[str, str]) -> str:
    """The full dotted name of an attribute, empty if it does not start at an imported name."""
    parts = [node.attr]
    inner: ast.expr = node.value
    while isinstance(inner, ast.Attribute):
        parts.append(inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name) or inner.id not in aliases:
        return ""
    return ".".join([aliases[inner.id], *reversed(parts)])
