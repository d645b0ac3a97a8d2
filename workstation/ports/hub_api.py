"""The hub as the services see it; every method blocks and runs on the lane ``net``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from workstation.casework.wire.commands import CommandsAnswer, Envelope
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
from workstation.casework.wire.sync import PullAnswer, PullRequest
from workstation.ports.copies import HubCopies
from workstation.ports.uploads import BlobSource

_NONE: Mapping[str, int] = MappingProxyType({})


class HubApi(HubCopies, Protocol):
    """Calls to one hub. Any of them may raise HubUnavailable, SignInRequired or RuleViolation.

    ``pull`` may also raise ProtocolMismatch and GenerationChanged.
    """

    @property
    def url(self) -> str:
        """The hub's address."""
        ...

    def set_token(self, token: str) -> None:
        """Use this bearer token from now on; empty for none."""
        ...

    def renew_connections(self) -> None:
        """Drop all open connections and begin anew (after a stall)."""
        ...

    def hello(self, nonce: str) -> Hello:
        """Ask the hub who it is."""
        ...

    def enrol(self, request: EnrolRequest) -> EnrolAnswer:
        """Show the device's key."""
        ...

    def challenge(self, request: ChallengeRequest) -> Challenge:
        """Get a text to sign."""
        ...

    def open_session(self, request: SessionRequest) -> SessionAnswer:
        """Sign a person in."""
        ...

    def token(self, request: TokenRequest) -> TokenAnswer:
        """Get a new short token."""
        ...

    def close_session(self) -> None:
        """Sign the person out at the hub."""
        ...

    def pull(self, request: PullRequest) -> PullAnswer:
        """Read a page of the feed."""
        ...

    def push(
        self, batch: tuple[Envelope, ...], generation: str = "", cursors: Mapping[str, int] = _NONE
    ) -> CommandsAnswer:
        """Hand commands over, to the hub's data of that generation only, if one is named.

        Raises:
            GenerationChanged: its data is of another one, or older than ``cursors``; nothing was taken.
        """
        ...

    def look_up(self, ids: tuple[str, ...]) -> CommandsAnswer:
        """Ask what became of commands."""
        ...

    def presence(self, mine: Presence) -> PresenceAnswer:
        """Say where the person is and learn who else is there."""
        ...

    def listen(self, on_poke: Callable[[dict[str, int]], None], should_stop: Callable[[], bool]) -> None:
        """Listen to pokes until the stream ends or ``should_stop``; silence of 40 s ends it too."""
        ...

    def close(self) -> None:
        """End open connections, a stream being listened to as well."""
        ...

    def put_blob(self, sha256: str, source: BlobSource) -> None:
        """Upload bytes under their hash; known ones are not sent again, a broken upload goes on."""
        ...

    def get_blob(self, sha256: str, target: Path) -> None:
        """Download a blob into ``target`` (mode 0600) and check its hash."""
        ...
