"""The errors a service may meet at its ports; with RuleViolation and bugs they are all there are."""

from __future__ import annotations

from workstation.system.sqlite import StoreUnusable

__all__ = ["GenerationChanged", "HubUnavailable", "ProtocolMismatch", "SignInRequired", "StoreUnusable"]


class HubUnavailable(Exception):
    """No answer of the hub: no network, a time-out, a server error, a captive portal. Try again later.

    ``retry_after_s`` is the hub's own wish, if it named one.
    """

    def __init__(self, why: str, retry_after_s: float | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.retry_after_s = retry_after_s


class SignInRequired(Exception):
    """The hub wants a person to sign in again (401, 403); nothing is dropped, work goes on offline."""

    def __init__(self, code: str = "session.expired", **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class ProtocolMismatch(Exception):
    """This program is too old to read what the hub sends (426); pushing goes on."""

    def __init__(self, code: str = "protocol.too_old", **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class GenerationChanged(Exception):
    """The cursors are void and everything is read anew.

    ``is_restored``: the hub came back from a backup, so commands are offered again by their ids; otherwise
    this desk has only been away from ``scope`` for longer than the hub keeps what was deleted.
    ``generation``: the one of the hub's data now, where it said.
    """

    def __init__(self, *, is_restored: bool = True, scope: str = "", generation: str = "") -> None:
        super().__init__("restored" if is_restored else f"too long away {scope}".rstrip())
        self.is_restored = is_restored
        self.scope = scope
        self.generation = generation
