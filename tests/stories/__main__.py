"""Plays stories: `python -m tests.stories S1 [--database postgresql] [--pictures DIR] [--point NAME]`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.servers.ground import ServerMissingError
from tests.stories import s1
from tests.stories.firm import firm

STORIES = ("S1",)


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
    unknown = [name for name in given.names if name.upper() not in STORIES]
    if unknown:
        parser.error(f"no such story: {', '.join(unknown)}; there is {', '.join(STORIES)}")
    pictures = given.pictures or Path(tempfile.mkdtemp(prefix="workstation-stories-"))
    pictures.mkdir(parents=True, exist_ok=True)
    points = given.point or [*s1.DESK_POINTS, *s1.HUB_POINTS, *s1.CUTS]
    began = time.monotonic()
    is_ok = True
    try:
        with firm(given.database, pictures, keep=given.keep) as world:
            if given.keep:
                print(f"logs: {world.folder}", flush=True)
            try:
                if not given.point:
                    s1.play(world, _say)
                for point in [] if given.no_points else points:
                    try:
                        s1.survive(world, point, _say)
                    except Exception as error:
                        is_ok = False
                        _say(f"5 {point}: FAILED: {error}")
                        if not world.hub.is_running:
                            world.start_hub()
            except Exception:
                is_ok = False
                traceback.print_exc()
    except ServerMissingError as missing:
        print(f"S1 cannot be played here: {missing}", flush=True)
        return 2
    print(f"S1 {'ok' if is_ok else 'FAILED'} {time.monotonic() - began:.1f} s ({given.database})", flush=True)
    print(f"pictures: {pictures}", flush=True)
    return 0 if is_ok else 1


def _say(words: str) -> None:
    print(f"  {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
