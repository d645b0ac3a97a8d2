"""Who works at this desk right now, as the other services need to know it."""

from __future__ import annotations

from dataclasses import dataclass

from workstation.casework.errors import RuleViolation
from workstation.casework.people import Person
from workstation.services.reference import ReferenceData


@dataclass(frozen=True, slots=True)
class Worker:
    """The signed-in person and the device."""

    person_id: str
    name: str
    login: str
    role: str
    team_id: str


class Me:
    """Holds the signed-in person; set by the session."""

    def __init__(self) -> None:
        self.now: Worker | None = None

    @property
    def worker(self) -> Worker:
        """The signed-in person.

        Raises:
            RuleViolation: ``session.nobody``.
        """
        if self.now is None:
            raise RuleViolation("session.nobody")
        return self.now

    def person(self, reference: ReferenceData) -> Person:
        """Return the signed-in person as the hub knows them, or what the session said of them."""
        worker = self.worker
        known = reference.person(worker.person_id)
        if known is not None:
            return known
        return Person(
            person_id=worker.person_id,
            name=worker.name,
            login=worker.login,
            role=worker.role,  # type: ignore[arg-type]
            team_id=worker.team_id,
        )
