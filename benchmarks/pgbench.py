"""Turns recorded statements into a pgbench script and runs it: the same work without the hub."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.hub_firm import CASE, CUSTOMER, DESKS, DEVICE, PERSON, TEAM, TEAMS, TENANT
from benchmarks.measuring import NotMeasured
from benchmarks.recording import Recorded
from tests.servers.postgresql import PostgresqlServer, find_programs

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_OURS = re.compile(r"01890000-0000-7000-([0-9a-f]{4})-(\d{12})")
_PARAM = re.compile(r"%\((\w+)\)s")
_BY_CASE = {CASE, CUSTOMER, "8300", "8400", "8800", "8900"}
_NUMBERS = {DEVICE: "desk", PERSON: "desk", TEAM: "team"}


def find_pgbench() -> Path:
    """Return the program.

    Raises:
        NotMeasured: it is not installed.
    """
    folder = find_programs()
    if folder is not None and (folder / "pgbench").exists():
        return folder / "pgbench"
    on_path = shutil.which("pgbench")
    if on_path is None:
        raise NotMeasured("pgbench is not installed (Debian: it comes with postgresql)")
    return Path(on_path)


@dataclass
class Script:
    """A pgbench script being written. Constant texts become variables, so that they travel as parameters."""

    lines: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    new_ids: dict[str, int] = field(default_factory=dict)

    def add(self, group: Sequence[Recorded]) -> None:
        """Append statements that travel together."""
        is_pipeline = len(group) > 1
        if is_pipeline:
            self.lines.append("\\startpipeline")
        for one in group:
            self.lines.append(self._statement(one))
        if is_pipeline:
            self.lines.append("\\endpipeline")

    def _statement(self, one: Recorded) -> str:
        sql = " ".join(one.sql.split())
        is_new_document = sql.startswith("INSERT INTO document ")
        # The next revision is the row's own: the script runs over the same case again and again.
        sql = sql.replace("SET rev = %(rev)s", "SET rev = document.rev + 1").replace(
            " AND rev = %(rev)s - 1", ""
        )

        def value(match: re.Match[str]) -> str:
            name = match[1]
            if is_new_document and name in ("case_id", "customer_id") and one.params[name]:
                # New documents hang on nothing, so that the files of the cases do not grow.
                return "('none-' || :unique::text)"
            return self._value(name, one.params[name])

        return _PARAM.sub(value, sql.replace("%%", "%")) + ";"

    def _value(self, name: str, value: Any) -> str:
        if name == "device_seq":
            return ":unique"
        if value is None:
            return "NULL"
        if isinstance(value, bool | int):
            return str(value)
        if isinstance(value, list | tuple):
            items = ", ".join(self._value("", item) for item in value)
            return f"ARRAY[{items}]"
        text = str(value)
        if text[:1] in "{[" or not _ID.search(text):
            return self._constant(text)
        return self._with_ids(text)

    def _constant(self, text: str) -> str:
        if not text:
            return "''"
        name = next((name for name, known in self.variables.items() if known == text), "")
        if not name:
            name = f"text{len(self.variables)}"
            self.variables[name] = text
        return f":{name}::text"

    def _with_ids(self, text: str) -> str:
        parts: list[str] = []
        at = 0
        for match in _ID.finditer(text):
            if match.start() > at:
                parts.append(self._constant(text[at : match.start()]))
            parts.append(self._id(match[0]))
            at = match.end()
        if at < len(text):
            parts.append(self._constant(text[at:]))
        return parts[0] if len(parts) == 1 else "(" + " || ".join(parts) + ")"

    def _id(self, one: str) -> str:
        ours = _OURS.fullmatch(one)
        if one == TENANT:
            return self._constant(one)
        if ours is None:
            number = self.new_ids.setdefault(one, len(self.new_ids))
            return f"('00000000-0000-{number:04d}-' || :unique::text)"
        number_of = "case" if ours[1] in _BY_CASE else _NUMBERS[ours[1]]
        return f"('01890000-0000-7000-{ours[1]}-' || lpad(:{number_of}::text, 12, '0'))"

    def text(self, cases: int, *, is_transaction: bool) -> str:
        """Return the whole script; each client works on the cases of its own desk."""
        head = [
            "\\set unique random(1, 9000000000000000000)",
            "\\set desk :client_id",
            f"\\set team :client_id * {TEAMS} / {DESKS}",
            f"\\set case random(0, {cases // DESKS - 1}) * {DESKS} + :client_id",
        ]
        body = ["BEGIN;", *self.lines, "COMMIT;"] if is_transaction else self.lines
        return "\n".join([*head, *body]) + "\n"


@dataclass(frozen=True)
class PgbenchRun:
    """What pgbench says: transactions a second, average latency in ms."""

    per_s: float
    latency_ms: float


def run_pgbench(
    server: PostgresqlServer, database: str, script: Script, file: Path, seconds: int
) -> PgbenchRun:
    """Run a script with as many clients as there are desks.

    Raises:
        NotMeasured: pgbench failed.
    """
    command: list[str] = [str(find_pgbench()), "-n", "-M", "prepared", "-c", str(DESKS), "-j", "1"]
    command += ["-T", str(seconds), "-f", str(file)]
    for name, text in script.variables.items():
        command += ["-D", f"{name}={text}"]
    done = subprocess.run(
        [*command, server.dsn(database)], capture_output=True, text=True, check=False, timeout=seconds + 60
    )
    per_s = re.search(r"tps = ([\d.]+)", done.stdout)
    latency = re.search(r"latency average = ([\d.]+) ms", done.stdout)
    if done.returncode != 0 or per_s is None or latency is None or "aborted" in done.stderr:
        said = (done.stderr.strip() or done.stdout.strip() or "nothing").partition("\n")[0]
        raise NotMeasured(f"pgbench: {said[:300]}")
    return PgbenchRun(float(per_s[1]), float(latency[1]))
