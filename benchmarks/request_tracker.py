"""A private Request Tracker 5 on loopback: own database file, own configuration, thrown away afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any, Self

import requests

from benchmarks.measuring import NotMeasured
from tests.servers.ground import free_port

_SETUP = Path("/usr/sbin/rt-setup-database-5")
_SERVER = Path("/usr/share/request-tracker5/libexec/rt-server")
QUEUE = "Kundenservice"

_CONFIG = """use utf8;
Set($rtname, 'shop.example');
Set($Organization, 'shop.example');
Set($Timezone, 'Europe/Berlin');
Set($WebDomain, '127.0.0.1');
Set($WebPort, {port});
Set($WebBaseURL, 'http://127.0.0.1:{port}');
Set($DatabaseType, 'SQLite');
Set($DatabaseName, '{folder}/rt.sqlite');
Set($MailCommand, 'testfile');
Set($LogToSyslog, undef);
Set($LogToSTDERR, 'warning');
Set($LogToFile, undef);
Set($WebSecureCookies, 0);
Set($RestrictReferrer, 0);
Set(%FullTextSearch, Enable => 0);
1;
"""
_FIRST_DATA = """our @Queues = ({ Name => 'Kundenservice', CorrespondAddress => 'service@shop.example' });
our @Users = ({ Name => 'desk', Password => 'desk-secret', EmailAddress => 'desk@shop.example',
  Privileged => 1 });
our @CustomFields = ({ Name => 'Order', Type => 'FreeformSingle', LookupType => 'RT::Queue-RT::Ticket',
  Queue => ['Kundenservice'] });
our @ACL = map { { Queue => 'Kundenservice', Right => $_, UserId => 'desk' } }
  qw(SeeQueue ShowTicket CreateTicket ReplyToTicket CommentOnTicket ShowTicketComments ModifyTicket OwnTicket
     SeeCustomField ModifyCustomField ShowOutgoingEmail);
our @Final = (sub {
  my $u = RT::User->new(RT->SystemUser); $u->Load('desk');
  $u->PrincipalObj->GrantRight(Right => 'ManageAuthTokens', Object => $RT::System);
  my $t = RT::AuthToken->new(RT->SystemUser);
  my ($ok, $msg, $secret) = $t->Create(Owner => $u->Id, Description => 'desk');
  print STDOUT "TOKEN $secret\\n";
});
"""


class RequestTracker:
    """``with RequestTracker(folder) as tracker``: ``call`` speaks its REST 2 as the user «desk»."""

    def __init__(self, folder: Path, workers: int = 3) -> None:
        if not (_SETUP.exists() and _SERVER.exists()):
            raise NotMeasured(
                "Request Tracker is not installed. Debian: apt-get install request-tracker5 rt5-db-sqlite"
            )
        self._folder = folder
        self._workers = workers
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._http = requests.Session()

    def __enter__(self) -> Self:
        (self._folder / "empty").mkdir(parents=True)
        config = self._folder / "RT_SiteConfig.pm"
        config.write_text(_CONFIG.format(port=self._port, folder=self._folder), "utf-8")
        first = self._folder / "first_data.pl"
        first.write_text(_FIRST_DATA, "utf-8")
        kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        environment = {
            **kept,
            "RT_SITE_CONFIG": str(config),
            "RT_SITE_CONFIG_DIR": str(self._folder / "empty"),
        }
        self._run(environment, "--action", "init", "--skip-create", "--force")
        said = self._run(environment, "--action", "insert", "--datafile", str(first), "--force")
        token = next((line[6:] for line in said.splitlines() if line.startswith("TOKEN ")), "")
        if not token:
            raise NotMeasured(f"Request Tracker gave no token: {said[-200:]}")
        self._http.headers["Authorization"] = f"token {token}"
        command = [str(_SERVER), "--server", "Starlet", "--host", "127.0.0.1", "--port", str(self._port)]
        with (self._folder / "rt.log").open("wb") as log:
            self._process = subprocess.Popen(
                [*command, "--max-workers", str(self._workers)],
                env=environment,
                cwd=self._folder,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()
        return self

    def _run(self, environment: dict[str, str], *arguments: str) -> str:
        done = subprocess.run(
            [str(_SETUP), *arguments],
            env=environment,
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        if done.returncode != 0:
            raise NotMeasured(f"Request Tracker could not be set up: {done.stderr.strip()[-200:]}")
        return done.stdout

    def _wait(self) -> None:
        ends = time.monotonic() + 60
        while time.monotonic() < ends:
            try:
                self.call("GET", "rt")
                return
            except requests.ConnectionError:
                time.sleep(0.3)
        raise NotMeasured("Request Tracker does not answer")

    def call(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """Return the answer of one request.

        Raises:
            NotMeasured: it refused; a comparison with half of the acts would say nothing.
        """
        url = f"http://127.0.0.1:{self._port}/REST/2.0/{path}"
        answer = self._http.request(method, url, json=body, params=query or None, timeout=60)
        if answer.status_code >= 400:
            raise NotMeasured(f"Request Tracker: {answer.status_code} {method} {path}: {answer.text[:200]}")
        return answer.json() if answer.content else None

    def __exit__(self, *_: object) -> None:
        process, self._process = self._process, None
        if process is not None:
            # It forks workers: the whole session it was started in ends.
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self._http.close()
        shutil.rmtree(self._folder, ignore_errors=True)
