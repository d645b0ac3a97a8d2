"""Runs both README commands in a bare Debian: minbase plus python3, nothing else; prints the times.

`python -m build_spec.bare_debian [COMMAND ...]` as root; the commands default to `demo` and `test`. The
mirror is the one this machine uses. Needs debootstrap; the folder is deleted at the end without --keep.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RELEASE = "bookworm"
INSIDE = Path("srv/workstation")
CERTIFICATES = Path("etc/index-certificates.pem")
DEFAULT_COMMANDS = ["demo", "test"]


def mirror() -> str:
    """The address of the Debian archive in this machine's own apt configuration."""
    files = [Path("/etc/apt/sources.list"), *Path("/etc/apt/sources.list.d").glob("*")]
    text = "\n".join(file.read_text("utf-8", "replace") for file in files if file.is_file())
    found = re.findall(
        r"^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(https?://\S*debian/?)(?:\s|$)", text, re.MULTILINE
    )
    if not found:
        raise SystemExit("no Debian archive in this machine's apt configuration")
    return str(found[0])


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """/proc, /dev and a shared memory of its own inside the folder, taken away again in any case."""
    mounts = [
        ["-t", "proc", "proc", str(folder / "proc")],
        ["--bind", "/dev", str(folder / "dev")],
        ["-t", "tmpfs", "tmpfs", str(folder / "dev/shm")],
    ]
    done: list[str] = []
    try:
        for mount in mounts:
            subprocess.run(["mount", *mount], check=True)
            done.append(mount[-1])
        yield
    finally:
        for place in reversed(done):
            subprocess.run(["umount", "--lazy", place], check=True)


def prepare(folder: Path, release: str) -> None:
    """Bootstrap the release into the folder and put a fresh clone of the last commit there."""
    command = ["debootstrap", "--variant=minbase", "--include=python3", release, str(folder), mirror()]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"debootstrap failed:\n{done.stdout[-3000:]}")
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder / INSIDE)], check=True)
    shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")
    for file in Path("/etc/apt/apt.conf.d").glob("*proxy*"):
        shutil.copy(file, folder / "etc/apt/apt.conf.d" / file.name)


def environment(folder: Path) -> dict[str, str]:
    """What a fresh machine has, plus this machine's way to the package index."""
    inside = {
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/root",
        "TERM": "dumb",
    }
    kept = ("PIP_INDEX_URL", "PIP_DEFAULT_TIMEOUT", "http_proxy", "https_proxy", "no_proxy", "CI")
    inside |= {name: os.environ[name] for name in kept if name in os.environ}
    if certificates := os.environ.get("PIP_CERT"):
        shutil.copy(certificates, folder / CERTIFICATES)
        inside["PIP_CERT"] = f"/{CERTIFICATES}"
    return inside


def run_inside(folder: Path, command: str) -> bool:
    """Run `python3 run.py COMMAND` inside; prints its output and its time; whether it succeeded."""
    line = f"cd /{INSIDE} && exec python3 run.py {command}"
    started = time.monotonic()
    done = subprocess.run(
        ["chroot", str(folder), "sh", "-c", line],
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        check=False,
    )
    word = "ok" if done.returncode == 0 else f"FAILED ({done.returncode})"
    print(f"bare Debian: python3 run.py {command}: {word}, {time.monotonic() - started:.0f} s", flush=True)
    return done.returncode == 0


def main(arguments: list[str]) -> int:
    """Bootstrap, run each command, tidy up; 0 if all succeeded."""
    parser = argparse.ArgumentParser(prog="build_spec.bare_debian", description=__doc__.splitlines()[0])
    parser.add_argument(
        "commands", nargs="*", default=DEFAULT_COMMANDS, help='e.g. "demo --quit" "test -k money"'
    )
    parser.add_argument("--keep", action="store_true", help="leave the folder and say where it is")
    parser.add_argument("--release", default=RELEASE, help="code name of the Debian release")
    options = parser.parse_args(arguments)
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        print("this needs root and debootstrap (apt-get install debootstrap)", file=sys.stderr)
        return 3
    folder = Path(tempfile.mkdtemp(prefix="bare-debian-"))
    folder.chmod(0o755)  # it becomes the root that every user must be able to enter
    started = time.monotonic()
    prepare(folder, options.release)
    print(f"bare Debian: {options.release} made in {time.monotonic() - started:.0f} s", flush=True)
    try:
        with mounted(folder):
            held = [run_inside(folder, command) for command in options.commands]
    finally:
        if options.keep:
            print(f"bare Debian: kept in {folder}")
        elif not any(str(folder) in line for line in Path("/proc/mounts").read_text().splitlines()):
            shutil.rmtree(folder)
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
