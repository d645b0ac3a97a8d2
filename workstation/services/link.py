"""The hub this desk talks to, once it is known; set by the session, used by everybody else."""

from __future__ import annotations

from workstation.ports import HubApi, HubUnavailable


class HubLink:
    """Holds the present hub."""

    def __init__(self) -> None:
        self._hub: HubApi | None = None

    @property
    def is_set(self) -> bool:
        """Whether a hub is known."""
        return self._hub is not None

    @property
    def hub(self) -> HubApi:
        """The hub.

        Raises:
            HubUnavailable: none is known yet.
        """
        if self._hub is None:
            raise HubUnavailable("net.no_hub")
        return self._hub

    def set(self, hub: HubApi | None) -> None:
        """Talk to ``hub`` from now on; the one before is closed."""
        if self._hub is not None and self._hub is not hub:
            self._hub.close()
        self._hub = hub
