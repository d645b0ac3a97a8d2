"""Keys and secrets: signatures, authenticated encryption, key derivation, and where secrets are kept."""

from __future__ import annotations

import base64
import binascii
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from workstation.system.paths import make_private, write_private

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY_BYTES = 32
_SERVICE = "workstation"


class BadSignature(Exception):
    """The signature does not belong to these bytes and this key."""


class CannotOpen(Exception):
    """The sealed bytes were changed, cut, or sealed with another key."""


class NoKeyring(Exception):
    """This machine offers no keyring that can be used; another way has to be chosen on purpose."""


def random_key() -> bytes:
    """Return 32 random bytes."""
    return os.urandom(KEY_BYTES)


def b64(raw: bytes) -> str:
    """Return standard base64 of ``raw``."""
    return base64.b64encode(raw).decode("ascii")


def unb64(text: str) -> bytes:
    """Return the bytes of standard base64.

    Raises:
        ValueError: it is not base64.
    """
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("not base64") from error


def new_signing_key() -> bytes:
    """Return the 32 private bytes of a new Ed25519 key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_key_of(private: bytes) -> bytes:
    """Return the 32 public bytes that belong to a private Ed25519 key."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sign(private: bytes, message: bytes) -> bytes:
    """Return the 64-byte Ed25519 signature of ``message``."""
    return _signing_key(private).sign(message)


@lru_cache(maxsize=4)
def _signing_key(private: bytes) -> Ed25519PrivateKey:
    """Reading a key takes as long as signing with it, and a desk signs with one key all day."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(private)


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Check an Ed25519 signature.

    Raises:
        BadSignature: it does not fit, or the key is not a key.
    """
    from cryptography.exceptions import InvalidSignature

    try:
        _public_key(public).verify(signature, message)
    except (InvalidSignature, ValueError) as error:
        raise BadSignature("the signature does not fit") from error


@lru_cache(maxsize=1024)
def _public_key(public: bytes) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(public)


def derive(key: bytes, purpose: str, length: int = KEY_BYTES) -> bytes:
    """Return a key for one purpose derived from ``key`` by HKDF-SHA256."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), length, salt=None, info=b"workstation/" + purpose.encode()).derive(key)


def seal(key: bytes, plain: bytes, context: bytes = b"") -> bytes:
    """Return nonce + ciphertext + tag (ChaCha20-Poly1305); ``context`` is bound to it but not inside."""
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    nonce = os.urandom(12)
    return nonce + ChaCha20Poly1305(key).encrypt(nonce, plain, context)


def unseal(key: bytes, sealed: bytes, context: bytes = b"") -> bytes:
    """Return what :func:`seal` was given.

    Raises:
        CannotOpen: changed, cut, other key or other context.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    try:
        return ChaCha20Poly1305(key).decrypt(sealed[:12], sealed[12:], context)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("the sealed bytes cannot be opened") from error


class Secrets(Protocol):
    """Where a profile keeps its secrets; names are short, values are bytes."""

    def read(self, name: str) -> bytes | None:
        """Return the secret, or None when there is none of that name."""
        ...

    def write(self, name: str, value: bytes) -> None:
        """Keep the secret."""
        ...

    def delete(self, name: str) -> None:
        """Forget the secret; unknown names are no error."""
        ...


class KeyringSecrets:
    """Secrets in the keyring of the person's desktop (Secret Service, Keychain, Credential Manager)."""

    def __init__(self, profile: str) -> None:
        """Open the keyring.

        Raises:
            NoKeyring: there is none, or only one that keeps nothing or keeps it in plain text.
        """
        import keyring
        from keyring.backends import fail, null

        backend = keyring.get_keyring()
        name = f"{type(backend).__module__}.{type(backend).__name__}"
        if isinstance(backend, fail.Keyring | null.Keyring) or "plaintext" in name.casefold():
            raise NoKeyring(name)
        try:
            backend.get_password(_SERVICE, f"{profile}/probe")
        except Exception as error:
            # Each backend has errors of its own; whatever it says, it cannot be used.
            raise NoKeyring(f"{name}: {error}") from error
        self._backend = backend
        self._profile = profile
        self.backend_name = name

    def read(self, name: str) -> bytes | None:
        """Return the secret, or None when there is none of that name."""
        text = self._backend.get_password(_SERVICE, f"{self._profile}/{name}")
        return None if text is None else unb64(text)

    def write(self, name: str, value: bytes) -> None:
        """Keep the secret and read it back, because some keyrings accept and forget."""
        self._backend.set_password(_SERVICE, f"{self._profile}/{name}", b64(value))
        if self.read(name) != value:
            raise NoKeyring(f"{self.backend_name} did not keep the secret")

    def delete(self, name: str) -> None:
        """Forget the secret; unknown names are no error."""
        if self.read(name) is not None:
            self._backend.delete_password(_SERVICE, f"{self._profile}/{name}")


class FileSecrets:
    """Secrets in files of mode 0600: only ever used when somebody chose it knowingly."""

    backend_name = "files"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, name: str) -> Path:
        if not name or not all(character.isalnum() or character in "-_." for character in name):
            raise ValueError(f"not a name of a secret: {name[:60]!r}")
        return self._folder / f"{name}.key"

    def read(self, name: str) -> bytes | None:
        """Return the secret, or None when there is none of that name."""
        path = self._path(name)
        return unb64(path.read_text("ascii").strip()) if path.exists() else None

    def write(self, name: str, value: bytes) -> None:
        """Keep the secret."""
        make_private(self._folder)
        write_private(self._path(name), b64(value).encode("ascii") + b"\n")

    def delete(self, name: str) -> None:
        """Forget the secret; unknown names are no error."""
        self._path(name).unlink(missing_ok=True)
