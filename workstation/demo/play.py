"""The command `workstation demo`: a firm to throw away, a hub of its own, the window, mails that arrive."""

from __future__ import annotations

import argparse
import logging
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workstation.demo.loading import Loaded
    from workstation.window import Running

FAILED, USAGE, INTERRUPTED = 1, 2, 130
_STEPS = {
    "setup": "setting up a firm to play with: Backhaus Lindner, Freiburg (invented) ...",
    "import": "importing customers, orders, payments, parcels and invoices ...",
    "history": "telling what was settled in two years ...",
    "mails": "taking in the mails that are open ...",
}
_SIGNAL_MS = 200


def say(words: str) -> None:
    """One line for the person, at once even if the output is a file."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> int:
    """Run the demo and return its exit code: 0 all held, 1 something did not, 2 wrong usage."""
    parsed = _parser().parse_args(list(arguments))
    signal.signal(signal.SIGTERM, _interrupted)
    plays_itself = parsed.play or has_no_display(os.environ, sys.platform)
    if plays_itself:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    if parsed.keep is not None and parsed.keep.exists() and any(parsed.keep.iterdir()):
        sys.stderr.write(f"workstation demo: --keep {parsed.keep}: the folder is not empty\n")
        return USAGE
    try:
        with _place(parsed.keep) as place:
            return _run(place, parsed, plays_itself=plays_itself)
    except KeyboardInterrupt:
        return INTERRUPTED


def _interrupted(*_signal: object) -> None:
    raise KeyboardInterrupt


def has_no_display(environment: Mapping[str, str], platform: str) -> bool:
    """Return whether no window can be shown here, so that the demo plays by itself."""
    if not platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return False
    return not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="workstation demo",
        description="An invented firm to play with. Without a display it plays one story by itself.",
        allow_abbrev=False,
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep everything in this new folder")
    parser.add_argument(
        "--seconds", type=float, default=0.0, metavar="N", help="end by itself after N seconds"
    )
    parser.add_argument("--language", choices=("de", "en"), default="", help="language of the window")
    parser.add_argument("--play", action="store_true", help="play the story of the broken bowl by itself")
    parser.add_argument("--pictures", type=Path, metavar="DIR", help="where the story leaves its pictures")
    return parser


@contextmanager
def _place(keep: Path | None) -> Iterator[Path]:
    from workstation.system.paths import make_private

    if keep is not None:
        make_private(keep.absolute())
        yield keep.absolute()
        return
    folder = Path(tempfile.mkdtemp(prefix="workstation-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(place: Path, parsed: argparse.Namespace, *, plays_itself: bool) -> int:
    from workstation.demo.loading import LoadingFailed, load_firm
    from workstation.system.paths import HOME_VARIABLE

    # Whatever the program keeps for a person, it keeps in here: nothing of theirs is touched.
    os.environ[HOME_VARIABLE] = str(place / "home")
    _log_to(place)
    began = time.monotonic()
    try:
        loaded = load_firm(place, say=lambda step: say(_STEPS[step]))
    except LoadingFailed as error:
        sys.stderr.write(f"workstation demo: {error}\n")
        return FAILED
    say(f"ready in {time.monotonic() - began:.1f} s: {_counts(loaded)}")
    _explain(place, loaded, is_kept=parsed.keep is not None)
    return _with_hub(place, loaded, parsed, plays_itself=plays_itself)


def _log_to(place: Path) -> None:
    from workstation.system import log

    log.configure(place / "desk.log", to_stderr=False)
    logging.getLogger("PIL").setLevel(logging.WARNING)


def _counts(loaded: Loaded) -> str:
    data = loaded.data
    return (
        f"{len(data.buyers)} customers, {len(data.purchases)} orders in two years, "
        f"{len(data.past)} settled and {len(data.open)} open cases"
    )


def _explain(place: Path, loaded: Loaded, *, is_kept: bool) -> None:
    fate = "kept" if is_kept else "thrown away at the end"
    say(f"all of it lies in {place} and is {fate}")
    say("its keys are files of mode 0600 in there; no keyring is touched")
    say(f"mails come in through {loaded.incoming}")
    say(f"answers leave into    {loaded.outgoing / 'new'}")
    say(f"books: {_hub_words(loaded)} books show")


def _hub_words(loaded: Loaded) -> str:
    from workstation.remote.embedded import hub_command

    program = [
        part if " " not in part else f'"{part}"' for part in hub_command("--folder", str(loaded.folder))
    ]
    return " ".join(program)


def _with_hub(place: Path, loaded: Loaded, parsed: argparse.Namespace, *, plays_itself: bool) -> int:
    """Run the window; the hub, which the window starts as a process of its own, ends with it."""
    from workstation.ports import HubUnavailable
    from workstation.remote.embedded import ProcessHub
    from workstation.storage.secret_place import CHOICE_FILE
    from workstation.system.keys import FileSecrets
    from workstation.system.paths import make_private, write_private

    profile = place / "desk"
    make_private(profile)
    # A firm to throw away leaves nothing in anybody's keyring.
    write_private(profile / CHOICE_FILE, b"key_file\n")
    hub = ProcessHub(loaded.folder, FileSecrets(profile / "keys"))
    try:
        return _window(profile, loaded, parsed, plays_itself=plays_itself)
    finally:
        try:
            hub.stop()
        except HubUnavailable as error:
            sys.stderr.write(f"workstation demo: the hub did not end ({error.why})\n")


def _window(profile: Path, loaded: Loaded, parsed: argparse.Namespace, *, plays_itself: bool) -> int:
    from workstation.demo.loading import LOGIN, PASSWORD
    from workstation.window import StartOptions, run_window

    options = StartOptions(
        profile=profile,
        may_use_key_files=True,
        hub_folder=loaded.folder,
        login=LOGIN,
        password=PASSWORD,
        language=parsed.language or ("de" if plays_itself else ""),
    )
    if not plays_itself:
        return run_window(options, drive=lambda running: _watch(running, loaded, parsed.seconds))
    from workstation.demo.walk import Walk

    pictures = parsed.pictures or Path(tempfile.gettempdir()) / time.strftime(
        "workstation-demo-pictures-%H%M%S"
    )
    walk = Walk(loaded, pictures.absolute(), say)

    def drive(running: Running) -> None:
        _end_on_signals(running)
        walk.attach(running)

    return run_window(options, drive=drive) or walk.exit_code


def _watch(running: Running, loaded: Loaded, seconds: float) -> None:
    """Let mails arrive, and end in time or when a signal asks."""
    from PySide6.QtCore import QTimer

    from workstation.demo.feeder import Feeder

    feeder = Feeder(
        loaded, lambda mail: say(f"a mail arrives: «{mail.subject}» from {mail.sender_name}"), running.app
    )
    feeder.start()
    if seconds > 0:
        QTimer.singleShot(int(seconds * 1000), running.app, running.window.close)
    _end_on_signals(running)
    say("the window is open; signed in as Lisa Sommer. Ctrl+C here or closing the window ends it")


def _end_on_signals(running: Running) -> None:
    """Close the window when somebody asks the process to end; it then ends in order, its hub too."""
    from PySide6.QtCore import QTimer

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: running.window.close())
    # Qt waits inside its own loop: Python sees a signal only when it is given a turn.
    ticker = QTimer(running.app)
    ticker.timeout.connect(lambda: None)
    ticker.start(_SIGNAL_MS)
