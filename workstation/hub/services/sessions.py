"""Sessions: a person signs in at an approved device; short tokens by signed challenge; both end at once."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

import msgspec

from workstation.casework.clock import Clock
from workstation.casework.errors import RuleViolation
from workstation.casework.people import Person
from workstation.casework.wire.codec import SCHEMA, sha256_hex
from workstation.casework.wire.session import (
    Challenge,
    Hello,
    SessionAnswer,
    SessionRequest,
    TokenAnswer,
    TokenRequest,
)
from workstation.hub.ports_access import (
    AccessStore,
    AccessTx,
    Attempts,
    Device,
    PasswordHasher,
    SessionRow,
    Standing,
)
from workstation.hub.services.devices import verify_text
from workstation.hub.services.people import LONGEST_PASSWORD, folded
from workstation.hub.services.scoping import readable_by
from workstation.hub.services.tokens import TOKEN_FOR, Claims, Tokens
from workstation.system.clock import new_id
from workstation.system.keys import b64, public_key_of, sign

CHALLENGE_S = 120
_MOST_CHALLENGES = 50
_LONGEST_NONCE = 200
_FREE_FAILURES = 4
_LONGEST_BLOCK_S = 900


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks: what a checked token and the present state of its session allow."""

    person: Person
    device: Device
    session_id: str
    scopes: tuple[str, ...]
    token_expires_at: datetime


class Sessions:
    """Signing in, refreshing tokens, and checking them on each request."""

    def __init__(self, store: AccessStore, hasher: PasswordHasher, clock: Clock, version: str) -> None:
        self._store = store
        self._hasher = hasher
        self._clock = clock
        self._version = version
        identity, tenant = store.run(lambda tx: (tx.identity(), tx.tenant()))
        self._tenant_id = tenant.tenant_id
        self._private = identity.private_key
        self._tokens = Tokens(self._private)
        self._decoy = hasher.hash(secrets.token_urlsafe(16))

    @property
    def public_key(self) -> str:
        """The hub's public key, base64."""
        return b64(public_key_of(self._private))

    def hello(self, nonce: str) -> Hello:
        """Prove that this is the hub by signing the caller's nonce.

        Raises:
            RuleViolation: ``session.nonce_malformed`` (8 to 200 characters are needed).
        """
        if not 8 <= len(nonce) <= _LONGEST_NONCE:
            raise RuleViolation("session.nonce_malformed", longest=_LONGEST_NONCE)
        signature = sign(self._private, b"workstation-hello\n" + nonce.encode())
        tenant, identity = self._store.read(lambda tx: (tx.tenant(), tx.identity()))
        return Hello(
            public_key=self.public_key,
            signature=b64(signature),
            tenant_id=tenant.tenant_id,
            tenant_name=tenant.name,
            generation=identity.generation,
            version=self._version,
            schema=SCHEMA,
            server_time=self._clock.now(),
        )

    def challenge(self, device_id: str) -> Challenge:
        """Return a text to sign, usable once.

        Raises:
            RuleViolation: ``device.unknown``, ``device.waiting``, ``device.revoked``,
                ``session.too_many_requests``.
        """
        self._approved(device_id)
        text = secrets.token_urlsafe(32)

        def work(tx: AccessTx) -> int:
            return tx.add_challenge(_digest(text), device_id, tx.now + timedelta(seconds=CHALLENGE_S))

        if self._store.run(work) > _MOST_CHALLENGES:
            raise RuleViolation("session.too_many_requests", retry_after_s=CHALLENGE_S)
        return Challenge(challenge=text, expires_s=CHALLENGE_S)

    def sign_in(self, request: SessionRequest) -> SessionAnswer:
        """Open a session.

        Raises:
            RuleViolation: ``device.*``, ``session.challenge_invalid``, ``session.signature_invalid``,
                ``session.password_wrong`` (also for an unknown or disabled login: which of them is not told),
                ``session.too_many_attempts``.
        """
        message = f"workstation-session\n{request.challenge}\n{request.login}".encode()
        self._prove(request.device_id, request.challenge, message, request.signature)
        login = folded(request.login)
        subjects = (f"login:{_digest(login)}", f"device:{request.device_id}")
        self._store.read(lambda tx: _check_block(tx, subjects))
        person_id, stored = self._store.read(lambda tx: _credential(tx, login))
        password = request.password[: LONGEST_PASSWORD + 1]
        is_right = self._hasher.is_right(stored or self._decoy, password)
        if not is_right or stored is None:
            raise RuleViolation(
                "session.password_wrong", **self._store.run(lambda tx: _count_failure(tx, subjects))
            )
        renewed = self._hasher.hash(password) if self._hasher.is_outdated(stored) else ""
        session = SessionRow(
            session_id=new_id(self._clock),
            device_id=request.device_id,
            person_id=person_id,
            created_at=self._clock.now(),
        )

        def work(tx: AccessTx) -> Standing:
            if renewed:
                tx.set_password_hash(person_id, renewed)
            tx.add_session(session)
            for subject in subjects:
                tx.set_attempts(Attempts(subject=subject, failures=0))
            tx.audit("session.begun", actor=person_id, subject=session.session_id)
            return _standing(tx, session.session_id)

        standing = self._store.run(work)
        token = self._token(standing)
        return SessionAnswer(
            session_id=session.session_id,
            person_id=person_id,
            person_name=standing.person.name,
            role=standing.person.role,
            team_id=standing.person.team_id,
            token=token.token,
            token_expires_at=token.token_expires_at,
            scopes=token.scopes,
        )

    def refresh(self, request: TokenRequest) -> TokenAnswer:
        """Return a new token for a session.

        Raises:
            RuleViolation: as :meth:`sign_in`, and ``session.ended``.
        """
        message = f"workstation-token\n{request.challenge}\n{request.session_id}".encode()
        self._prove(request.device_id, request.challenge, message, request.signature)
        standing = self._store.read(lambda tx: _standing(tx, request.session_id))
        if standing.session.device_id != request.device_id:
            raise RuleViolation("session.ended")
        return self._token(standing)

    def end(self, session_id: str) -> None:
        """Sign out: the session's tokens count no longer."""

        def work(tx: AccessTx) -> None:
            if tx.end_sessions(session_id=session_id):
                tx.audit("session.ended", actor="", subject=session_id)

        self._store.run(work)

    def caller(self, token: str) -> Caller:
        """Return who asks with ``token``; what has changed since it was made counts.

        Raises:
            RuleViolation: ``session.token_invalid``, ``session.token_expired``, ``session.ended``,
                ``person.inactive``, ``device.revoked``.
        """
        claims = self._tokens.read(token, self._clock.now())
        if claims.tenant != self._tenant_id:
            raise RuleViolation("session.token_invalid")
        standing = self._store.read(lambda tx: _standing(tx, claims.session))
        if (standing.session.device_id, standing.session.person_id) != (claims.device, claims.person):
            raise RuleViolation("session.token_invalid")
        scopes = readable_by(standing.person, standing.device.device_id, standing.team_ids)
        if set(scopes) != set(claims.scopes):
            # Moved to another team: the next token, asked for without the person, says the new scopes.
            raise RuleViolation("session.token_expired")
        return Caller(
            person=standing.person,
            device=standing.device,
            session_id=claims.session,
            scopes=scopes,
            token_expires_at=claims.expires_at,
        )

    def _approved(self, device_id: str) -> Device:
        return checked_device(self._store.read(lambda tx: tx.device(device_id)))

    def _prove(self, device_id: str, challenge: str, message: bytes, signature: str) -> None:
        device = self._approved(device_id)
        verify_text(device.public_key, message, signature)
        if not self._store.run(lambda tx: tx.take_challenge(_digest(challenge), device_id)):
            raise RuleViolation("session.challenge_invalid")

    def _token(self, standing: Standing) -> TokenAnswer:
        scopes = readable_by(standing.person, standing.device.device_id, standing.team_ids)
        expires_at = (self._clock.now() + TOKEN_FOR).replace(microsecond=0)
        claims = Claims(
            tenant=self._tenant_id,
            session=standing.session.session_id,
            device=standing.session.device_id,
            person=standing.session.person_id,
            scopes=scopes,
            expires=int(expires_at.timestamp()),
        )
        token = self._tokens.make(claims)
        return TokenAnswer(token=token, token_expires_at=expires_at, scopes=scopes)


def checked_device(device: Device | None) -> Device:
    """Return ``device`` if it is approved.

    Raises:
        RuleViolation: ``device.unknown``, ``device.waiting``, ``device.revoked``.
    """
    if device is None:
        raise RuleViolation("device.unknown")
    if device.state != "approved":
        raise RuleViolation("device.waiting" if device.state == "waiting" else "device.revoked")
    return device


def _standing(tx: AccessTx, session_id: str) -> Standing:
    standing = tx.standing(session_id)
    if standing is None:
        raise RuleViolation("session.ended")
    checked_device(standing.device)
    if not standing.person.is_active:
        raise RuleViolation("person.inactive")
    if standing.session.ended_at is not None:
        raise RuleViolation("session.ended")
    return standing


def _credential(tx: AccessTx, login: str) -> tuple[str, str | None]:
    """Return person id and password hash; no hash for unknown people and those who have left."""
    person = tx.person_by_login(login)
    if person is None or not person.is_active:
        return "", None
    return person.person_id, tx.password_hash(person.person_id)


def _check_block(tx: AccessTx, subjects: tuple[str, ...]) -> None:
    for subject in subjects:
        until = tx.attempts(subject).blocked_until
        # A block that is longer than any can be was made by a clock that was ahead.
        if until is not None and tx.now < until <= tx.now + timedelta(seconds=_LONGEST_BLOCK_S):
            wait_s = int((until - tx.now).total_seconds()) + 1
            raise RuleViolation("session.too_many_attempts", retry_after_s=wait_s)


def _count_failure(tx: AccessTx, subjects: tuple[str, ...]) -> dict[str, int]:
    """Count one failure for each subject; says for how many seconds the next try is refused."""
    longest = 0
    for subject in subjects:
        failures = tx.attempts(subject).failures + 1
        over = failures - _FREE_FAILURES
        wait_s = min(_LONGEST_BLOCK_S, 2 ** min(over, 20)) if over > 0 else 0
        until = tx.now + timedelta(seconds=wait_s) if wait_s else None
        tx.set_attempts(Attempts(subject=subject, failures=failures, blocked_until=until))
        longest = max(longest, wait_s)
    return {"retry_after_s": longest} if longest else {}


def _digest(text: str) -> str:
    return sha256_hex(text.encode())
