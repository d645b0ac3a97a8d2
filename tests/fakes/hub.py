"""A hub that says what a test tells it to."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from tests.desk.materials import NOW, PERSON, SCOPE, TEAM, Feed, an_id
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.commands import Applied, CommandsAnswer, Envelope, Verdict
from workstation.casework.wire.search import SearchAnswer
from workstation.casework.wire.session import (
    Challenge,
    ChallengeRequest,
    EnrolAnswer,
    EnrolRequest,
    Hello,
    Presence,
    PresenceAnswer,
    SessionAnswer,
    SessionRequest,
    TokenAnswer,
    TokenRequest,
)
from workstation.casework.wire.sync import (
    BackfillAnswer,
    BackfillRequest,
    BucketAnswer,
    DigestAnswer,
    PullAnswer,
    PullRequest,
)
from workstation.ports import BlobSource, GenerationChanged
from workstation.ports.copies import SnapshotPiece
from workstation.system import keys

_NONE: Mapping[str, int] = MappingProxyType({})


class ScriptedHub:
    """``on_push`` and ``on_pull`` may raise or answer; by default all commands are applied."""

    url = "http://127.0.0.1:1"

    def __init__(self) -> None:
        self.feed = Feed()
        self.on_push: Callable[[tuple[Envelope, ...]], None] = lambda batch: None
        self.on_pull: Callable[[], None] = lambda: None
        self.on_token: Callable[[], None] = lambda: None
        self.verdict: Callable[[Envelope], Verdict] = lambda envelope: Applied(cmd_id=envelope.cmd_id)
        self.pushed: list[tuple[str, ...]] = []
        self.renewals = 0
        self.private = keys.new_signing_key()
        self.tenant_id = an_id("tenant")
        self.tokens = 0

    def push(
        self, batch: tuple[Envelope, ...], generation: str = "", cursors: Mapping[str, int] = _NONE
    ) -> CommandsAnswer:
        if generation and generation != self.feed.generation:
            raise GenerationChanged(generation=self.feed.generation)
        for scope in [scope for scope, seq in cursors.items() if seq > self.feed.heads.get(scope, seq)]:
            raise GenerationChanged(scope=scope)
        self.pushed.append(tuple(envelope.cmd_id for envelope in batch))
        self.on_push(batch)
        return CommandsAnswer(
            verdicts=tuple(map(self.verdict, batch)), generation=self.feed.generation, last_contiguous=1
        )

    def pull(self, request: PullRequest) -> PullAnswer:
        self.on_pull()
        return self.feed.page(scopes=(SCOPE, "reference"))

    def token(self, request: TokenRequest) -> TokenAnswer:
        self.on_token()
        self.tokens += 1
        return TokenAnswer(token=f"t{self.tokens}", token_expires_at=NOW.replace(year=2099), scopes=())

    def challenge(self, request: ChallengeRequest) -> Challenge:
        return Challenge(challenge="text", expires_s=60)

    def open_session(self, request: SessionRequest) -> SessionAnswer:
        return SessionAnswer(
            session_id=an_id("session"),
            person_id=PERSON.person_id,
            person_name=PERSON.name,
            role=PERSON.role,
            team_id=TEAM,
            token="t0",
            token_expires_at=NOW.replace(year=2099),
            scopes=(SCOPE, "reference"),
        )

    def hello(self, nonce: str) -> Hello:
        return Hello(
            public_key=keys.b64(keys.public_key_of(self.private)),
            signature=keys.b64(keys.sign(self.private, b"workstation-hello\n" + nonce.encode())),
            tenant_id=self.tenant_id,
            tenant_name="Backhaus Lindner",
            generation=self.feed.generation,
            version="1",
            schema=1,
            server_time=NOW,
        )

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        return EnrolAnswer(device_id=request.device_id, state="approved")

    def look_up(self, ids: tuple[str, ...]) -> CommandsAnswer:
        return CommandsAnswer(verdicts=(), generation=self.feed.generation)

    def presence(self, mine: Presence) -> PresenceAnswer:
        return PresenceAnswer(present=())

    def listen(self, on_poke: Callable[[dict[str, int]], None], should_stop: Callable[[], bool]) -> None:
        time.sleep(0.01)

    def set_token(self, token: str) -> None:
        """Nothing checks it."""

    def renew_connections(self) -> None:
        self.renewals += 1

    def close_session(self) -> None:
        """Nothing to end."""

    def close(self) -> None:
        """Nothing to close."""

    def snapshot_piece(self, scope: str, start: int, length: int, etag: str) -> SnapshotPiece | None:
        return None

    def digest(self, scope: str, seq: int) -> DigestAnswer:
        raise RuleViolation("feed.moved", scope=scope, head=seq)

    def bucket(self, scope: str, seq: int, number: int) -> BucketAnswer:
        return BucketAnswer(scope=scope, seq=seq, bucket=number, rows=())

    def backfill(self, request: BackfillRequest) -> BackfillAnswer:
        return BackfillAnswer(generation=self.feed.generation, rows=())

    def search(self, text: str, limit: int) -> SearchAnswer:
        return SearchAnswer(rows=())

    def case_file(self, case_id: str) -> SearchAnswer:
        raise RuleViolation("case.unknown", case_id=case_id)

    def put_blob(self, sha256: str, source: BlobSource) -> None:
        """Thrown away."""

    def get_blob(self, sha256: str, target: Path) -> None:
        """There is none."""
