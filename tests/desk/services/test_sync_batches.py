"""What goes up side by side never overtakes what it builds upon, also across cases that are tied together."""

from __future__ import annotations

from tests.desk.materials import NOW, a_case, an_id, sign
from tests.desk.services.bench import Bench
from workstation.casework.wire.commands import AddNote, Body, LinkCases, MergeCase, SplitCase
from workstation.ports import NewCommand
from workstation.services.sync_batches import LANES, batches


def spread_of(*bodies: Body) -> list[list[str]]:
    """The commands ``c0``, ``c1`` ... of these bodies, by batch."""
    bench = Bench()
    names = {an_id("c", number): f"c{number}" for number in range(len(bodies))}
    for cmd_id, body in zip(names, bodies, strict=True):
        bench.outbox.append(NewCommand(cmd_id=cmd_id, body=body, person_id=an_id("p"), wall=NOW), sign)
    return [[names[one.cmd_id] for one in batch] for batch in batches(bench.outbox.to_send(max_rows=400))]


def case_id(name: object) -> str:
    return a_case(name).case_id


def a_note(name: object, number: int) -> AddNote:
    return AddNote(case_id=case_id(name), message_id=an_id("m", name, number), text="x")


def test_cases_that_are_tied_together_go_up_in_one_batch_and_in_order() -> None:
    tied: list[Body] = [
        a_note("a", 1),
        a_note("b", 1),
        SplitCase(case_id=case_id("a"), new_case_id=case_id("new"), message_ids=(an_id("m"),), subject="s"),
        a_note("new", 1),
        LinkCases(case_id=case_id("b"), other_case_id=case_id("c")),
        a_note("c", 1),
        MergeCase(case_id=case_id("new"), into_case_id=case_id("b")),
    ]
    found = spread_of(*tied, *(a_note(number, 1) for number in range(100)))
    wanted = [f"c{number}" for number in range(len(tied))]
    assert len(found) == LANES
    (together,) = [[one for one in batch if one in wanted] for batch in found if "c0" in batch]
    assert together == wanted


def test_cases_nothing_ties_are_spread() -> None:
    found = spread_of(*(a_note(number, 1) for number in range(100)))
    assert [len(batch) for batch in found] == [25] * LANES
