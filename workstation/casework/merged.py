"""What cases that went into another one still ask for there: until answered, until somebody has acted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from workstation.casework.case import MergedCase
from workstation.casework.case_state import with_

Merged = tuple[MergedCase, ...]


def answered_here(merged: Merged, written_at: datetime) -> Merged:
    """Return ``merged`` after a human answer written at ``written_at`` reached the customer.

    An answer from before the merge was no answer to what was asked in the other case.
    """
    return tuple(
        with_(
            item,
            answered_at=max(written_at, item.answered_at or written_at),
            undelivered_since=None,
            raises="",
        )
        if written_at >= item.merged_at
        else item
        for item in merged
    )


def recounted_here(merged: Merged, answers: Iterable[datetime]) -> Merged:
    """Return ``merged`` as the ``answers`` (when they were written) leave it: one has been taken back."""
    written = tuple(answers)
    return tuple(
        with_(item, answered_at=max((at for at in written if at >= item.merged_at), default=None))
        for item in merged
    )


def acted_on(merged: Merged) -> Merged:
    """Return ``merged`` after somebody decided what happens with the whole matter now."""
    return tuple(with_(item, raises="") for item in merged)


def solved_here(merged: Merged) -> Merged:
    """Return ``merged`` after the whole matter was solved: what did not arrive has been seen."""
    return tuple(with_(item, raises="", undelivered_since=None) for item in merged)


def closed_without_answer(merged: Merged, at: datetime) -> Merged:
    """Return ``merged`` after somebody said that no answer is needed."""
    return tuple(with_(item, answered_at=at) if item.waits_since is not None else item for item in merged)
