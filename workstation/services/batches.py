"""The same act on several cases: one command each, saved one by one; the rules may leave some as they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from workstation.casework.errors import RuleViolation
from workstation.ports import StoreUnusable


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A case that was left as it is, and why."""

    case_id: str
    code: str
    params: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What became of each case, in the order given."""

    done: tuple[str, ...] = ()
    left: tuple[LeftAlone, ...] = ()


async def each(case_ids: Sequence[str], act: Callable[[str], Awaitable[object]]) -> BatchResult:
    """Carry out ``act`` on each case; what is done is on the disk.

    A disk that takes nothing any more stops it: the cases that remain are left with its code.
    """
    done: list[str] = []
    left: list[LeftAlone] = []
    for place, case_id in enumerate(case_ids):
        try:
            await act(case_id)
        except RuleViolation as violation:
            left.append(LeftAlone(case_id, violation.code, dict(violation.params)))
        except StoreUnusable as error:
            why = {"path": str(error.path)}
            left += [LeftAlone(rest, error.reason, dict(why)) for rest in case_ids[place:]]
            break
        else:
            done.append(case_id)
    return BatchResult(tuple(done), tuple(left))
