"""Small things tests of the desk are made of: a clock to be set, a signer, entities, pages of a feed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from workstation.casework.case import Case, Due
from workstation.casework.customer import Customer, Identity
from workstation.casework.ids import derived_id
from workstation.casework.message import Message
from workstation.casework.people import Person, Team, Tenant
from workstation.casework.wire import codec
from workstation.casework.wire.entities import Entity, entity_id, entity_name
from workstation.casework.wire.sync import FeedRow, PullAnswer
from workstation.system import keys

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TEAM = "team-1"
SCOPE = f"team:{TEAM}"
KEY = b"k" * 32
PRIVATE = keys.new_signing_key()


def an_id(*parts: object) -> str:
    """A canonical id that depends on ``parts``."""
    return derived_id(*(str(part) for part in parts))


def sign(message: bytes) -> str:
    """Sign as the test's device."""
    return keys.b64(keys.sign(PRIVATE, message))


class SetClock:
    """A clock that stands still until told otherwise."""

    def __init__(self, now: datetime = NOW) -> None:
        self.at = now
        self.seconds = 1000.0

    def now(self) -> datetime:
        """The moment set."""
        return self.at

    def monotonic(self) -> float:
        """Seconds that go with it."""
        return self.seconds

    def go(self, **delta: float) -> None:
        """Let time pass."""
        step = timedelta(**delta)
        self.at += step
        self.seconds += step.total_seconds()


def a_case(name: object, /, **fields: Any) -> Case:
    """An open case of the team; ``due_in`` in minutes from NOW."""
    due_in = fields.pop("due_in", None)
    due_kind = fields.pop("due_kind", "first_response")
    given: dict[str, Any] = {
        "case_id": an_id("case", name),
        "team_id": TEAM,
        "opened_at": NOW - timedelta(hours=2),
        "customer_id": an_id("customer", name),
        "customer_name": f"Kunde {name}",
        "subject": f"Anliegen {name}",
        "reply_to": f"kunde-{name}@example.org",
        "number": 48000 + abs(hash(str(name))) % 1000,
        "waiting_since": NOW - timedelta(hours=1),
        "rev": 1,
    }
    if due_in is not None:
        given["due"] = Due(NOW + timedelta(minutes=due_in), due_kind)
    return Case(**{**given, **fields})


def a_customer(name: object, /, **fields: Any) -> Customer:
    """The customer of :func:`a_case` with the same name."""
    address = f"kunde-{name}@example.org"
    given: dict[str, Any] = {
        "customer_id": an_id("customer", name),
        "name": f"Kunde {name}",
        "rev": 1,
        "identities": (
            Identity(
                identity_id=an_id("identity", name),
                kind="email",
                value=address,
                normalised=address,
                linked_at=NOW,
            ),
        ),
    }
    return Customer(**{**given, **fields})


def a_message(case: Case, name: object = 1, **fields: Any) -> Message:
    """An inbound mail of a case."""
    given: dict[str, Any] = {
        "message_id": an_id("message", case.case_id, name),
        "case_id": case.case_id,
        "kind": "inbound",
        "at": NOW - timedelta(hours=1),
        "author_id": "customer",
        "subject": case.subject,
        "text": "Die Schale ist zerbrochen.",
        "rev": 1,
    }
    return Message(**{**given, **fields})


PERSON = Person(
    person_id=an_id("person", "lisa"), name="Lisa Sommer", login="lisa", role="agent", team_id=TEAM, rev=1
)
PEOPLE: tuple[Entity, ...] = (
    Tenant(tenant_id=an_id("tenant"), name="Backhaus Lindner", rev=1),
    Team(team_id=TEAM, name="Kundenservice", rev=1),
    PERSON,
)


class Feed:
    """A hub's feed in miniature: numbers what it is given and makes pages of it."""

    def __init__(self, generation: str = "g1") -> None:
        self.generation = generation
        self.heads: dict[str, int] = {}

    def page(
        self,
        *entities: Entity,
        scope: str = SCOPE,
        gone: tuple[tuple[str, str], ...] = (),
        scopes: tuple[str, ...] = (SCOPE, "reference"),
        more: bool = False,
    ) -> PullAnswer:
        """Return a page that puts ``entities`` into ``scope`` and takes ``gone`` (name, id) out of it."""
        rows: list[FeedRow] = []
        for entity in entities:
            rows.append(
                FeedRow(
                    scope=scope,
                    seq=self._next(scope),
                    entity=entity_name(entity),
                    id=entity_id(entity),
                    rev=entity.rev,
                    body=msgspec.Raw(codec.encode(entity)),
                )
            )
        for name, identifier in gone:
            seq = self._next(scope)
            rows.append(FeedRow(scope=scope, seq=seq, entity=name, id=identifier, rev=0, gone=True))
        answer = PullAnswer(
            generation=self.generation,
            rows=tuple(rows),
            cursors=dict(self.heads),
            heads={name: seq + more for name, seq in self.heads.items()},
            scopes=scopes,
            server_time=NOW,
            more=more,
        )
        # As it comes over the wire, so that its shape is tried as well.
        return codec.decode(codec.encode(answer), PullAnswer)

    def _next(self, scope: str) -> int:
        self.heads[scope] = self.heads.get(scope, 0) + 1
        return self.heads[scope]
