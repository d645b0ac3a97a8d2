"""Proves the built program: its window under Xvfb, its hub, the demo: `python -m build_spec.prove [PROGRAM]`.

The window is asked for from outside, through the X server, and the program's own picture of it is kept. The
demo plays its story with window, hub and mails, all from the folder; then the hub is asked about its firm.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = ROOT / "dist" / "workstation" / "workstation"
PICTURE = ROOT / "dist" / "window.png"
LONGEST_S = 120
LONGEST_STORY_S = 400
REGIONS = ("BY", "BE", "SN", "")
"""Of the regions on offer: one with many holidays, two with some of their own, none."""
LOOKS = (
    *("verify", "audit verify", "books show", "vouchers list", "stock list", "dunning show", "effects list"),
    *("work list", "people list", "devices list", "mailbox list", "openapi"),
)
"""Commands of the hub that have to succeed on the demo's firm."""


class NotProvenError(Exception):
    """The program did not show its window; the message holds what it said."""


def prove(program: Path, picture: Path) -> float:
    """Start `program` on a display of its own until it has shown its window; seconds from start to end.

    NotProvenError if it ends with an error, stays silent for two minutes or leaves no picture.
    """
    xvfb = shutil.which("xvfb-run")
    if xvfb is None:
        raise NotProvenError("xvfb-run is missing. Debian, Ubuntu: apt-get install xvfb xauth")
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="workstation-proof-") as profile:
        command = [xvfb, "-a", "-s", "-screen 0 1600x1000x24", str(program)]
        command += ["start", "--profile", profile, "--key-files", "--show-and-quit", str(picture)]
        started = time.monotonic()
        code, said = _run(command, _bare_environment(profile))
        took = time.monotonic() - started
    if code != 0:
        raise NotProvenError(f"exit code {code}\n{said}")
    if not picture.exists() or picture.stat().st_size < 3_000:
        raise NotProvenError(f"no picture of a window\n{said}")
    return took


def prove_hub(program: Path) -> float:
    """Make a firm with the packaged hub, serve it on loopback, end it politely; seconds all in all.

    NotProvenError with what it said if one of the three fails.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="workstation-proof-") as home:
        hub = [str(program), "hub", "--folder", f"{home}/hub", "--language", "en"]
        environment = _bare_environment(home)
        firm = ["init", "--name", "Proof", "--owner", "Ada", "--mail-address", "service@proof.test"]
        code, said = _run([*hub, *firm, "--secrets", "files", "--trial"], environment, "a-long-password-9\n")
        if code != 0:
            raise NotProvenError(f"hub init: exit code {code}\n{said}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        with Path(f"{home}/serve.log").open("w+", encoding="utf-8") as log:
            command = [*hub, "serve", "--port", str(port)]
            process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
            ends = time.monotonic() + LONGEST_S
            while not _listens(port) and process.poll() is None and time.monotonic() < ends:
                time.sleep(0.1)
            is_served = process.poll() is None and _listens(port)
            process.terminate()
            try:
                code = process.wait(LONGEST_S)
            except subprocess.TimeoutExpired as error:
                process.kill()
                raise NotProvenError(f"hub serve: still there {LONGEST_S} s after SIGTERM") from error
            log.seek(0)
            if not is_served or code != 0:
                raise NotProvenError(f"hub serve: listened: {is_served}, exit code {code}\n{log.read()}")
    return time.monotonic() - started


def prove_demo(program: Path) -> float:
    """Play the demo's story, then ask its hub everything and write papers; seconds all in all.

    NotProvenError with what it said if something fails, a paper is none, or a region has no holidays.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="workstation-proof-") as home:
        environment = {**_bare_environment(home), "QT_QPA_PLATFORM": "offscreen"}

        def ask(
            *arguments: str, typed: str = "", within_s: float = LONGEST_S, good: Sequence[int] = (0,)
        ) -> str:
            code, said = _run([str(program), *arguments], environment, typed, within_s)
            if code not in good:
                raise NotProvenError(f"{' '.join(arguments)}: exit code {code}\n{said}")
            return said

        firm = Path(home, "firm")
        story = ask(
            *("demo", "--play", "--keep", str(firm), "--pictures", f"{home}/pictures"),
            within_s=LONGEST_STORY_S,
        )
        number = re.search(r"credit note (\S+),", story)
        if number is None or "all of it held" not in story:
            raise NotProvenError(story)
        hub = ("hub", "--folder", str(firm / "hub"), "--language", "en")
        for look in LOOKS:
            ask(*hub, *look.split())
        # Reminders are papers too; 3 says that one of the demo's invoices is kept back, as it should be.
        if " reminded" not in ask(*hub, "dunning", "run", "--on", "2027-01-30", good=(0, 3)):
            raise NotProvenError("dunning run: nobody was reminded")
        note = Path(home, "note.pdf")
        ask(*hub, "books", "note", number[1], str(note))
        if note.read_bytes()[:5] != b"%PDF-":
            raise NotProvenError(f"no credit note: {note.read_bytes()[:40]!r}")
        ask(*hub, "backup", f"{home}/copy.db")
        for region in REGIONS:
            other = ("hub", "--folder", f"{home}/of-{region}", "--language", "en")
            new = ["init", "--name", "P", "--owner", "Ada", "--mail-address", "s@proof.test", "--trial"]
            of_it = ["--region", region] if region else []
            ask(*other, *new, *of_it, "--secrets", "files", typed="a-long-password-9\n")
            if ask(*other, "calendar", "export", "-").count("Neujahr") < 3:
                raise NotProvenError(f"region {region}: no holidays of three years")
    return time.monotonic() - started


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _run(
    command: list[str], environment: dict[str, str], typed: str = "", within_s: float = LONGEST_S
) -> tuple[int, str]:
    """Exit code and output; if it takes too long, it is ended with everything it started."""
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate(typed, timeout=within_s)
    except subprocess.TimeoutExpired as error:
        os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
        raise NotProvenError(f"no end within {within_s:.0f} s\n{said}") from error
    return process.returncode, said


def _bare_environment(home: str) -> dict[str, str]:
    """An environment that knows nothing of the checkout: what works then works elsewhere."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {
        **kept,
        "HOME": home,
        "QT_QPA_PLATFORM": "xcb",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def main(arguments: list[str]) -> int:
    """Prove it and say how long it took; 1 with the reason if it did not hold."""
    program = Path(arguments[0]) if arguments else PROGRAM
    try:
        took = prove(program, PICTURE)
        hub_took = prove_hub(program)
        demo_took = prove_demo(program)
    except NotProvenError as error:
        print(f"not proven: {error}", file=sys.stderr)
        return 1
    print(f"window shown and closed in {took:.1f} s, picture in {PICTURE.relative_to(ROOT)}")
    print(f"hub made, served and ended in {hub_took:.1f} s")
    print(f"demo played, hub asked, papers and holidays looked at in {demo_took:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
