"""Which labels the windows show (read from the source) and which of them English has."""

from __future__ import annotations

import ast
import string
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from workstation.ui.shared.words import Messages, read_ts

ROOT = Path(__file__).resolve().parents[3]
UI = ROOT / "workstation" / "ui"
TRANSLATIONS = ROOT / "resources" / "translations"
_NAMES = {"translate", "later"}


def labels_in(path: Path) -> Iterator[tuple[str, str, int]]:
    """Yield (context, German source, line) of each literal label in a source file.

    Raises:
        ValueError: a label is not a pair of literals, so nobody could translate it.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in _NAMES or len(node.args) != 2:
            continue  # str.translate has one argument, a marked pair comes with a star
        values = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
        if len(values) == 2 and all(isinstance(value, str) for value in values):
            yield str(values[0]), str(values[1]), node.lineno
        elif path.name != "words.py" or path.parent.name != "shared":
            raise ValueError(f"{path.name}:{node.lineno}: a label is two literals, context and German text")


def labels() -> dict[tuple[str, str], str]:
    """Return every label of the windows with the place that shows it first."""
    found: dict[tuple[str, str], str] = {}
    for path in sorted(UI.rglob("*.py")):
        for context, text, line in labels_in(path):
            found.setdefault((context, text), f"{path.relative_to(ROOT)}:{line}")
    return found


def english() -> Messages:
    """Return all English messages."""
    messages: Messages = {}
    for path in sorted(TRANSLATIONS.glob("*.en.ts")):
        messages.update(read_ts(path))
    return messages


def missing() -> dict[tuple[str, str], str]:
    """Return labels without English, with their places."""
    known = english()
    return {key: place for key, place in labels().items() if key not in known}


def as_ts(wanted: Messages) -> str:
    """Return a .ts file with these messages, contexts in order."""
    lines = ['<?xml version="1.0" encoding="utf-8"?>', "<!DOCTYPE TS>"]
    lines.append('<TS version="2.1" language="en" sourcelanguage="de">')
    for context in sorted({name for name, _ in wanted}):
        lines += ["<context>", f"    <name>{escape(context)}</name>"]
        for (name, source), translation in wanted.items():
            if name == context:
                lines += [
                    "    <message>",
                    f"        <source>{escape(source)}</source>",
                    f"        <translation>{escape(translation)}</translation>",
                    "    </message>",
                ]
        lines.append("</context>")
    return "\n".join([*lines, "</TS>", ""])


def add(path: Path, lines: Iterator[str]) -> int:
    """Add «context TAB German TAB English» lines to a .ts file (made if missing); returns how many.

    Raises:
        ValueError: a line has not three parts, or loses or invents a {blank}.
    """
    messages = read_ts(path) if path.exists() else {}
    count = 0
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        parts = line.rstrip("\n").split("\t")
        if len(parts) != 3:
            raise ValueError(f"line {number}: three parts with tabs between them are needed")
        context, source, translation = parts
        if blanks(source) != blanks(translation):
            raise ValueError(f"line {number}: the blanks of both texts differ")
        messages[context, source] = translation
        count += 1
    path.write_text(as_ts(messages), encoding="utf-8")
    return count


def blanks(text: str) -> set[str]:
    """Return the names of the {blanks} in a text."""
    return {name.partition(":")[0] for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def main() -> int:
    """Without arguments: list labels that lack English. With a .ts file: add lines from standard input."""
    if len(sys.argv) > 1:
        print(f"{add(Path(sys.argv[1]), iter(sys.stdin))} labels added to {sys.argv[1]}")
        return 0
    for (context, text), place in missing().items():
        print(f"{context}\t{text}\t{place}")
    return 1 if missing() else 0


if __name__ == "__main__":
    sys.exit(main())
