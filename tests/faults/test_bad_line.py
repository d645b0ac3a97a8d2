"""Acts written over a bad line are carried out once, and the suite sees it when they are not."""

from __future__ import annotations

import pytest

from tests.faults.flaky_network import play_all
from tests.faults.proxy import FAULTS
from workstation.remote.retry import FullJitter


def test_acts_over_a_bad_line_are_done_once() -> None:
    played, asked, broken = play_all(1, bad_s=1.0, names=("answer lost", "doubled", "captive portal"))
    assert broken == [] and len(asked) >= 15
    for one in played:
        assert one.broken == [] and one.hits > 0 and one.written > 1, one


def test_a_desk_that_gives_up_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Acts that wait for ever after the line is good again turn the suite red."""
    monkeypatch.setattr("tests.faults.flaky_network.HEALED_WITHIN_S", 2.0)
    monkeypatch.setattr(FullJitter, "next_s", lambda _: 3600.0)
    (one,), _, _ = play_all(1, bad_s=0.5, names=("request lost",))
    assert [each for each in one.broken if each.startswith("i21")], one


def test_there_are_fourteen_faults() -> None:
    assert len(FAULTS) == 14 and all(fault.__doc__ for fault in FAULTS.values())
