"""Builds the program as one folder, dist/workstation: `python -m build_spec.build`; prints time and size."""

import subprocess
import sys
import time
from pathlib import Path

from build_spec.symbols import strip_symbols

ROOT = Path(__file__).resolve().parents[1]
SPEC = ROOT / "build_spec" / "workstation.spec"
LARGEST_MB = 180


def build(target: Path = ROOT / "dist", work: Path = ROOT / "build" / "pyinstaller") -> Path:
    """Build into `target`; the folder of the program. CalledProcessError if PyInstaller fails."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(target), "--workpath", str(work), str(SPEC)]
    subprocess.run(command, cwd=ROOT, check=True)
    folder = target / "workstation"
    strip_symbols(folder)
    return folder


def size_mb(folder: Path) -> float:
    """What the files of a folder take together, in MB."""
    return (
        sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
        / 1_000_000
    )


def main() -> int:
    """Build and say what came out; 1 if it has grown too large."""
    started = time.monotonic()
    folder = build()
    size = size_mb(folder)
    print(f"{folder.relative_to(ROOT)}: {size:.0f} MB in {time.monotonic() - started:.0f} s")
    if size > LARGEST_MB:
        print(f"larger than {LARGEST_MB} MB: what has come in?", file=sys.stderr)
    return int(size > LARGEST_MB)


if __name__ == "__main__":
    sys.exit(main())
