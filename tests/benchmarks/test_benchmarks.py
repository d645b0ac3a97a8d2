"""The benchmarks run and speak the truth about targets and gaps; nothing heavy is loaded at first paint."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import replicas, report
from benchmarks.__main__ import NAMES
from benchmarks.children import ROOT, ask_plainly
from benchmarks.measuring import Line, NotMeasured, interleaved, percentile, ratios
from benchmarks.pgbench import Script
from benchmarks.recording import Recorded
from workstation.ports import InboxFilter
from workstation.storage.first_rows import first_rows
from workstation.storage.opening import REPLICA_FILE


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the benchmarks as a person does."""
    command = [sys.executable, "-m", "benchmarks", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_two_of_them_run_and_write_json(tmp_path: Path) -> None:
    done = run("--quick", "--rounds", "1", "t5", "T8", "--json", str(tmp_path / "found.json"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "This was a look" in done.stdout
    found = json.loads((tmp_path / "found.json").read_text())
    assert [line["name"] for line in found["lines"]] == ["T5", "T5", "T8"]
    assert all(line["value"] > 0 and line["is_met"] in (True, False) for line in found["lines"])
    assert found["machine"]["python"] and found["not_measured"] == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("T99",), "there is no T99"), (("--rounds", "0"), "at least 1"), (("--rounds", "x"), "invalid int")],
)
def test_wrong_usage_is_told(arguments: tuple[str, ...], said: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2 and said in done.stderr


def test_nothing_heavy_is_loaded_at_the_first_paint_and_the_cases_are_there(tmp_path: Path) -> None:
    key = replicas.new_profile(tmp_path / "profile")
    replicas.fill(tmp_path / "profile", key, 150)
    found = ask_plainly(
        "benchmarks.first_paint_child", tmp_path / "home", "watched", str(tmp_path / "profile")
    )
    assert (found["heavy"], found["has_painted"]) == ([], True)
    assert found["rows"] > 50
    # Each of these takes as long as a tenth of a bare window, and the first paint can do without them.
    assert {"asyncio", "msgspec", "babel", "jinja2"} & set(found["loaded"]) == set()


def test_a_generated_queue_is_one_the_window_can_read(tmp_path: Path) -> None:
    key = replicas.new_profile(tmp_path / "profile")
    replicas.generate(tmp_path / "profile", key, 500)
    rows = first_rows(tmp_path / "profile" / REPLICA_FILE, key, InboxFilter(), 100)
    assert len(rows) == 100
    keys = [(row.key.group, row.key.due, row.key.rank, row.key.case_id) for row in rows]
    assert keys == sorted(keys)


def test_sides_take_turns_and_are_compared_round_by_round() -> None:
    order: list[str] = []

    def side(name: str, value: float) -> float:
        order.append(name)
        return value

    found = interleaved(2, {"a": lambda: side("a", 4.0), "b": lambda: side("b", 2.0)})
    assert order == ["a", "b", "b", "a"]
    assert ratios(found["a"], found["b"]) == [2.0, 2.0]
    assert percentile([1.0, 2.0, 3.0], 50) == 2.0
    with pytest.raises(NotMeasured):
        percentile([], 50)


def line(**changes: object) -> Line:
    """A line that misses its target."""
    given: dict[str, object] = {
        "name": "T8",
        "what": "saved",
        "limit": "fdatasync",
        "ours": "3 ms",
        "value": 3.0,
        "target": 2.5,
    }
    return Line(**{**given, **changes})  # type: ignore[arg-type]


def test_what_misses_its_target_is_said() -> None:
    lines = [line(), line(name="T9", value=0.6, target=0.5, sense="least"), line(name="T15", target=None)]
    assert [one.verdict for one in lines] == ["MISSED", "ok", ""]
    said = report.closing(lines, {"T14": "pgbench is not installed"})
    assert said.splitlines() == [
        "T8 misses its target: saved: 3.00x, wanted <= 2.5x.",
        "T14 could not be measured: pgbench is not installed",
    ]
    assert report.closing([lines[1]], {}) == "Every target is met."
    assert "MISSED" in report.table(lines)


def test_recorded_statements_become_a_script_that_can_run_again_and_again() -> None:
    script = Script()
    case = "01890000-0000-7000-8100-000000000007"
    new = "0fb3a5c2-1111-4222-8333-123456789abc"
    first = Recorded("SELECT 1 FROM document WHERE entity_id = %(case_id)s", {"case_id": case})
    second = Recorded(
        "INSERT INTO effect (a, b, c) VALUES (%(a)s, %(b)s, %(c)s)", {"a": new, "b": None, "c": '{"x":1}'}
    )
    script.add([first])
    script.add([first, second])
    text = script.text(64, is_transaction=True)
    assert "entity_id = ('01890000-0000-7000-8100-' || lpad(:case::text, 12, '0'));" in text
    assert "VALUES (('00000000-0000-0000-' || :unique::text), NULL, :text0::text);" in text
    assert text.count("\\startpipeline") == 1
    assert script.variables == {"text0": '{"x":1}'}
    assert set(NAMES) >= {"T14", "T15"}
