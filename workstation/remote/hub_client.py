"""The hub over HTTP: the only user of requests; tells a hub from whatever else may answer in its place."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import msgspec
import requests

from workstation.casework.errors import RuleViolation
from workstation.casework.wire import codec
from workstation.casework.wire.commands import CommandsAnswer, Envelope, LookupRequest
from workstation.casework.wire.session import (
    Challenge,
    ChallengeRequest,
    EnrolAnswer,
    EnrolRequest,
    Hello,
    HelloRequest,
    Presence,
    PresenceAnswer,
    SessionAnswer,
    SessionRequest,
    TokenAnswer,
    TokenRequest,
)
from workstation.casework.wire.sync import MAX_CURSORS_TEXT, Problem, PullAnswer, PullRequest
from workstation.ports import BlobSource, GenerationChanged, HubUnavailable, ProtocolMismatch, SignInRequired
from workstation.remote.blobs import download, upload
from workstation.remote.copies import CopyCalls
from workstation.remote.events import events_of

T = TypeVar("T")
_log = logging.getLogger(__name__)
HUB_HEADER = "Workstation-Hub"
"""Every answer of a hub has it; a captive portal or a proxy's error page has not."""
CONNECT_S = 5.0
READ_S = 30.0
SILENCE_S = 40.0
"""The stream of pokes sends a heartbeat every 15 s; after this silence it is given up."""
_OTHER_GENERATION = frozenset({"feed.generation_changed", "feed.cursor_ahead"})
_NONE: Mapping[str, int] = MappingProxyType({})
_NO_ANSWER = frozenset({408, 425, 429, 500, 502, 503, 504, 507})


class RequestsHub(CopyCalls):
    """The port ``HubApi``. Usable from several threads; each has its own connections."""

    def __init__(self, url: str, *, ca_file: str = "", timeout_s: float = READ_S) -> None:
        self._url = url.rstrip("/")
        self._ca_file = ca_file
        self._timeout_s = timeout_s
        self._token = ""
        self._local = threading.local()
        self._guard = threading.Lock()
        self._sessions: list[requests.Session] = []
        self._era = 0
        self._streams: set[requests.Response] = set()
        self._is_closed = False
        self._last_event_id = ""

    @property
    def url(self) -> str:
        """The hub's address."""
        return self._url

    def set_token(self, token: str) -> None:
        """Use this bearer token from now on; empty for none."""
        self._token = token

    def renew_connections(self) -> None:
        """Drop all open connections and begin anew (after a stall)."""
        self._end_sessions()

    def close(self) -> None:
        """End open connections, a stream being listened to as well."""
        self._is_closed = True
        self._end_sessions()

    def _end_sessions(self) -> None:
        with self._guard:
            self._era += 1
            sessions, self._sessions = self._sessions, []
        self._end_streams()
        for session in sessions:
            _close(session)

    # ------------------------------------------------------------------ calls

    def hello(self, nonce: str) -> Hello:
        """Ask the hub who it is."""
        return self._post("/v1/hello", HelloRequest(nonce=nonce), Hello, is_open=True)

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """Show the device's key."""
        return self._post("/v1/devices/enrol", request, EnrolAnswer, is_open=True)

    def challenge(self, request: ChallengeRequest) -> Challenge:
        """Get a text to sign."""
        return self._post("/v1/challenge", request, Challenge, is_open=True)

    def open_session(self, request: SessionRequest) -> SessionAnswer:
        """Sign a person in."""
        return self._post("/v1/session", request, SessionAnswer, is_open=True)

    def token(self, request: TokenRequest) -> TokenAnswer:
        """Get a new short token."""
        return self._post("/v1/token", request, TokenAnswer)

    def close_session(self) -> None:
        """Sign the person out at the hub."""
        self._checked(self._send("DELETE", "/v1/session"))

    def pull(self, request: PullRequest) -> PullAnswer:
        """Read a page of the feed."""
        return self._post("/v1/sync/pull", request, PullAnswer, extra_s=request.wait_s)

    def push(
        self, batch: tuple[Envelope, ...], generation: str = "", cursors: Mapping[str, int] = _NONE
    ) -> CommandsAnswer:
        """Hand commands over, to the hub's data of that generation and not older than ``cursors`` only."""
        named = {"generation": generation, "cursors": _as_text(cursors)}
        query = urlencode({name: value for name, value in named.items() if value})
        return self._post(f"/v1/commands?{query}" if query else "/v1/commands", batch, CommandsAnswer)

    def look_up(self, ids: tuple[str, ...]) -> CommandsAnswer:
        """Ask what became of commands."""
        return self._post("/v1/commands/lookup", LookupRequest(ids=ids), CommandsAnswer)

    def presence(self, mine: Presence) -> PresenceAnswer:
        """Say where the person is and learn who else is there."""
        return self._post("/v1/presence", mine, PresenceAnswer)

    def put_blob(self, sha256: str, source: BlobSource) -> None:
        """Upload bytes under their hash; known ones are not sent again, a broken upload goes on."""
        upload(self._sent, sha256, source)

    def get_blob(self, sha256: str, target: Path) -> None:
        """Download a blob into ``target`` (mode 0600) and check its hash."""
        download(self._sent, sha256, target)

    # ------------------------------------------------------------------ the stream

    def listen(self, on_poke: Callable[[dict[str, int]], None], should_stop: Callable[[], bool]) -> None:
        """Listen to pokes until the stream ends or ``should_stop``; silence of 40 s ends it too."""
        headers = {"Accept": "text/event-stream"}
        if self._last_event_id:
            headers["Last-Event-ID"] = self._last_event_id
        response = self._send("GET", "/v1/events", headers=headers, stream=True, timeout_s=SILENCE_S)
        with response:
            if response.status_code != 200:
                self._checked(response)
            if not response.headers.get("Content-Type", "").startswith("text/event-stream"):
                raise HubUnavailable("net.not_the_hub")
            self._streams.add(response)
            try:
                on_poke({})
                for event in events_of(response.iter_content(None)):
                    if should_stop() or self._is_closed:
                        return
                    self._last_event_id = event.id or self._last_event_id
                    if event.name == "poke":
                        on_poke(_heads(event.data))
            except (requests.RequestException, OSError, AttributeError) as error:
                # A stream that was shut down from outside fails in ways of its own.
                raise HubUnavailable("net.stream_ended") from error
            finally:
                self._streams.discard(response)

    def _end_streams(self) -> None:
        for response in tuple(self._streams):
            try:
                with socket.socket(fileno=os.dup(response.raw.fileno())) as connection:
                    connection.shutdown(socket.SHUT_RDWR)
            except (OSError, ValueError, AttributeError):
                response.close()

    # ------------------------------------------------------------------ inside

    def _post(self, path: str, body: Any, kind: type[T], *, extra_s: float = 0, is_open: bool = False) -> T:
        response = self._send(
            "POST",
            path,
            data=codec.encode(body),
            headers={"Content-Type": "application/json"},
            timeout_s=self._timeout_s + extra_s,
        )
        self._checked(response, is_open=is_open)
        try:
            return codec.decode(response.content, kind)
        except msgspec.ValidationError as error:
            _log.error("the hub's answer to %s has another shape: %s", path, error)
            raise ProtocolMismatch("protocol.other_shape") from error
        except msgspec.DecodeError as error:
            raise HubUnavailable("net.not_the_hub") from error

    def _sent(self, method: str, path: str, **options: Any) -> requests.Response:
        return self._checked(self._send(method, path, **options), known=(404, 206, 409, 416))

    def _send(
        self,
        method: str,
        path: str,
        *,
        timeout_s: float = READ_S,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> requests.Response:
        if self._is_closed:
            raise HubUnavailable("net.closed")
        given = {**(headers or {})}
        if self._token:
            given["Authorization"] = f"Bearer {self._token}"
        try:
            return self._session().request(
                method,
                self._url + path,
                headers=given,
                timeout=(CONNECT_S, timeout_s),
                allow_redirects=False,
                **options,
            )
        except requests.RequestException as error:
            raise HubUnavailable(_why(error)) from error

    def _session(self) -> requests.Session:
        if getattr(self._local, "era", None) != self._era:
            session = requests.Session()
            session.headers["User-Agent"] = "workstation-desk"
            session.trust_env = not _is_loopback(self._url)
            if self._ca_file:
                session.verify = self._ca_file
            with self._guard:
                self._sessions.append(session)
                self._local.session, self._local.era = session, self._era
        found: requests.Session = self._local.session
        return found

    def _checked(
        self, response: requests.Response, *, is_open: bool = False, known: tuple[int, ...] = ()
    ) -> requests.Response:
        """Return an answer the hub gave; raise what any other one means.

        ``is_open``: the call needs no session, so a refusal is an answer to the person. ``known``: statuses
        the caller deals with.
        """
        if HUB_HEADER not in response.headers:
            raise HubUnavailable("net.not_the_hub")
        status = response.status_code
        if status in (200, 201, 202, 204) or status in known:
            return response
        problem = _problem(response)
        retry_after = response.headers.get("Retry-After", "")
        if status == 429 and is_open:
            raise RuleViolation(problem.code, **problem.params)
        if status in _NO_ANSWER:
            raise HubUnavailable(problem.code, float(retry_after) if retry_after.isdigit() else None)
        if status == 426:
            raise ProtocolMismatch(problem.code, **problem.params)
        if status == 410 or problem.code in _OTHER_GENERATION:
            raise GenerationChanged(
                is_restored=status == 409,
                scope=problem.params.get("scope", ""),
                generation=problem.params.get("generation", ""),
            )
        if problem.code == "scope.forbidden":
            # One scope was taken away, not the session: the next page says which are left.
            raise RuleViolation(problem.code, **problem.params)
        if status in (401, 403) and not is_open:
            raise SignInRequired(problem.code, **problem.params)
        raise RuleViolation(problem.code, **problem.params)


def _as_text(cursors: Mapping[str, int]) -> str:
    """Return cursors as JSON, without those for which there is no room."""
    named: dict[str, int] = {}
    for scope, seq in sorted(cursors.items()):
        named[scope] = seq
        if len(msgspec.json.encode(named)) > MAX_CURSORS_TEXT:
            del named[scope]
            break
    return msgspec.json.encode(named).decode() if named else ""


def _close(session: requests.Session) -> None:
    """Close every connection now; by itself a pool waits until nobody remembers an answer of it."""
    for adapter in session.adapters.values():
        pools = getattr(adapter, "poolmanager", None)
        if pools is not None:
            for key in pools.pools.keys():  # noqa: SIM118  (its container has no iterator)
                pools.pools[key].close()
    session.close()


def _problem(response: requests.Response) -> Problem:
    try:
        return codec.decode(response.content, Problem)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return Problem(title="", status=response.status_code, code=f"http.status_{response.status_code}")


def _heads(data: str) -> dict[str, int]:
    try:
        return msgspec.json.decode(data, type=dict[str, int])
    except (msgspec.DecodeError, msgspec.ValidationError):
        return {}


def _why(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "net.certificate"
    if isinstance(error, requests.Timeout):
        return "net.timeout"
    return "net.no_connection"


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
