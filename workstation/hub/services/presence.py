"""Presence: who has which case open right now; kept in memory for seconds, never stored."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from workstation.casework.clock import Clock
from workstation.casework.ids import checked_id
from workstation.casework.wire.session import Presence, PresenceAnswer, PresenceOf

FORGOTTEN_AFTER_S = 40.0


@dataclass(frozen=True)
class _Seen:
    person_id: str
    name: str
    teams: frozenset[str]
    case_id: str
    is_typing: bool
    until: float


class PresenceBoard:
    """One board per hub process; safe from any thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, _Seen] = {}

    def report(
        self, session_id: str, person_id: str, name: str, scopes: tuple[str, ...], said: Presence
    ) -> PresenceAnswer:
        """Note where a session is and return who else is at a case of a team the caller belongs to.

        Raises:
            RuleViolation: ``id.malformed``.
        """
        if said.case_id:
            checked_id(said.case_id)
        teams = frozenset(scope for scope in scopes if scope.startswith("team:"))
        now = self._clock.monotonic()
        with self._lock:
            self._seen = {key: seen for key, seen in self._seen.items() if seen.until > now}
            self._seen.pop(session_id, None)
            if said.case_id:
                self._seen[session_id] = _Seen(
                    person_id, name, teams, said.case_id, said.is_typing, now + FORGOTTEN_AFTER_S
                )
            others = [
                PresenceOf(
                    case_id=seen.case_id, person_id=seen.person_id, name=seen.name, is_typing=seen.is_typing
                )
                for seen in self._seen.values()
                if seen.person_id != person_id and seen.teams & teams
            ]
        return PresenceAnswer(present=tuple(others))

    def leave(self, session_id: str) -> None:
        """Forget a session (signed out)."""
        with self._lock:
            self._seen.pop(session_id, None)
