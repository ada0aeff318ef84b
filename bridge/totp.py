"""One-time codes of a device (RFC 6238 over RFC 4226: SHA-1, six digits, 30 s) and the recovery codes beside it. Pure.

Those parameters are what every authenticator programme takes; others are ignored by some of them without a word.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence

from bridge.ids import NS_PER_S, UtcNs

SECRET_BYTES = 20
"""160 bits, as RFC 4226 section 4 recommends."""

STEP_S = 30
DIGITS = 6
DRIFT_STEPS = 1
"""One step to either side: for the time it takes to type and for a telephone's clock (RFC 6238 section 5.2)."""

RECOVERY_CODES = 10
RECOVERY_BITS = 80
"""Too many to be guessed, so that a plain hash of one is safe to keep."""

_CODE = re.compile(rf"[0-9]{{{DIGITS}}}")
_RECOVERY = re.compile(r"[A-Z2-7]{16}")
_BETWEEN = re.compile(r"[\s-]+")


def code_at(secret: bytes, step: int) -> str:
    """The code of a time step (RFC 4226 section 5.3)."""
    digest = hmac.digest(secret, step.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def step_of(now: UtcNs) -> int:
    """The time step of a moment."""
    return now // (STEP_S * NS_PER_S)


def typed(text: str) -> str:
    """A code as it is compared: without the blanks and hyphens it is read in, in capitals."""
    return _BETWEEN.sub("", text).upper()


def matching_step(secret: bytes, text: str, now: UtcNs, last_step: int) -> int | None:
    """The step whose code was typed; None when there is none, or when it or a later one was taken before: a code that
    somebody saw being typed opens nothing (RFC 6238 section 5.2)."""
    code, here = typed(text), step_of(now)
    if not _CODE.fullmatch(code):
        return None
    steps = [step for step in range(here - DRIFT_STEPS, here + DRIFT_STEPS + 1) if step > last_step and step >= 0]
    fitting = [step for step in steps if hmac.compare_digest(code_at(secret, step), code)]
    return fitting[0] if fitting else None


def plain_secret(secret: bytes) -> str:
    """As devices take it: base32 without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def shown_secret(secret: bytes) -> str:
    """As people type it: in groups of four."""
    return grouped(plain_secret(secret))


def grouped(text: str) -> str:
    """In groups of four, to be read aloud."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def recovery_code(bits: int) -> str:
    """The code that these :data:`RECOVERY_BITS` random bits make, in groups of four."""
    return grouped(base64.b32encode(bits.to_bytes(RECOVERY_BITS // 8, "big")).decode())


def recovery_hash(text: str) -> str:
    """What is kept of a recovery code."""
    return hashlib.sha256(typed(text).encode()).hexdigest()


def left_after(kept: Sequence[str], text: str) -> tuple[str, ...] | None:
    """The hashes that are left once this recovery code is used; None when it is none of them."""
    if not _RECOVERY.fullmatch(typed(text)):
        return None
    used = recovery_hash(text)
    left = tuple(one for one in kept if not hmac.compare_digest(one, used))
    return left if len(left) < len(kept) else None
