"""Passwords by argon2id; the only place that knows argon2."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argon2


@cache
def _hasher() -> argon2.PasswordHasher:
    import argon2

    # RFC 9106, second recommended option: 64 MiB, three passes.
    return argon2.PasswordHasher(time_cost=3, memory_cost=65536, parallelism=4)


class Argon2Hasher:
    """Implements :class:`workstation.hub.ports_access.PasswordHasher`."""

    def hash(self, password: str) -> str:
        """Return a hash with its own salt and settings."""
        return _hasher().hash(password)

    def is_right(self, password_hash: str, password: str) -> bool:
        """Compare; takes the same time whether it fits or not."""
        import argon2

        try:
            return _hasher().verify(password_hash, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False

    def is_outdated(self, password_hash: str) -> bool:
        """Tell whether the settings have been raised since."""
        import argon2

        try:
            return _hasher().check_needs_rehash(password_hash)
        except argon2.exceptions.InvalidHashError:
            return True
