"""The hub of this computer as the session sees it; every method blocks and runs on the lane ``net``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class HubAddress:
    """Where the hub of this computer answers; ``local_proof`` approves the PC it runs on."""

    url: str
    public_key: str
    local_proof: str
    pid: int
    start_id: str


class EmbeddedHub(Protocol):
    """Starts, finds and ends the hub of this computer."""

    def ensure(self) -> HubAddress:
        """Return where it answers, starting it if it does not run.

        Raises:
            HubUnavailable: it does not start.
        """
        ...

    def create_firm(self, name: str, owner: str, login: str, password: str, language: str) -> None:
        """Set up a new firm with its owner.

        Raises:
            RuleViolation: the set-up says no.
        """
        ...

    def stop(self) -> bool:
        """End it and wait until it has; False when it did not run."""
        ...
