"""How a device and a person come in: enrolment, signed challenge, sign-in, short tokens, presence."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Hello(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Answer of ``POST /v1/hello``: the hub proves itself by signing the caller's ``nonce``.

    ``public_key`` and ``signature`` are base64 (Ed25519 over ``b"workstation-hello\\n" + nonce``).
    """

    public_key: str
    signature: str
    tenant_id: str
    tenant_name: str
    generation: str
    version: str
    schema: int
    server_time: datetime


class HelloRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``POST /v1/hello``."""

    nonce: str


class EnrolRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Body of ``POST /v1/devices/enrol``: the device shows its public key and asks to be let in.

    ``proof``: base64 signature over ``b"workstation-enrol\\n" + device_id``. ``local_proof`` is the
    secret of an embedded hub's endpoint file: it approves the PC it runs on.
    """

    device_id: str
    name: str
    public_key: str
    proof: str
    local_proof: str = ""


class EnrolAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``code`` is what the owner approves (``workstation-hub devices approve CODE``)."""

    device_id: str
    state: str
    code: str = ""


class ChallengeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``POST /v1/challenge``."""

    device_id: str


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """A random text to sign within ``expires_s`` seconds; usable once."""

    challenge: str
    expires_s: int


class SessionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``POST /v1/session``: name and password of a person, signed by the device.

    ``signature``: base64 over ``b"workstation-session\\n" + challenge + b"\\n" + login``.
    """

    device_id: str
    challenge: str
    login: str
    password: str
    signature: str


class SessionAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person's session on a device, and its first token."""

    session_id: str
    person_id: str
    person_name: str
    role: str
    team_id: str
    token: str
    token_expires_at: datetime
    scopes: tuple[str, ...]


class TokenRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Body of ``POST /v1/token``.

    ``signature``: base64 over ``b"workstation-token\\n" + challenge + b"\\n" + session_id``.
    """

    device_id: str
    session_id: str
    challenge: str
    signature: str


class TokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A bearer token for ten minutes."""

    token: str
    token_expires_at: datetime
    scopes: tuple[str, ...]


class Presence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who has a case open, sent and received by ``POST /v1/presence``; never stored."""

    case_id: str = ""
    is_typing: bool = False


class PresenceOf(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody else at a case."""

    case_id: str
    person_id: str
    name: str
    is_typing: bool = False


class PresenceAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who else is where, within the caller's scopes."""

    present: tuple[PresenceOf, ...]
