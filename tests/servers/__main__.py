"""Says as JSON which real servers cannot run on this machine: pytest marker -> reason, null if it can."""

import json

from tests.servers.mail import what_is_missing
from tests.servers.postgresql import OLDEST, is_there

if __name__ == "__main__":
    database = None if is_there() else f"PostgreSQL {OLDEST} or newer is not installed"
    print(json.dumps({"postgresql": database, "mail_server": what_is_missing()}))
