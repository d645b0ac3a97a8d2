"""Private mail servers on loopback: Postfix takes and delivers, Dovecot shows the mailboxes by IMAP.

Nothing can leave the machine: every domain below .test is local, everything else is refused. Postfix starts
as root only.
"""

import os
import shutil
import signal
import smtplib
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers import mail_config
from tests.servers.certificate import write_certificate
from tests.servers.ground import (
    ServerFailedError,
    ServerMissingError,
    free_port,
    is_listening,
    is_root,
    new_folder,
    remove_folder,
    tail,
    wait_until,
)
from tests.servers.mail_config import MAIL_UID, Ports

SERVICE = "service@shop.test"
ARCHIVE = "archive@shop.test"
ERIKA = "erika@kundin.test"
SIZE_LIMIT = 30 * 1024 * 1024
HOST = "127.0.0.1"


def what_is_missing() -> str | None:
    """Why the mail servers cannot run here, as a sentence with the remedy; None if they can."""
    programs = {"postfix": "postfix", "dovecot": "dovecot-imapd"}
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = [package for program, package in programs.items() if shutil.which(program, path=path) is None]
    if missing:
        return (
            f"{' and '.join(missing)} not installed. Debian and Ubuntu: apt-get install {' '.join(missing)}"
        )
    if not is_root():
        return "Postfix can be started by root only: run the mail tests as root"
    if not (version := dovecot_version()).startswith(("2.3", "2.4")):
        return (
            f"Dovecot 2.3 or 2.4 is needed, found {version}: the configuration changes from one to the next"
        )
    return None


def dovecot_version() -> str:
    """What Dovecot says of itself, e.g. 2.3.19.1."""
    command = ["/usr/sbin/dovecot", "--version"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip() or "none"


class MailServers:
    """Both servers with their mailboxes; `with MailServers() as mail: mail.send(...)`.

    The password of a mailbox is its name before the @ followed by "-pw" unless another is given.
    """

    def __init__(self, size_limit: int = SIZE_LIMIT) -> None:
        self.ports = Ports(0, 0, 0, 0)
        self.folder = Path()
        self._size_limit = size_limit
        self._kind = "hash"
        self._dovecot: subprocess.Popen[bytes] | None = None
        self._mailboxes: dict[str, str] = {}
        self._transports: dict[str, str] = {}
        self._refused: dict[str, str] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def certificate_file(self) -> Path:
        """The certificate both servers show: trust it to speak TLS with them."""
        return self.folder / "certificate.pem"

    def start(self) -> None:
        """Write the configuration, start both servers, make the usual mailboxes."""
        missing = what_is_missing()
        if missing is not None:
            raise ServerMissingError(missing)
        self.folder = new_folder("ws-mail")
        self.ports = Ports(free_port(), free_port(), free_port(), free_port())
        (self.folder / "postfix").mkdir()
        mail_config.write_aged(self.folder / "postfix/main.cf", "myhostname = mail.shop.test\n")
        kinds = self._postconf("-m").split()
        self._kind = "hash" if "hash" in kinds else "lmdb"
        daemons = Path(self._postconf("-d", "-h", "daemon_directory").strip())
        mail_config.write(self.folder, self.ports, daemons, self._kind, self._size_limit, dovecot_version())
        write_certificate(self.certificate_file, self.folder / "key.pem")
        shutil.chown(self.folder / "state", "postfix")
        for name in ("mailboxes", "transports", "refused"):
            self._write_map(name, {})
        for address in (SERVICE, ARCHIVE, ERIKA):
            self.create_mailbox(address)
        try:
            self.start_imap()
            self.start_smtp()
        except ServerFailedError:
            self.stop()
            raise

    def start_imap(self) -> None:
        """Start Dovecot (again)."""
        command = ["/usr/sbin/dovecot", "-F", "-c", str(self.folder / "dovecot.conf")]
        said = self.folder / "dovecot.log"
        with said.open("ab") as output:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=output)
        self._dovecot = process
        ports = (self.ports.imap, self.ports.imaps)
        wait_until(lambda: all(map(is_listening, ports)) or process.poll() is not None, within_s=60)
        if process.poll() is not None or not all(map(is_listening, ports)):
            raise ServerFailedError(f"Dovecot did not start:\n{tail(said)}")

    def start_smtp(self) -> None:
        """Start Postfix (again); mails it had taken before are delivered now."""
        done = self._postfix("start")
        ports = (self.ports.smtp, self.ports.smtps)
        if done.returncode != 0 or not wait_until(lambda: all(map(is_listening, ports)), within_s=60):
            log = tail(self.folder / "postfix.log")
            raise ServerFailedError(f"Postfix did not start:\n{done.stderr}{log}")

    def stop_imap(self) -> None:
        """End Dovecot and every open IMAP connection; returns when nobody listens any more."""
        process, self._dovecot = self._dovecot, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        # Its children have taken the port over from it, and may end after it.
        wait_until(lambda: not is_listening(self.ports.imap), within_s=30)

    def stop_smtp(self) -> None:
        """End Postfix politely: running deliveries are finished."""
        self._postfix("stop")

    def kill_smtp(self) -> None:
        """End Postfix at once, in the middle of whatever it does; start_smtp() brings it back."""
        master = self._master_pid()
        if master is None:
            return
        for pid in [master, *_children(master)]:
            _kill(pid)
        wait_until(lambda: not is_listening(self.ports.smtp), within_s=30)

    def stop(self) -> None:
        """End both servers and delete their folder."""
        if self.folder == Path():
            return
        if self._master_pid() is not None:
            self.stop_smtp()
        self.stop_imap()
        remove_folder(self.folder)
        self.folder = Path()
        self._mailboxes.clear()
        self._transports.clear()
        self._refused.clear()

    def create_mailbox(self, address: str, password: str | None = None) -> str:
        """Make a mailbox below .test that takes mail from now on; its password."""
        address = address.lower()
        name, domain = address.rsplit("@", 1)
        if not domain.endswith(".test"):
            raise ValueError(f"{address}: mailboxes end in .test, so that nothing can leave the machine")
        folder = self.folder / "mailboxes" / domain / name
        for part in (folder.parent, folder, *(folder / each for each in ("new", "cur", "tmp"))):
            part.mkdir(mode=0o700, exist_ok=True)
            os.chown(part, MAIL_UID, MAIL_UID)
        password = password or f"{name}-pw"
        with (self.folder / "users").open("a", encoding="utf-8") as users:
            users.write(f"{address}:{password}::::::\n")
        self._mailboxes[address] = f"{domain}/{name}/"
        self._write_map("mailboxes", self._mailboxes)
        return password

    def refuse(self, address: str, reply: str = "450 4.2.0 try again later") -> None:
        """Answer RCPT for this address with `reply` (4xx or 5xx) until accept()."""
        self._refused[address.lower()] = reply
        self._write_map("refused", self._refused)

    def bounce(self, address: str, reason: str = "5.2.2 mailbox is full") -> None:
        """Take mail for this address and send it back to its sender as undeliverable, until accept()."""
        self._transports[address.lower()] = f"bouncing:{reason}"
        if address.lower() not in self._mailboxes:
            self.create_mailbox(address)
        self._write_map("transports", self._transports)

    def accept(self, address: str) -> None:
        """Take back refuse() and bounce()."""
        self._refused.pop(address.lower(), None)
        self._transports.pop(address.lower(), None)
        self._write_map("refused", self._refused)
        self._write_map("transports", self._transports)

    def send(self, raw: bytes, from_: str, to: str | list[str]) -> None:
        """Hand one mail to Postfix as its bytes are; smtplib's errors if it is not taken."""
        with smtplib.SMTP(HOST, self.ports.smtp, timeout=30) as connection:
            connection.sendmail(from_, to, raw)

    def messages(self, address: str, folder: str = "INBOX") -> list[bytes]:
        """The raw mails that lie in a mailbox, oldest delivery first."""
        name, domain = address.lower().rsplit("@", 1)
        path = self.folder / "mailboxes" / domain / name
        if folder != "INBOX":
            path /= f".{folder}"
        files = [
            file for part in ("new", "cur") if (path / part).is_dir() for file in (path / part).iterdir()
        ]
        return [
            file.read_bytes() for file in sorted(files, key=lambda file: (file.stat().st_mtime_ns, file.name))
        ]

    def wait_for_messages(self, address: str, count: int = 1, within_s: float = 30) -> list[bytes]:
        """Wait until at least `count` mails lie in the mailbox; all of them. TimeoutError if not."""
        wait_until(lambda: len(self.messages(address)) >= count, within_s)
        found = self.messages(address)
        if len(found) < count:
            log = tail(self.folder / "postfix.log", 40)
            raise TimeoutError(f"{address} has {len(found)} of {count} mails after {within_s} s\n{log}")
        return found

    def settle(self, within_s: float = 30) -> None:
        """Wait until no mail is under way any more (queue empty), so that an absence means something."""
        queues = [self.folder / "spool" / name for name in ("maildrop", "incoming", "active", "deferred")]

        def is_empty() -> bool:
            return not any(file.is_file() for queue in queues for file in queue.rglob("*"))

        if not wait_until(is_empty, within_s):
            raise TimeoutError(f"mails are still under way\n{tail(self.folder / 'postfix.log', 40)}")

    def _postconf(self, *options: str) -> str:
        command = ["/usr/sbin/postconf", "-c", str(self.folder / "postfix"), *options]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def _postfix(self, act: str) -> subprocess.CompletedProcess[str]:
        command = ["/usr/sbin/postfix", "-c", str(self.folder / "postfix"), act]
        # The daemons outlive this call: they must not keep a pipe of ours open.
        said = self.folder / "postfix-command.log"
        with said.open("w", encoding="utf-8") as output:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, check=False
            )
        return subprocess.CompletedProcess(command, done.returncode, "", said.read_text("utf-8", "replace"))

    def _master_pid(self) -> int | None:
        try:
            pid = int((self.folder / "spool/pid/master.pid").read_text().strip())
        except (OSError, ValueError):
            return None
        # The file outlives a kill, and another process may have the number by then.
        try:
            is_ours = b"master" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0]
        except OSError:
            return None
        return pid if is_ours else None

    def _write_map(self, name: str, entries: dict[str, str]) -> None:
        source = self.folder / "maps" / name
        source.write_text("".join(f"{key} {value}\n" for key, value in entries.items()), "utf-8")
        # Postfix looks at a map's time stamp for each client, but in whole seconds: reload those in use.
        command = ["/usr/sbin/postmap", "-c", str(self.folder / "postfix"), f"{self._kind}:{source}"]
        subprocess.run(command, check=True, capture_output=True)
        master = self._master_pid()
        if master is not None:
            before = set(_children(master))
            self._postfix("reload")
            # Whoever has read the old map ends as soon as it serves nobody; a held connection may keep it.
            wait_until(lambda: not before.intersection(_children(master)), within_s=5)


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(status.parent.name))
    return found


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
