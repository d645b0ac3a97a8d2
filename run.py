#!/usr/bin/env python3
"""Makes a fresh machine ready and runs the project: `python3 run.py demo`, `python3 run.py test`."""

from __future__ import annotations

import glob
import hashlib
import importlib.util
import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

# Only the standard library is imported here, and older Pythons can read this file: they say what is wrong.
OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "ready.json"
IS_WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if IS_WINDOWS else "bin/python")
PRODUCT_LOCK, DEVELOPER_LOCK = "requirements.lock", "requirements-dev.lock"

USAGE = """usage: python3 run.py COMMAND [ARGUMENTS]

  demo      open the window on a believable firm of its own (nothing of yours is touched)
  hub       run the hub's command line, e.g. `hub serve`, `hub doctor`
  test      everything that has to hold: the rules of the house, all tests, the faults' short form
  check     the same without installing servers; names what it left out
  fix       repair what a program can repair: format, imports, module map
  faults    break everything on purpose and ask what still holds
  stories   play the stories with a real window, hub, database and mail servers
  bench     measure, as ratios to the physical limit
  pictures  take a picture of every state of the window
  setup     only make everything ready
  lock      renew the lock files from requirements*.in (needs uv)

Arguments after the command go to the program that runs, e.g. `test -k money`, `stories S1`.
The first start makes .venv and installs the locked packages; later ones take seconds."""

# (shared library, Debian package): without these Qt cannot open a window.
QT_LIBRARIES = (
    ("libGL.so.1", "libgl1"),
    ("libEGL.so.1", "libegl1"),
    ("libdbus-1.so.3", "libdbus-1-3"),
    ("libfontconfig.so.1", "libfontconfig1"),
    ("libglib-2.0.so.0", "libglib2.0-0"),
    ("libxkbcommon.so.0", "libxkbcommon0"),
    ("libxcb-cursor.so.0", "libxcb-cursor0"),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1"),
    ("libxcb-shape.so.0", "libxcb-shape0"),
)
# (files of which one must exist, Debian package): the real servers of the tests, a display without a screen.
TEST_PROGRAMS = (
    (("/usr/lib/postgresql/*/bin/postgres",), "postgresql"),
    (("/usr/sbin/postfix",), "postfix"),
    (("/usr/lib/dovecot/imap", "/usr/libexec/dovecot/imap"), "dovecot-imapd"),
    (("/usr/bin/Xvfb",), "xvfb"),
    (("/usr/bin/xauth",), "xauth"),
)
SERVICES = {"postgresql": "postgresql", "postfix": "postfix", "dovecot-imapd": "dovecot"}

# The packages' own daemons stay down: policy-rc.d forbids their start while they are installed, and they
# must not come up with the next boot either. The tests start private ones on loopback.
INSTALL_SCRIPT = """
set -e
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
made=""
if [ ! -e /usr/sbin/policy-rc.d ]; then
  made=yes; printf '#!/bin/sh\\nexit 101\\n' > /usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d
fi
trap '[ -z "$made" ] || rm -f /usr/sbin/policy-rc.d' EXIT
if command -v debconf-set-selections >/dev/null; then
  echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
fi
apt-get install -y -q --no-install-recommends {packages}
if [ -d /run/systemd/system ]; then for s in {services}; do systemctl disable -q "$s" || true; done; fi
"""


class NotReady(Exception):
    """The machine lacks something; the message says what, and how to get it."""


def say(text: str) -> None:
    """One line for the person, at once even if the output is a file."""
    print(f"run.py: {text}", flush=True)


def is_debian() -> bool:
    """Whether this is Debian, Ubuntu or one of their kin."""
    return (
        sys.platform.startswith("linux")
        and Path("/etc/debian_version").exists()
        and bool(shutil.which("apt-get"))
    )


def missing_qt_packages() -> list[str]:
    """Debian packages of the shared libraries that Qt needs and the loader does not know."""
    ldconfig = shutil.which("ldconfig") or "/sbin/ldconfig"
    known = subprocess.run([ldconfig, "-p"], capture_output=True, text=True, check=False).stdout
    return [package for library, package in QT_LIBRARIES if f"\t{library} " not in known]


def missing_test_packages() -> list[str]:
    """Debian packages of the programs that only tests need."""
    return [package for patterns, package in TEST_PROGRAMS if not any(glob.glob(each) for each in patterns)]  # noqa: PTH207


def missing_venv_packages() -> list[str]:
    """Debian takes ensurepip out of Python; the package that brings it back, unless it is there."""
    has_both = importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")
    return [] if has_both else [f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"]


def root_command() -> list[str] | None:
    """How to become root here: nothing to do, sudo (asked for a password only at a terminal), or None."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    is_free = subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0
    if is_free:
        return [sudo, "-n"]
    return [sudo] if sys.stdin.isatty() else None


def install(packages: list[str], what_for: str) -> None:
    """Install Debian packages, saying so; NotReady with the command to type if that is not possible."""
    command = f"apt-get install --no-install-recommends {' '.join(packages)}"
    become_root = root_command()
    if become_root is None:
        raise NotReady(f"{what_for} needs packages of the system. As root: {command}")
    say(f"{what_for}: installing {', '.join(packages)} with {'sudo' if become_root else 'root'} rights ...")
    services = " ".join(SERVICES[package] for package in packages if package in SERVICES)
    script = INSTALL_SCRIPT.format(packages=" ".join(map(shlex.quote, packages)), services=services)
    started = time.monotonic()
    done = subprocess.run(
        [*become_root, "sh", "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        print(done.stdout)
        raise NotReady(f"apt-get failed, see above. Once it is mended: {command}")
    say(f"installed in {time.monotonic() - started:.0f} s")


def ready_system(is_for_tests: bool) -> None:
    """On Debian and Ubuntu install what is missing; elsewhere Qt itself is asked later."""
    if not is_debian():
        return
    needed = missing_venv_packages()
    if needed:
        install(needed, "a virtual environment")
        importlib.invalidate_caches()
    windows = missing_qt_packages()
    if windows:
        install(windows, "a window")
    if is_for_tests and missing_test_packages():
        try:
            install(missing_test_packages(), "the tests (real database and mail servers)")
        except NotReady as error:
            say(str(error))


def check_platform() -> None:
    """Say early what pip would say late and badly: Qt's packages need a recent C library."""
    library, version = platform.libc_ver()
    if library != "glibc" or not sys.platform.startswith("linux"):
        return
    oldest = (2, 39) if platform.machine() in ("aarch64", "arm64") else (2, 34)
    if tuple(int(part) for part in version.split(".")[:2]) < oldest:
        raise NotReady(
            f"Qt needs glibc {oldest[0]}.{oldest[1]} on {platform.machine()}, this system has {version}. "
            "Debian 12, Ubuntu 22.04 (x86-64) and newer have it."
        )


def this_python() -> str:
    """What a virtual environment belongs to: version and place of the Python that made it."""
    return f"{sys.version_info[0]}.{sys.version_info[1]} {Path(sys.base_prefix).resolve()}"


def venv_python() -> str:
    """The same of the Python inside .venv; empty if there is none that starts."""
    code = "import pathlib, sys, pip; print(*sys.version_info[:2], sep='.', end=' '); "
    code += "print(pathlib.Path(sys.base_prefix).resolve())"
    try:
        return subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def read_stamp() -> dict[str, str]:
    """What was installed last time; empty if unknown."""
    try:
        stamp = json.loads(STAMP.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def ready_venv(lock: str) -> None:
    """Make .venv, or make it again if it is broken, and install exactly what the lock file says."""
    digest = hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
    stamp = read_stamp()
    if PYTHON.exists() and venv_python() != this_python():
        say(".venv is broken or belongs to another Python: making it again")
        shutil.rmtree(VENV)
    if not PYTHON.exists():
        if missing_venv_packages():
            raise NotReady(
                "this Python has no venv or ensurepip. Install the package of your system that brings them."
            )
        say(f"making .venv with Python {platform.python_version()} ...")
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
        stamp = {}
    elif stamp.get(lock) == digest:
        return
    count = sum(1 for line in (ROOT / lock).read_text("utf-8").splitlines() if "==" in line)
    say(f"installing the {count} packages of {lock} (once) ...")
    started = time.monotonic()
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    command += ["--prefer-binary", "--require-hashes", "-r", str(ROOT / lock)]
    if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
        raise NotReady("pip could not install the packages, see above. Is there a way to the package index?")
    make_importable()
    # Only what this lock names is certain now: the other one may have asked for other versions.
    STAMP.write_text(json.dumps({lock: digest}), "utf-8")
    say(f"installed in {time.monotonic() - started:.0f} s")


def make_importable() -> None:
    """Let .venv find the package where it lies, without building anything."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    said = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=True).stdout
    (Path(said.strip()) / "workstation-source.pth").write_text(f"{ROOT}\n", "utf-8")


def check_qt() -> None:
    """Ask Qt itself whether it can be loaded; NotReady names the missing library."""
    code = "import PySide6.QtWidgets, PySide6.QtSvg, PySide6.QtNetwork, PySide6.QtPrintSupport"
    done = subprocess.run([PYTHON, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    said = (done.stderr.strip().splitlines() or ["no word why"])[-1]
    raise NotReady(
        f"Qt cannot be loaded: {said}\n"
        "  Fedora: dnf install mesa-libGL mesa-libEGL dbus-libs fontconfig glib2 libxkbcommon-x11"
        " xcb-util-cursor xcb-util-wm xcb-util-keysyms\n"
        "  Arch: pacman -S libglvnd dbus fontconfig glib2 libxkbcommon-x11 xcb-util-cursor xcb-util-wm"
        " xcb-util-keysyms\n"
        "  openSUSE: zypper install Mesa-libGL1 Mesa-libEGL1 libdbus-1-3 libfontconfig1 libxkbcommon-x11-0"
        " libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1"
    )


def has_product_lock(needed: str) -> str:
    """The developers' lock holds the product's too: do not swap it for the smaller one."""
    digest = hashlib.sha256((ROOT / DEVELOPER_LOCK).read_bytes()).hexdigest()
    return DEVELOPER_LOCK if read_stamp().get(DEVELOPER_LOCK) == digest else needed


def make_ready(lock: str, is_for_tests: bool) -> None:
    """System packages, virtual environment, Qt: everything before a command can run."""
    check_platform()
    ready_system(is_for_tests)
    before = read_stamp()
    ready_venv(has_product_lock(lock))
    if read_stamp() != before:
        check_qt()


def environment() -> dict[str, str]:
    """The environment of what runs: UTF-8 everywhere, Windows too."""
    return {**os.environ, "PYTHONUTF8": "1"}


def run_module(module: str, arguments: list[str]) -> int:
    """Run a module of the project in .venv; its exit code."""
    command = [str(PYTHON), "-m", module, *arguments]
    if not IS_WINDOWS:
        os.chdir(ROOT)
        sys.stdout.flush()
        os.execve(command[0], command, environment())  # signals and the terminal belong to the program itself
    return subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode


def missing_suites() -> dict[str, str]:
    """The test suites that cannot run on this machine: pytest marker -> reason and remedy."""
    done = subprocess.run(
        [PYTHON, "-m", "tests.servers"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise NotReady(f"the test servers cannot be asked:\n{done.stderr}")
    answers = json.loads(done.stdout)
    return {marker: reason for marker, reason in answers.items() if reason}


def rules() -> list[tuple[str, list[str]]]:
    """The steps before the tests: (name, arguments of Python)."""
    paths = ["workstation", "tests", "benchmarks", "build_spec", "run.py", "setup.py"]
    paths = [path for path in paths if (ROOT / path).exists()]
    return [
        ("format", ["-m", "ruff", "format", "--check", "--quiet", *paths]),
        ("lint", ["-m", "ruff", "check", "--quiet", *paths]),
        ("types", ["-m", "mypy", *paths]),
        ("imports", ["-c", "from importlinter.cli import lint_imports_command as lint; lint()"]),
        ("module map", ["-m", "tests.architecture.module_map"]),
    ]


def run_step(name: str, arguments: list[str]) -> bool:
    """Run one step, its output only if it fails; whether it held."""
    started = time.monotonic()
    command = [str(PYTHON), *arguments]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    held = done.returncode == 0
    if not held:
        print(done.stdout)
    say(f"{name}: {'ok' if held else 'FAILED'} ({time.monotonic() - started:.1f} s)")
    return held


def test(arguments: list[str]) -> int:
    """The rules, then the tests; 0 only if everything held and, with CI=true, nothing was left out."""
    failed = [name for name, step in rules() if not run_step(name, step)]
    missing = missing_suites()
    is_all = "--all" in arguments
    wanted = " and ".join([*([] if is_all else ["not long"]), *(f"not {marker}" for marker in missing)])
    command = [str(PYTHON), "-m", "pytest", "-n", "2", "--dist", "worksteal", "-q", "-m", wanted]
    command += [argument for argument in arguments if argument != "--all"]
    if subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode != 0:
        failed.append("tests")
    if (is_all or not arguments) and not IS_WINDOWS:  # processes are forked and killed
        say("faults, the short form:")
        command = [str(PYTHON), "-m", "tests.faults"]
        if subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode != 0:
            failed.append("faults")
    for marker, reason in missing.items():
        say(f"NOT RUN on this machine: the tests marked {marker}: {reason}")
    if missing and os.environ.get("CI") == "true":
        failed.append("suites left out")
    say(f"FAILED: {', '.join(failed)}" if failed else "all held")
    return 1 if failed else 0


def fix() -> int:
    """Repair what can be repaired by a program, then say what is left."""
    paths = rules()[0][1][5:]
    for arguments in (
        ["ruff", "check", "--fix", "--quiet", "--exit-zero", *paths],
        ["ruff", "format", "--quiet", *paths],
        ["tests.architecture.module_map", "--write"],
    ):
        subprocess.run([str(PYTHON), "-m", *arguments], cwd=ROOT, check=True)
    return 0 if run_step("lint", rules()[1][1]) else 1


def lock() -> int:
    """Renew both lock files; with hashes, without any address."""
    beside = PYTHON.parent / ("uv.exe" if IS_WINDOWS else "uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        raise NotReady("renewing the locks needs uv: .venv/bin/pip install uv")
    options = [
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        "--no-emit-index-url",
        "--no-header",
    ]
    for source, target in (("requirements.in", PRODUCT_LOCK), ("requirements-dev.in", DEVELOPER_LOCK)):
        limits = ["-c", PRODUCT_LOCK] if target == DEVELOPER_LOCK else []
        command = [uv, "pip", "compile", "--quiet", *options, *limits, source, "-o", target]
        subprocess.run(command, cwd=ROOT, check=True)
        text = (ROOT / target).read_text("utf-8")
        if "://" in text or "--find-links" in text or "--index" in text:
            raise NotReady(f"{target} names an address: keep it out")
    say("locks renewed")
    return 0


def run(command: str, arguments: list[str]) -> int:
    """Make ready what the command needs and run it; its exit code."""
    is_for_tests = command in ("test", "faults", "stories", "bench", "pictures")
    is_product = command in ("demo", "hub")
    make_ready(PRODUCT_LOCK if is_product else DEVELOPER_LOCK, is_for_tests)
    if command in ("test", "check"):
        return test(arguments)
    if command == "fix":
        return fix()
    if command == "lock":
        return lock()
    if command == "setup":
        say("ready")
        return 0
    modules = {"hub": "workstation.hub.cli", "stories": "tests.stories", "bench": "benchmarks"}
    modules |= {"faults": "tests.faults", "pictures": "tests.pictures", "demo": "workstation"}
    return run_module(modules[command], ["demo", *arguments] if command == "demo" else arguments)


def main(arguments: list[str]) -> int:
    """Run the command named first; 2 for a wrong one, 3 if the machine lacks something."""
    commands = [line.split()[0] for line in USAGE.splitlines()[2:13]]
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(USAGE)
        return 0 if arguments else 2
    if arguments[0] not in commands:
        print(
            f"run.py: there is no command {arguments[0]!r}. There are: {', '.join(commands)}", file=sys.stderr
        )
        return 2
    try:
        return run(arguments[0], arguments[1:])
    except NotReady as error:
        print(f"run.py: {error}", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(str(part) for part in OLDEST_PYTHON)
        sys.exit(f"run.py: Python {wanted} or newer is needed, this is {platform.python_version()}.")
    sys.exit(main(sys.argv[1:]))
