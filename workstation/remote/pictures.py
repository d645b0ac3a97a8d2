"""Fetches remote pictures of a mail after a person has asked for them; nothing of the own network."""

from __future__ import annotations

import ipaddress
import socket
import time
from urllib.parse import urlsplit

import requests
import urllib3

LARGEST = 5 * 1024 * 1024
TIMEOUT_S = 10.0
LONGEST_S = 20.0
"""All of one picture: a server that sends a byte now and then must not keep a thread that the hub needs."""
_PIECE = 64 * 1024
_REDIRECTS = 3


class RequestsPictures:
    """The port ``PictureFetcher``: one picture at a time, ``None`` for whatever cannot or must not be had."""

    def fetch(self, url: str) -> bytes | None:
        """Return the bytes of the picture at ``url``."""
        for _hop in range(_REDIRECTS + 1):
            if not _is_outside(url):
                return None
            try:
                with requests.get(
                    url,
                    timeout=TIMEOUT_S,
                    stream=True,
                    allow_redirects=False,
                    headers={"User-Agent": "Mozilla/5.0", "Accept": "image/*", "Accept-Encoding": "identity"},
                    # Else the passwords of a .netrc file would go along.
                    auth=_nobody,
                ) as answer:
                    if answer.is_redirect:
                        url = requests.compat.urljoin(url, answer.headers.get("Location", ""))
                        continue
                    if not answer.ok or not answer.headers.get("Content-Type", "").startswith("image/"):
                        return None
                    return _content_of(answer)
            except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError):
                # Whatever breaks off in the midst of the bytes comes from the library below.
                return None
        return None


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _content_of(answer: requests.Response) -> bytes | None:
    """Return the bytes as they came; nothing of what is packed, too large or too slow."""
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        return None
    until, content = time.monotonic() + LONGEST_S, bytearray()
    while piece := answer.raw.read1(_PIECE):
        content += piece
        if len(content) > LARGEST or time.monotonic() > until:
            return None
    return bytes(content)


def _is_outside(url: str) -> bool:
    """Refuse machines of the own network: a mail must not make the desk knock on doors inside."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return all(ipaddress.ip_address(entry[4][0]).is_global for entry in found)
