"""One firm, one window, one language: fills the hub, starts the window, walks through the states."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from tests.pictures.states import Shoot
from workstation.demo.loading import LOGIN, PASSWORD, load_firm
from workstation.remote.embedded import ProcessHub
from workstation.storage.secret_place import CHOICE_FILE
from workstation.system.keys import FileSecrets
from workstation.system.paths import make_private, write_private
from workstation.window import StartOptions, run_window


def main() -> int:
    """Fill a firm, start its window, walk; the arguments are place, folder, language, only."""
    place, folder, language, only = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    loaded = load_firm(place)
    profile = place / "desk"
    make_private(profile)
    write_private(profile / CHOICE_FILE, b"key_file\n")
    shoot = Shoot(loaded, folder, language, only)
    options = StartOptions(
        profile=profile,
        may_use_key_files=True,
        hub_folder=loaded.folder,
        login=LOGIN,
        password=PASSWORD,
        language=language,
    )
    try:
        run_window(options, drive=shoot.attach)
    finally:
        ProcessHub(loaded.folder, FileSecrets(profile / "keys")).stop()
    for name in shoot.failed:
        print(f"did not come about: {name} ({language})")
    return 1 if shoot.failed else 0


if __name__ == "__main__":
    sys.exit(main())
