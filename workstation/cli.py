"""The command `workstation`: the window, the demo, the hub's command line, and a look at what is wrong."""

from __future__ import annotations

import argparse
import importlib
import sys
import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

FAILED = 1
USAGE = 2
FOUND_SOMETHING = 3
BOTH = ("de", "en")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code; without any the window is started.

    0 done; 1 not done; 2 wrong usage; 3 a check found something.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    # These two have command lines of their own.
    if given[:1] == ["hub"]:
        from workstation.hub.cli import main as hub_main

        return hub_main(given[1:], _key_of_own_hub)
    if given[:1] == ["demo"]:
        return int(importlib.import_module("workstation.demo.play").main(given[1:]))
    if not given or (given[0].startswith("--") and given[0] != "--help"):
        given.insert(0, "start")
    parsed = _parser().parse_args(given)
    run = {"start": _start, "doctor": _doctor}[parsed.command]
    return run(parsed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="workstation",
        description="A workplace for customer service.",
        epilog="`workstation demo` plays with a made-up firm; `workstation hub --help` runs the hub.",
        allow_abbrev=False,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="start | demo | hub | doctor")
    start = commands.add_parser("start", help="open the window (also without any command)")
    start.add_argument("--hub", default="", metavar="URL", help="use the hub at this address")
    start.add_argument(
        "--show-and-quit",
        type=Path,
        metavar="PICTURE",
        help="show the window, save a picture of it, and quit",
    )
    start.add_argument(
        "--key-files",
        action="store_true",
        help="keep the keys in files of mode 0600 where there is no keyring",
    )
    start.add_argument("--ca-file", default="", metavar="FILE", help="trust this authority for the hub's TLS")
    start.add_argument("--language", choices=BOTH, default="", help="language of the window")
    doctor = commands.add_parser("doctor", help="say what is in order and what is not")
    doctor.add_argument(
        "--reset-replica",
        action="store_true",
        help="set the copy of the hub's data aside; the next start fetches it anew, drafts and acts stay",
    )
    doctor.add_argument(
        "--export-outbox", type=Path, metavar="FILE", help="copy what has not been sent, sealed, to FILE"
    )
    for command in (start, doctor):
        command.add_argument(
            "--profile", default="default", metavar="NAME", help="name of a profile, or a folder"
        )
    commands.add_parser("demo", help="a made-up firm to play with")
    commands.add_parser("hub", help="the hub's own command line")
    return parser


def _profile(text: str) -> Path:
    """Return the folder of a profile, named or given as a path.

    Raises:
        SystemExit: 2, the name is none.
    """
    from workstation.system.paths import profile_dir

    if "/" in text or "\\" in text or text.startswith("."):
        return Path(text).absolute()
    try:
        return profile_dir(text)
    except ValueError as error:
        print(f"workstation: --profile: {error}", file=sys.stderr)
        raise SystemExit(USAGE) from error


def _start(parsed: argparse.Namespace) -> int:
    from workstation.system.collecting import collect_rarely

    collect_rarely()
    # Only what paints the window is loaded before it is seen.
    from workstation.window import StartOptions, run_window

    profile = _profile(parsed.profile)
    _log_to(profile)
    return run_window(
        StartOptions(
            profile=profile,
            may_use_key_files=parsed.key_files,
            hub_url=parsed.hub,
            ca_file=parsed.ca_file,
            picture=parsed.show_and_quit,
            language=parsed.language,
        )
    )


def _log_to(profile: Path) -> None:
    from workstation.system import log
    from workstation.system.paths import make_private

    make_private(profile)
    log.configure(profile / "logs" / "desk.log", to_stderr=sys.stderr is not None and sys.stderr.isatty())


def _doctor(parsed: argparse.Namespace) -> int:
    from workstation.system import sqlite
    from workstation.system.keys import KeyringSecrets, NoKeyring
    from workstation.system.lock import is_locked
    from workstation.system.paths import why_unsafe

    profile = _profile(parsed.profile)
    if parsed.reset_replica or parsed.export_outbox is not None:
        return _rescue(profile, parsed)
    findings: list[str] = []

    def say(what: str, state: str, code: str = "") -> None:
        print(f"{'  ' if not code else '! '}{what}: {state}")
        if code:
            findings.append(code)
            print(f"    {_sentence(code)}")

    say("profile", str(profile))
    unsafe = why_unsafe(profile)
    say("folder", unsafe or "in order", unsafe)
    try:
        say("SQLite", str(sqlite.module().sqlite_version))
    except sqlite.StoreUnusable as error:
        say("SQLite", error.detail, error.reason)
    try:
        say("keyring", KeyringSecrets("doctor").backend_name)
    except NoKeyring as error:
        uses_files = (profile / "keys").is_dir()
        say("keyring", f"none ({error})", "" if uses_files else "store.no_secret_store")
    say("desk", "running" if is_locked(profile / "desk.lock") else "not running")
    say("hub of this computer", "running" if is_locked(profile / "hub" / "hub.lock") else "not running")
    _look_at_files(profile, say)
    return FOUND_SOMETHING if findings else 0


def _key_of_own_hub(folder: Path) -> str:
    """Return the key of the hub in ``folder``, in hex, if a window of this computer made it; else nothing."""
    from workstation.remote.embedded import KEY_NAME
    from workstation.storage.secret_place import CHOICE_FILE, open_secrets
    from workstation.system.sqlite import StoreUnusable

    if not (folder.parent / CHOICE_FILE).exists():
        return ""
    try:
        key = open_secrets(folder.parent)[0].read(KEY_NAME)
    except (OSError, StoreUnusable):
        return ""
    return key.hex() if key else ""


def _rescue(profile: Path, parsed: argparse.Namespace) -> int:
    """Copy the outbox, set the replica aside, or both; 1 and a reason when that must not be."""
    from workstation.casework.errors import RuleViolation
    from workstation.storage.rescue import export_outbox, reset_replica
    from workstation.storage.secret_place import open_secrets
    from workstation.system import sqlite
    from workstation.system.clock import SystemClock

    try:
        secrets, _ = open_secrets(profile)
        key = secrets.read("outbox-key")
        if parsed.reset_replica:
            aside = reset_replica(profile, key, SystemClock().now(), parsed.export_outbox)
            print(f"replica: {aside or 'none'}")
        else:
            export_outbox(profile, key, parsed.export_outbox)
        if parsed.export_outbox is not None:
            print(f"outbox: {parsed.export_outbox}")
    except RuleViolation as violation:
        print(f"! {_sentence(violation.code, violation.params)}", file=sys.stderr)
        return FAILED
    except sqlite.StoreUnusable as error:
        print(f"! {_sentence(error.reason)} {error.detail}".rstrip(), file=sys.stderr)
        return FAILED
    return 0


def _look_at_files(profile: Path, say: Callable[..., None]) -> None:
    from workstation.storage.opening import OUTBOX_FILE, REPLICA_FILE
    from workstation.storage.secret_place import open_secrets
    from workstation.system import sqlite

    try:
        secrets, place = open_secrets(profile)
    except sqlite.StoreUnusable:
        return
    say("keys", place)
    for name, key_name in ((OUTBOX_FILE, "outbox-key"), (REPLICA_FILE, "replica-key")):
        path, key = profile / name, secrets.read(key_name)
        if not path.exists():
            say(name, "not made yet")
        elif key is None:
            say(name, "its key is missing", "store.key_missing")
        else:
            result = sqlite.check(path, key)
            codes = {"ok": "", "corrupt": "store.corrupt", "could_not_run": "store.unreadable"}
            say(name, result, codes[result])


def _sentence(code: str, params: Mapping[str, object] | None = None) -> str:
    from workstation.system.resources import resource_path

    said = []
    for language in BOTH:
        with resource_path("texts", f"codes.{language}.toml").open("rb") as file:
            sentence = str(tomllib.load(file).get(code, code))
        for name, value in (params or {}).items():
            sentence = sentence.replace(f"{{{name}}}", str(value))
        said.append(sentence)
    return " / ".join(said)


if __name__ == "__main__":
    sys.exit(main())
