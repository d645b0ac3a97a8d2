"""People and teams: who works here, with which role, and their passwords."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

import msgspec

from workstation.casework.clock import Clock
from workstation.casework.errors import RuleViolation
from workstation.casework.people import ROLES, Person, Role, Team
from workstation.hub.ports_access import AccessStore, AccessTx, PasswordHasher
from workstation.system.clock import new_id

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 512
_LONGEST_NAME = 120


def checked_name(field: str, text: str, longest: int = _LONGEST_NAME) -> str:
    """Return ``text`` trimmed and in composed form.

    Raises:
        RuleViolation: ``people.name_malformed`` when it is empty, too long, or holds control characters.
    """
    name = unicodedata.normalize("NFC", text).strip()
    has_control = any(unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") for character in name)
    if not name or len(name) > longest or has_control:
        raise RuleViolation("people.name_malformed", field=field, longest=longest)
    return name


def checked_password(password: str) -> str:
    """Return ``password``.

    Raises:
        RuleViolation: ``people.password_too_short`` or ``people.password_too_long``.
    """
    if len(password) < SHORTEST_PASSWORD:
        raise RuleViolation("people.password_too_short", shortest=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD or "\x00" in password:
        raise RuleViolation("people.password_too_long", longest=LONGEST_PASSWORD)
    return password


def checked_role(text: str) -> Role:
    """Return ``text`` as a role.

    Raises:
        RuleViolation: ``people.role_unknown``.
    """
    for role in ROLES:
        if role == text:
            return role
    raise RuleViolation("people.role_unknown", given=text[:40], roles=", ".join(ROLES))


@dataclass(frozen=True)
class NewPerson:
    """What is asked for a new person; ``team`` is a team's name or id, empty for the only team."""

    login: str
    name: str
    role: str
    password: str
    team: str = ""
    language: Literal["de", "en"] = "de"


class People:
    """Adding, changing and listing people and teams."""

    def __init__(self, store: AccessStore, hasher: PasswordHasher, clock: Clock) -> None:
        self._store = store
        self._hasher = hasher
        self._clock = clock

    def list(self) -> tuple[Person, ...]:
        """Return everybody by name."""
        return self._store.read(lambda tx: tx.people())

    def find(self, login: str) -> Person:
        """Return the person with this login.

        Raises:
            RuleViolation: ``people.login_unknown``.
        """
        return self._store.read(lambda tx: _by_login(tx, login))

    def teams(self) -> tuple[Team, ...]:
        """Return all teams by name."""
        return self._store.read(lambda tx: tx.teams())

    def add(self, new: NewPerson) -> Person:
        """Add a person.

        Raises:
            RuleViolation: malformed name, role or password; ``people.login_taken``; ``people.team_unknown``.
        """
        login = checked_name("login", new.login, 80).casefold()
        if any(character.isspace() for character in login):
            raise RuleViolation("people.name_malformed", field="login", longest=80)
        name = checked_name("name", new.name)
        role = checked_role(new.role)
        password_hash = self._hasher.hash(checked_password(new.password))
        person_id = new_id(self._clock)

        def work(tx: AccessTx) -> Person:
            if tx.person_by_login(login) is not None:
                raise RuleViolation("people.login_taken", login=login)
            team = _team(tx, new.team)
            person = Person(
                person_id=person_id,
                name=name,
                login=login,
                role=role,
                team_id=team.team_id,
                language=new.language,
                created_at=tx.now,
            )
            tx.put_person(person)
            tx.set_password_hash(person_id, password_hash)
            tx.audit("person.added", actor="", subject=person_id)
            return person

        return self._store.run(work)

    def set_active(self, login: str, is_active: bool) -> Person:
        """Let a person in again or keep them out; keeping out ends their sessions at once.

        Raises:
            RuleViolation: ``people.login_unknown``; ``people.last_owner``.
        """

        def work(tx: AccessTx) -> Person:
            person = _by_login(tx, login)
            owners = [p for p in tx.people() if p.role == "owner" and p.is_active]
            if not is_active and [p.person_id for p in owners] == [person.person_id]:
                raise RuleViolation("people.last_owner", login=person.login)
            changed = msgspec.structs.replace(person, is_active=is_active)
            tx.put_person(changed)
            if not is_active:
                tx.end_sessions(person_id=person.person_id)
            tx.audit("person.enabled" if is_active else "person.disabled", actor="", subject=person.person_id)
            return changed

        return self._store.run(work)

    def set_password(self, login: str, password: str) -> Person:
        """Give a person a new password; their sessions end.

        Raises:
            RuleViolation: ``people.login_unknown``, ``people.password_too_short``.
        """
        password_hash = self._hasher.hash(checked_password(password))

        def work(tx: AccessTx) -> Person:
            person = _by_login(tx, login)
            tx.set_password_hash(person.person_id, password_hash)
            tx.end_sessions(person_id=person.person_id)
            tx.audit("person.password_set", actor="", subject=person.person_id)
            return person

        return self._store.run(work)

    def add_team(self, name: str) -> Team:
        """Add a team.

        Raises:
            RuleViolation: ``people.team_taken``, malformed name.
        """
        wanted = checked_name("team", name)
        team_id = new_id(self._clock)

        def work(tx: AccessTx) -> Team:
            teams = tx.teams()
            if any(team.name.casefold() == wanted.casefold() for team in teams):
                raise RuleViolation("people.team_taken", name=wanted)
            first = teams[0] if teams else None
            team = Team(
                team_id=team_id,
                name=wanted,
                calendar_id=first.calendar_id if first else "",
                sla_policy_id=first.sla_policy_id if first else "",
            )
            tx.put_team(team)
            tx.audit("team.added", actor="", subject=team_id)
            return team

        return self._store.run(work)

    def move(self, login: str, team: str) -> Person:
        """Put a person into another team.

        Raises:
            RuleViolation: ``people.login_unknown``, ``people.team_unknown``.
        """

        def work(tx: AccessTx) -> Person:
            changed = msgspec.structs.replace(_by_login(tx, login), team_id=_team(tx, team).team_id)
            tx.put_person(changed)
            tx.audit("person.moved", actor="", subject=changed.person_id)
            return changed

        return self._store.run(work)


def folded(login: str) -> str:
    """Return a login as logins are compared."""
    return unicodedata.normalize("NFC", login).strip().casefold()


def _by_login(tx: AccessTx, login: str) -> Person:
    person = tx.person_by_login(folded(login))
    if person is None:
        raise RuleViolation("people.login_unknown", login=login[:80])
    return person


def _team(tx: AccessTx, wanted: str) -> Team:
    teams = tx.teams()
    if not wanted and len(teams) == 1:
        return teams[0]
    for team in teams:
        if wanted == team.team_id or wanted.casefold() == team.name.casefold():
            return team
    names = ", ".join(team.name for team in teams)
    raise RuleViolation("people.team_unknown", given=wanted[:80], teams=names)
