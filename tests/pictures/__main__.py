"""Takes the pictures: one hub with the demo's firm, one window per language, both colour schemes."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.stories.processes import ROOT, environment


def main(arguments: list[str] | None = None) -> int:
    """Take all pictures (or those whose name holds a given word); returns 0 if every state came about."""
    parser = argparse.ArgumentParser(prog="run.py pictures")
    parser.add_argument("folder", nargs="?", type=Path, help="where they go (default: a new folder)")
    parser.add_argument("--language", choices=("de", "en"), action="append", default=[])
    parser.add_argument("--only", default="", help="only states whose name holds this word")
    given = parser.parse_args(arguments)
    folder: Path = (given.folder or Path(tempfile.mkdtemp(prefix="workstation-pictures-"))).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    code = 0
    for language in given.language or ("de", "en"):
        with tempfile.TemporaryDirectory(prefix="workstation-pictures-firm-") as place:
            command = [sys.executable, "-m", "tests.pictures.shoot", place, str(folder), language, given.only]
            done = subprocess.run(command, cwd=ROOT, env=environment(), check=False, timeout=1200)
            code = code or done.returncode
    taken = sorted(path.name for path in folder.glob("*.png"))
    print(f"{len(taken)} pictures in {folder}")
    return code


if __name__ == "__main__":
    sys.exit(main())
