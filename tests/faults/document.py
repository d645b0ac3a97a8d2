"""Writes docs/faults.md: how to read it by hand, the figures from the last run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.faults.suite import Report

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
_MARK = "<!-- from here on written by `python3 run.py faults --write-docs` -->"
_HEAD = """# What goes wrong on purpose

`python3 run.py faults` breaks the program in many ways and asks after each suite whether what must always
hold still does. `--long` is the long form for nights, `--only WORD` runs some suites, `--seed N` replays one
seed of the simulation, `--prove-harness` shows that the kills see a database that loses answers.

## How to read it

* A line per suite: what was done, `ok` or `FAILED`, seconds. Below a failed one stand the rules that were
  broken (`i09` is rule 9), what it happened to, and how to play it again.
* **simulation**: real rules, hub services and desk services in one thread over memory. A seed decides what
  people do, which packets are lost, doubled or late, who dies when, and what comes in between. The same seed
  gives the same run, so a failure is played again as often as needed.
* **planted bugs**: the same simulation with one bug put into the program at a time. A bug that is not found
  means that the simulation is blind to its kind: that is a failure.
* **crash points** and **random kills**: the same firm over real files in processes that are ended by SIGKILL,
  at places named in the source (`crashpoint("...")`) and at any moment. What people were told is saved, and
  what has left the house, is written down outside and compared at the end.
* **postgresql**: the postmaster is killed while a hub takes commands; every answer must be in the log after.
* **flaky network**: a proxy between a real desk and a real hub process with 14 faults, from slow lines and
  lost answers to error pages of others. While it lasts somebody writes; 30 s after the line is good again
  every act has been done once, in its order, and both sides hold the same. After a half open line the desk
  first has to wait out its 30 s for an answer.
* **clocks**: desks whose clocks are wrong by a second up to ten years, and go back while somebody works; hubs
  whose clock is set ahead or behind and right again, over the end of summer time and a leap day: what is due
  is told, nothing waits for a time that was wrong, limits and undo times hold, who is signed in stays so.
* **bad inputs**, **schemathesis**: requests no program of ours sends, from a table and from the hub's own
  description: no error of the hub, nothing changed.
* **broken mails**, **files**, **full disk**: mails no parser should have to read; damaged, half and missing
  files of a desk, folders in use on two computers or put back to an older copy; disks that fill up under
  a desk's files, a hub's, its copies and PostgreSQL (mounted ones where that is allowed, else files that may
  not grow). What was received is shown, what was saved is still there, numbers used twice are noticed.
* The rules about the hub's data alone are asked by `workstation-hub verify` as well, and once a night by a
  running hub, whose doctor shows what is broken.

A suite that cannot run on a machine says `left out` and why; it is not counted as held.
"""


def write(reports: Sequence[Report], *, is_long: bool) -> None:
    """Write the page; the part above the mark is kept as it stands there."""
    before = PAGE.read_text("utf-8") if PAGE.exists() else ""
    head = before.partition(_MARK)[0] if _MARK in before else f"{_HEAD}\n"
    lines = [f"## The last run ({'long' if is_long else 'short'} form)", "", "```"]
    lines += [report.line.rstrip() for report in reports]
    from tests.faults.__main__ import closing

    lines += [closing(reports), "```", ""]
    for report in reports:
        if report.outcome.lines:
            lines += [f"### {report.suite}", "", "```", *report.outcome.lines, "```", ""]
    PAGE.write_text(f"{head}{_MARK}\n\n" + "\n".join(lines).rstrip() + "\n", "utf-8")
