"""Remote pictures of mails: shown only after a click, since fetching them tells the sender who reads."""

from __future__ import annotations

from typing import Protocol

from workstation.ports import Workers

MOST = 40


class PictureFetcher(Protocol):
    """Gets one picture from the net."""

    def fetch(self, url: str) -> bytes | None:
        """Return its bytes; ``None`` when it cannot or must not be had."""
        ...


class Pictures:
    """Fetches the pictures of one mail."""

    def __init__(self, fetcher: PictureFetcher, workers: Workers) -> None:
        self._fetcher = fetcher
        self._workers = workers

    async def fetch(self, urls: tuple[str, ...]) -> dict[str, bytes]:
        """Return what could be had, by address; at most forty pictures."""
        found: dict[str, bytes] = {}
        for url in dict.fromkeys(urls[:MOST]):
            content = await self._workers.run("net", lambda address=url: self._fetcher.fetch(address))  # type: ignore[misc]
            if content is not None:
                found[url] = content
        return found
