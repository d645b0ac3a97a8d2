"""Desks with wrong clocks work on; folders in use twice are noticed."""

from __future__ import annotations

from tests.faults.wrong_desks import clocks, copied_folders


def test_a_clock_that_is_far_ahead_signs_nobody_out() -> None:
    count, asked, broken = clocks(("10 years ahead", "25 h behind"))
    assert (count, broken) == (2, []) and len(asked) >= 15


def test_copied_folders_are_noticed() -> None:
    assert copied_folders() == (2, [])
