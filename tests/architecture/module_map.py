"""Writes docs/module-map.md from the first line of each module; without --write it only compares.

`python -m tests.architecture.module_map [--write]`: exit code 1 if the file is stale.
"""

import sys

from tests.architecture.sources import ROOT, Source, all_sources

TARGET = ROOT / "docs" / "module-map.md"
HEAD = """# Module map

One line a module, taken from its docstring. Made by `python3 run.py fix`; do not edit by hand.
"""
TABLE_HEAD = "| module | what it is for |\n| --- | --- |\n"
# Each test says in its own name what it holds; the map lists what tests are made of.
_LEFT_OUT = ("tests/",)


def _is_listed(source: Source) -> bool:
    if source.is_empty:
        return False
    name = source.path.rsplit("/", 1)[-1]
    return not (source.path.startswith(_LEFT_OUT) and name.startswith("test_"))


def first_line(source: Source) -> str:
    """The first line of the docstring without its full stop."""
    return source.docstring.split("\n", 1)[0].strip().rstrip(".")


def text() -> str:
    """The whole file as it should be."""
    folders: dict[str, list[Source]] = {}
    for source in all_sources():
        if _is_listed(source):
            folder = source.path.rsplit("/", 1)[0] if "/" in source.path else "."
            folders.setdefault(folder, []).append(source)
    parts = [HEAD]
    for folder in sorted(folders):
        parts.append(f"\n## {'The top' if folder == '.' else folder + '/'}\n\n{TABLE_HEAD}")
        for source in folders[folder]:
            line = first_line(source).replace("|", "\\|")
            parts.append(f"| `{source.path.rsplit('/', 1)[-1]}` | {line} |\n")
    return "".join(parts)


def main(arguments: list[str]) -> int:
    """Write the map, or say whether it is fresh."""
    wanted = text()
    current = TARGET.read_text("utf-8") if TARGET.exists() else ""
    if arguments == ["--write"]:
        TARGET.parent.mkdir(exist_ok=True)
        TARGET.write_text(wanted, "utf-8")
        return 0
    if current != wanted:
        sys.stdout.write("docs/module-map.md is stale: python3 run.py fix\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
