"""Bearer tokens for ten minutes: signed by the hub's key, bound to session, device, person, scopes."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime, timedelta

import msgspec

from workstation.casework.errors import RuleViolation
from workstation.system.keys import BadSignature, public_key_of, sign, verify

TOKEN_FOR = timedelta(minutes=10)
_PREFIX = b"workstation-bearer\n"
_LONGEST = 64 * 1024


class Claims(msgspec.Struct, frozen=True, kw_only=True):
    """What a token says; ``expires`` in whole seconds since 1970."""

    tenant: str
    session: str
    device: str
    person: str
    scopes: tuple[str, ...]
    expires: int

    @property
    def expires_at(self) -> datetime:
        """End of the token, aware UTC."""
        return datetime.fromtimestamp(self.expires, UTC)


class Tokens:
    """Makes and checks tokens with one Ed25519 key (32 private bytes)."""

    def __init__(self, private_key: bytes) -> None:
        self._private = private_key
        self._public = public_key_of(private_key)

    def make(self, claims: Claims) -> str:
        """Return a token that says ``claims``."""
        body = msgspec.json.encode(claims)
        return f"{_text(body)}.{_text(sign(self._private, _PREFIX + body))}"

    def read(self, token: str, now: datetime) -> Claims:
        """Return what ``token`` says.

        Raises:
            RuleViolation: ``session.token_invalid`` (forged, cut, of another hub), ``session.token_expired``.
        """
        if len(token) > _LONGEST:
            raise RuleViolation("session.token_invalid")
        head, _, tail = token.partition(".")
        try:
            body, signature = _bytes(head), _bytes(tail)
            verify(self._public, _PREFIX + body, signature)
            claims = msgspec.json.decode(body, type=Claims)
        except (BadSignature, ValueError, msgspec.DecodeError) as error:
            raise RuleViolation("session.token_invalid") from error
        if claims.expires <= now.timestamp():
            raise RuleViolation("session.token_expired")
        return claims


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def _bytes(text: str) -> bytes:
    try:
        raw = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64url") from error
    if _text(raw) != text:
        raise ValueError("not in canonical form")
    return raw
