"""Plays stories: `python -m tests.stories S1 S3b [--database postgresql] [--pictures DIR] [--point NAME]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.servers.ground import ServerMissingError
from tests.stories import s1, s3b
from tests.stories.firm import Firm, firm

STORIES = ("S1", "S3b")


def main(arguments: list[str] | None = None) -> int:
    """Play what is asked for; returns 0 only if all of it holds."""
    parser = argparse.ArgumentParser(prog="run.py stories")
    parser.add_argument("names", nargs="*", default=[], help=f"stories to play: {', '.join(STORIES)}")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--pictures", type=Path, help="folder for a picture of each step")
    parser.add_argument("--point", action="append", default=[], help="only these break points of S1 step 5")
    parser.add_argument("--no-points", action="store_true", help="without the break points")
    parser.add_argument("--keep", action="store_true", help="keep the folder with the logs")
    given = parser.parse_args(arguments)
    known = {name.casefold(): name for name in STORIES}
    unknown = [name for name in given.names if name.casefold() not in known]
    if unknown:
        parser.error(f"no such story: {', '.join(unknown)}; there is {', '.join(STORIES)}")
    wanted = [known[name.casefold()] for name in given.names] or list(STORIES)
    pictures = given.pictures or Path(tempfile.mkdtemp(prefix="workstation-stories-"))
    pictures.mkdir(parents=True, exist_ok=True)
    points = given.point or [*s1.DESK_POINTS, *s1.HUB_POINTS, *s1.CUTS]
    acts: dict[str, Callable[[Firm], bool]] = {
        "S1": lambda world: _s1(world, [] if given.no_points else points, is_whole=not given.point),
        "S3b": _s3b,
    }
    is_ok = True
    for name in wanted:
        began = time.monotonic()
        try:
            with firm(given.database, pictures, keep=given.keep) as world:
                if given.keep:
                    print(f"logs: {world.folder}", flush=True)
                holds = acts[name](world)
        except ServerMissingError as missing:
            print(f"{name} cannot be played here: {missing}", flush=True)
            return 2
        is_ok = is_ok and holds
        seconds = time.monotonic() - began
        print(f"{name} {'ok' if holds else 'FAILED'} {seconds:.1f} s ({given.database})", flush=True)
    print(f"pictures: {pictures}", flush=True)
    return 0 if is_ok else 1


def _s1(world: Firm, points: Sequence[str], *, is_whole: bool) -> bool:
    """Play S1 and break it at the points; goes on after a point that does not hold."""
    holds = True
    try:
        if is_whole:
            s1.play(world, _say)
        for point in points:
            try:
                s1.survive(world, point, _say)
            except Exception as error:
                holds = False
                _say(f"5 {point}: FAILED: {error}")
                if not world.hub.is_running:
                    world.start_hub()
    except Exception:
        holds = False
        traceback.print_exc()
    return holds


def _s3b(world: Firm) -> bool:
    try:
        s3b.play(world, _say)
    except Exception:
        traceback.print_exc()
        return False
    return True


def _say(words: str) -> None:
    print(f"  {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
