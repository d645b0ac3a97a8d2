"""A process that runs the dunning of a day or carries out effects, to be killed: ACT FOLDER NOW"""

import sys
from datetime import datetime
from pathlib import Path

from tests.hub.billing.ground import House
from tests.hub.small_firm import SetClock
from workstation.hub.channels.mail.worker import ParseWorker
from workstation.hub.storage.opening import open_database


def main() -> None:
    """Do what the command line says."""
    act, place, now = sys.argv[1:]
    clock = SetClock(datetime.fromisoformat(now))
    database = open_database(str(Path(place) / "hub.db"), None, clock)
    house = House(database, clock, Path(place), ParseWorker())
    if act == "run":
        house.run()
    else:
        house.rest()
    database.close()


if __name__ == "__main__":
    main()
