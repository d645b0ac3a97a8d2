"""Builds the program as one folder, dist/workstation: `python -m build_spec.build`; prints time and size."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SPEC = ROOT / "build_spec" / "workstation.spec"


def build(target: Path = ROOT / "dist", work: Path = ROOT / "build" / "pyinstaller") -> Path:
    """Build into `target`; the folder of the program. CalledProcessError if PyInstaller fails."""
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(target), "--workpath", str(work), str(SPEC)]
    subprocess.run(command, cwd=ROOT, check=True)
    folder = target / "workstation"
    strip_symbols(folder)
    return folder


# Libraries that carry debugging symbols. Others were renamed inside their wheels and must not be touched.
_UNSTRIPPED = (
    "libpython3*.so*",
    "lib-dynload/*.so",
    "sqlalchemy/*/*.so",
    "cryptography/*/*/*.so",
    *(f"{name}/*.so" for name in ("sqlcipher3", "uvloop", "multidict", "httptools/parser", "nh3")),
)


def strip_symbols(folder: Path) -> None:
    """Take the debugging symbols out of the largest libraries, where there is the tool for it."""
    strip = shutil.which("strip")
    if strip is None or sys.platform == "win32":
        return
    for pattern in _UNSTRIPPED:
        for library in folder.rglob(pattern):
            subprocess.run([strip, "--strip-unneeded", str(library)], check=True)


def size_mb(folder: Path) -> float:
    """What the files of a folder take together, in MB."""
    return (
        sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
        / 1_000_000
    )


def main() -> int:
    """Build and say what came out."""
    started = time.monotonic()
    folder = build()
    print(f"{folder.relative_to(ROOT)}: {size_mb(folder):.0f} MB in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
