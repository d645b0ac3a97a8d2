"""Copies of acts that wait: taken before somebody leaves a computer, brought back on it or on another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workstation.ports.stores import Signer


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """What became of a copy: ids of acts taken in, how many were here already or can only be written anew.

    ``held``: those of ``taken`` that wait for a word; the others had been handed to a hub before and go on.
    """

    taken: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    known: int = 0
    left: int = 0


class ActCopies(Protocol):
    """The outbox's side; runs on the lane ``outbox``."""

    def waiting_rows(self) -> tuple[dict[str, Any], ...]:
        """Return every act the hub has not answered, whole, as JSON values."""
        ...

    def take_in(self, rows: Sequence[Mapping[str, Any]], sign: Signer) -> BroughtBack:
        """Put acts of a copy behind those that are here; what never left waits for a word of its author.

        They keep their ids, so that a hub that has one answers as before. What is here already stays as it
        is. A mail with files cannot be taken in: they are not in the copy.

        Raises:
            ValueError: one of them is no act of this program. StoreUnusable: the disk is full.
        """
        ...
