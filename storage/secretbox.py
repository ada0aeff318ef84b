"""Small secrets enciphered for the database, the port :class:`bridge.ports.SecretBox`: AES-256-GCM (NIST SP 800-38D).

A database that was stolen alone (a back-up, a dump) then gives no second factor away; who takes the data folder's
secrets too has both.
"""

import base64
import binascii
import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bridge.ports import Entropy

_NONCE_BYTES = 12
"""Drawn at random for each secret: an installation seals thousands, far from the 2^32 that 96 bits allow."""


class AesSecretBox:
    """``key``: any secret of at least 256 bits."""

    def __init__(self, key: str, entropy: Entropy) -> None:
        self._cipher = AESGCM(hashlib.sha256(key.encode()).digest())
        self._marking = hmac.digest(key.encode(), b"marks", "sha256")
        self._entropy = entropy

    def seal(self, secret: bytes, about: str) -> str:
        """Nonce and cipher text as base64."""
        nonce = self._entropy.bits(8 * _NONCE_BYTES).to_bytes(_NONCE_BYTES, "big")
        return base64.b64encode(nonce + self._cipher.encrypt(nonce, secret, about.encode())).decode()

    def open(self, sealed: str, about: str) -> bytes | None:
        """None when another key sealed it, it is somebody else's, or it was changed."""
        try:
            whole = base64.b64decode(sealed, validate=True)
            return self._cipher.decrypt(whole[:_NONCE_BYTES], whole[_NONCE_BYTES:], about.encode())
        except (binascii.Error, InvalidTag, ValueError):
            return None

    def mark(self, secret: bytes, about: str) -> str:
        """HMAC-SHA-256 (RFC 2104) under a key of its own, as 64 hexadecimal digits."""
        return hmac.digest(self._marking, about.encode() + b"\0" + secret, "sha256").hex()
