"""Passwords as argon2id (RFC 9106), the port :class:`bridge.ports.PasswordHasher`.

Both methods take tens of milliseconds of one core by design: call them in a thread.
"""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from bridge.ports import Entropy

_SALT_BYTES = 16


class Argon2Passwords:
    """argon2id with the second recommended set of RFC 9106 (64 MiB, 3 passes, 4 lanes)."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._decoy = self.hash("a password that nobody has")

    def hash(self, password: str) -> str:
        """The stored form, with its parameters and a fresh salt inside."""
        salt = self._entropy.bits(8 * _SALT_BYTES).to_bytes(_SALT_BYTES, "big")
        return self._hasher.hash(password, salt=salt)

    def verify(self, stored: str, password: str) -> bool:
        """Whether ``password`` made ``stored``. An empty ``stored`` costs the same work, so that an unknown login
        answers no faster than a known one."""
        try:
            self._hasher.verify(stored or self._decoy, password)
        except (VerificationError, InvalidHashError):
            return False
        return bool(stored)
