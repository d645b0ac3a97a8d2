"""Coming in: which hub, this device's key, who works here; signing in, renewing tokens, signing out."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec

from workstation.casework.clock import Clock
from workstation.casework.errors import RuleViolation
from workstation.casework.wire.session import (
    ChallengeRequest,
    EnrolAnswer,
    EnrolRequest,
    Hello,
    SessionAnswer,
    SessionRequest,
    TokenRequest,
)
from workstation.ports import (
    Changes,
    EmbeddedHub,
    HubAddress,
    HubApi,
    HubUnavailable,
    Outbox,
    SignInRequired,
    Workers,
)
from workstation.services.changes import ChangeFeed
from workstation.services.identity import Me, Worker
from workstation.services.link import HubLink
from workstation.services.views import SessionState, SessionView
from workstation.services.waiting import own_waiting
from workstation.system import keys
from workstation.system.clock import new_id

_log = logging.getLogger(__name__)
_EARLY = timedelta(seconds=60)
_AT_LEAST = timedelta(minutes=5)


class _Stored(msgspec.Struct, frozen=True, kw_only=True):
    """A session as it is kept in the outbox file, so that a signed-in desk also starts offline."""

    session_id: str
    person_id: str
    name: str
    login: str
    role: str
    team_id: str


class Session:
    """States: ``first_run`` (no hub known), ``locked`` (nobody), ``signed_in``, ``expired``."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        workers: Workers,
        link: HubLink,
        me: Me,
        changes: ChangeFeed,
        clock: Clock,
        device_key: bytes,
        device_name: str,
        open_hub: Callable[[str], HubApi],
        embedded: EmbeddedHub,
        key_place: str,
    ) -> None:
        self._outbox = outbox
        self._workers = workers
        self._link = link
        self._me = me
        self._changes = changes
        self._clock = clock
        self._device_key = device_key
        self._device_name = device_name
        self._open_hub = open_hub
        self._embedded = embedded
        self._renewing = asyncio.Lock()
        self._is_hub_stopped = False
        self._reaching = asyncio.Lock()
        self._stored: _Stored | None = None
        self._token_until: datetime | None = None
        self.view = SessionView(state="first_run", key_place=key_place)  # type: ignore[arg-type]
        self.on_signed_in: Callable[[], None] = lambda: None
        """Set by the sync loop."""
        self.before_sign_out: Callable[[], Awaitable[None]] = _nothing
        """Set by the sync loop."""

    def sign(self, message: bytes) -> str:
        """Return the device's signature, base64."""
        return keys.b64(keys.sign(self._device_key, message))

    # ------------------------------------------------------------------ start

    async def start(self) -> None:
        """Find out where we stand, from this disk alone; a hub need not be there."""
        notes = await self._notes("hub_url", "embedded", "session", "tenant_name", "device_state")
        if not notes["hub_url"] and not notes["embedded"]:
            self._show("first_run")
            return
        if notes["hub_url"]:
            self._link.set(self._open_hub(notes["hub_url"]))
        self._set(
            hub_url=notes["hub_url"],
            is_embedded=bool(notes["embedded"]),
            tenant_name=notes["tenant_name"],
            device_state=notes["device_state"] or "none",
        )
        if notes["session"]:
            self._take(msgspec.json.decode(notes["session"], type=_Stored))
            self._show("signed_in")
        else:
            self._show("locked")

    async def reach(self) -> None:
        """Make sure there is a hub to talk to: starts the one of this computer if it does not run.

        Raises:
            HubUnavailable: it cannot be started or does not answer.
        """
        if not self.view.is_embedded:
            self._link.hub  # noqa: B018  (raises when there is none)
            return
        async with self._reaching:
            # Asked here, not before: it may have been ended while another call was waited for.
            if self._is_hub_stopped:
                raise HubUnavailable("hub.stopped")
            address = await self._workers.run("net", self._embedded.ensure)
            if not self._link.is_set or self._link.hub.url != address.url:
                await self._greet(address.url, address.local_proof)

    # ------------------------------------------------------------------ which hub

    async def connect(self, url: str) -> SessionView:
        """Use the hub at ``url``: it proves itself, this device shows its key.

        Raises:
            HubUnavailable: no hub answers there. RuleViolation: ``hub.proof_wrong``, ``hub.key_changed``,
                ``hub.address_malformed``.
        """
        await self._greet(checked_url(url), "")
        await self._note("embedded", "")
        self._set(is_embedded=False)
        return self._show("locked" if self._me.now is None else "signed_in")

    async def start_embedded(self) -> SessionView:
        """Use the hub of this computer, starting it if it does not run.

        Raises:
            HubUnavailable: it does not start.
        """
        await self._use_embedded(await self._workers.run("net", self._embedded.ensure))
        return self._show("locked" if self._me.now is None else "signed_in")

    async def create_firm(
        self, name: str, owner: str, login: str, password: str, *, language: str = "de"
    ) -> SessionView:
        """Set a new firm up on this computer and sign its owner in.

        Raises:
            RuleViolation: what the hub's set-up says, e.g. a password that is too short.
        """
        await self._workers.run(
            "net", lambda: self._embedded.create_firm(name, owner, login, password, language)
        )
        await self.start_embedded()
        return await self.sign_in(login, password)

    def want_hub(self) -> None:
        """Somebody wants the line back: the hub of this computer may be started again."""
        self._is_hub_stopped = False

    async def stop_embedded(self) -> bool:
        """End the hub of this computer until somebody asks for it; False when it did not run.

        Raises:
            RuleViolation: ``session.unsettled`` while own acts still wait for it.
        """
        await self._nothing_waits()
        self._is_hub_stopped = True
        async with self._reaching:  # not beside a call that finds it gone and starts it again
            return await self._workers.run("net", self._embedded.stop)

    async def _use_embedded(self, address: HubAddress) -> None:
        await self._note("embedded", "1")
        self._set(is_embedded=True)
        await self._greet(address.url, address.local_proof)

    async def _greet(self, url: str, local_proof: str) -> None:
        hub = self._open_hub(url)
        try:
            hello = await self._proved(hub)
            answer = await self._enrol(hub, local_proof)
        except BaseException:
            hub.close()
            raise
        for name, value in (
            ("hub_url", url),
            ("hub_key", hello.public_key),
            ("tenant_id", hello.tenant_id),
            ("tenant_name", hello.tenant_name),
        ):
            await self._note(name, value)
        self._link.set(hub)
        # The token belonged to the connection before.
        self._token_until = None
        self._set(hub_url=url, tenant_name=hello.tenant_name)
        await self._set_device(answer)

    async def _proved(self, hub: HubApi) -> Hello:
        nonce = secrets.token_hex(16)
        hello = await self._workers.run("net", lambda: hub.hello(nonce))
        try:
            public = keys.unb64(hello.public_key)
            signature = keys.unb64(hello.signature)
            keys.verify(public, b"workstation-hello\n" + nonce.encode(), signature)
        except (keys.BadSignature, ValueError) as error:
            raise RuleViolation("hub.proof_wrong") from error
        notes = await self._notes("hub_key", "tenant_id")
        is_known = notes["tenant_id"] == hello.tenant_id
        if notes["hub_key"] and notes["hub_key"] != hello.public_key:
            # The same firm with another key is somebody else; another firm only while nothing is unsent.
            if is_known or await self._workers.run("outbox", self._outbox.unsettled) > 0:
                raise RuleViolation("hub.key_changed")
        return hello

    # ------------------------------------------------------------------ the device

    async def _enrol(self, hub: HubApi, local_proof: str) -> EnrolAnswer:
        device_id = (await self._notes("device_id"))["device_id"]
        if not device_id:
            device_id = new_id(self._clock)
            await self._note("device_id", device_id)
        request = EnrolRequest(
            device_id=device_id,
            name=self._device_name,
            public_key=keys.b64(keys.public_key_of(self._device_key)),
            proof=self.sign(b"workstation-enrol\n" + device_id.encode()),
            local_proof=local_proof,
        )
        return await self._workers.run("net", lambda: hub.enrol(request))

    async def check_device(self) -> SessionView:
        """Ask whether the owner has approved this device meanwhile."""
        await self._set_device(await self._enrol(self._link.hub, ""))
        return self.view

    async def _set_device(self, answer: EnrolAnswer) -> None:
        await self._note("device_state", answer.state)
        self._set(device_state=answer.state, device_code=answer.code)
        self._changes.publish(Changes(connection=True))

    # ------------------------------------------------------------------ the person

    async def sign_in(self, login: str, password: str) -> SessionView:
        """Sign a person in.

        Raises:
            HubUnavailable: no hub. RuleViolation: ``session.password_wrong``, ``device.waiting`` ...,
                ``session.unsettled`` when acts of somebody else still wait here.
        """
        await self.reach()
        await self._no_foreign_acts(login)
        hub, device_id = self._link.hub, (await self._notes("device_id"))["device_id"]
        hub.set_token("")

        def enter() -> SessionAnswer:
            text = hub.challenge(ChallengeRequest(device_id=device_id)).challenge
            return hub.open_session(
                SessionRequest(
                    device_id=device_id,
                    challenge=text,
                    login=login,
                    password=password,
                    signature=self.sign(f"workstation-session\n{text}\n{login}".encode()),
                )
            )

        answer = await self._workers.run("net", enter)
        stored = _Stored(
            session_id=answer.session_id,
            person_id=answer.person_id,
            name=answer.person_name,
            login=login,
            role=answer.role,
            team_id=answer.team_id,
        )
        await self._note("session", msgspec.json.encode(stored).decode())
        hub.set_token(answer.token)
        self._token_until = max(answer.token_expires_at, self._clock.now() + _AT_LEAST)
        self._take(stored)
        self._set(device_state="approved", device_code="")
        self._show("signed_in")
        self.on_signed_in()
        return self.view

    async def _no_foreign_acts(self, login: str) -> None:
        if self._stored is None or self._stored.login == login:
            return
        if waiting := len(await own_waiting(self._outbox, self._workers, self._me)):
            raise RuleViolation("session.unsettled", waiting=waiting, login=self._stored.login)

    async def sign_out(self, *, despite_waiting: bool = False) -> SessionView:
        """Sign the person out; acts that wait stay here and leave once somebody signs in here again.

        ``despite_waiting``: they know that, and have a copy of what waits.

        Raises:
            RuleViolation: ``session.unsettled`` while own acts wait for the hub; nothing is dropped.
        """
        if not despite_waiting:
            await self._nothing_waits()
        await self.before_sign_out()
        try:
            hub = self._link.hub
            await self._workers.run("net", hub.close_session)
            hub.set_token("")
        except (HubUnavailable, SignInRequired) as error:
            _log.info("the hub did not hear of the signing out: %s", error)
        await self._note("session", "")
        self._stored = self._me.now = None
        self._token_until = None
        self._set(person_id="", person_name="", login="", role="", team_id="")
        return self._show("locked")

    async def _nothing_waits(self) -> None:
        if waiting := len(await own_waiting(self._outbox, self._workers, self._me)):
            raise RuleViolation("session.unsettled", waiting=waiting)

    async def fresh_token(self) -> None:
        """Make sure the token is good for a while; asks for a new one by signed challenge if not.

        Raises:
            SignInRequired: nobody is signed in, or the session has ended. HubUnavailable: no answer.
        """
        async with self._renewing:
            if self._token_until is not None and self._token_until - self._clock.now() > _EARLY:
                return
            await self._renew()

    def token_refused(self) -> None:
        """The hub did not take the token; the next :meth:`fresh_token` asks for another."""
        self._token_until = None

    async def _renew(self) -> None:
        stored = self._stored
        if stored is None:
            raise SignInRequired("session.nobody")
        hub, device_id = self._link.hub, (await self._notes("device_id"))["device_id"]

        def renew() -> tuple[str, datetime]:
            try:
                text = hub.challenge(ChallengeRequest(device_id=device_id)).challenge
            except RuleViolation as violation:
                # The device is unknown, waiting or revoked: a person has to look.
                params = {name: str(value) for name, value in violation.params.items()}
                raise SignInRequired(violation.code, **params) from violation
            answer = hub.token(
                TokenRequest(
                    device_id=device_id,
                    session_id=stored.session_id,
                    challenge=text,
                    signature=self.sign(f"workstation-token\n{text}\n{stored.session_id}".encode()),
                )
            )
            return answer.token, answer.token_expires_at

        # The one before stays in use meanwhile: other calls are on their way.
        token, until = await self._workers.run("net", renew)
        hub.set_token(token)
        # A clock that is ahead of the hub's would ask for another with every call; one too old is refused.
        self._token_until = max(until, self._clock.now() + _AT_LEAST)
        if self.view.state == "expired":
            self._show("signed_in")

    def expire(self, code: str) -> None:
        """The hub wants the person again; what they were doing goes on offline."""
        _log.info("the session is over: %s", code)
        if self.view.state == "signed_in":
            self._show("expired")

    # ------------------------------------------------------------------ inside

    def _take(self, stored: _Stored) -> None:
        self._stored = stored
        self._me.now = Worker(
            person_id=stored.person_id,
            name=stored.name,
            login=stored.login,
            role=stored.role,
            team_id=stored.team_id,
        )
        self._set(
            person_id=stored.person_id,
            person_name=stored.name,
            login=stored.login,
            role=stored.role,
            team_id=stored.team_id,
        )

    def _set(self, **fields: object) -> None:
        self.view = dataclasses.replace(self.view, **fields)  # type: ignore[arg-type]

    def _show(self, state: SessionState) -> SessionView:
        self._set(state=state)
        self._changes.publish(Changes(connection=True))
        return self.view

    async def _notes(self, *names: str) -> dict[str, str]:
        return await self._workers.run("outbox", lambda: {name: self._outbox.note(name) for name in names})

    async def _note(self, name: str, value: str) -> None:
        await self._workers.run("outbox", lambda: self._outbox.set_note(name, value))


async def _nothing() -> None:
    """Until the sync loop has its say."""


def checked_url(text: str) -> str:
    """Return the address of a hub as typed by a person.

    Raises:
        RuleViolation: ``hub.address_malformed``; ``hub.address_not_safe`` for plain HTTP to another machine.
    """
    from urllib.parse import urlsplit

    given = text.strip()
    if "://" not in given:
        given = f"https://{given}"
    try:
        parts = urlsplit(given)
        port = parts.port
    except ValueError as error:
        raise RuleViolation("hub.address_malformed", address=text[:120]) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.path.strip("/"):
        raise RuleViolation("hub.address_malformed", address=text[:120])
    if parts.scheme == "http" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise RuleViolation("hub.address_not_safe", address=text[:120])
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port is not None else "")
