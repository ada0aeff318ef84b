"""Resume secrets: who lost the line comes back as the same participant.

A secret is ``N.hex``: the N-th given to this participant, and HMAC-SHA-256 over both. Derived from a key, it needs no
storing and outlives a restart of this process. Each Welcome gives the next; the one before holds until the browser has
shown that it got it, because a line may break under the very Welcome.
"""

import hashlib
import hmac
import re

from bridge.errors import Code, TokenRefused
from bridge.ids import ParticipantId

_FORM = re.compile(r"(\d{1,9})\.([0-9a-f]{64})", re.ASCII)


class ResumeSecrets:
    """Makes and checks secrets under ``key``."""

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"diemcau resume", hashlib.sha256)

    def secret(self, participant: ParticipantId, number: int) -> str:
        """The participant's secret of that number."""
        mark = hmac.digest(self._key, f"{participant} {number}".encode(), hashlib.sha256)
        return f"{number}.{mark.hex()}"

    def check(self, participant: ParticipantId, secret: str, newest: int | None, *, received: bool) -> int:
        """The secret's number. ``newest``: the last one given, None when that was in an earlier life of the process:
        then any that was ever given holds. ``received``: the browser has it. Compares in constant time.

        Raises TokenRefused(resume_invalid).
        """
        form = _FORM.fullmatch(secret)
        if form is None:
            raise TokenRefused(Code.RESUME_INVALID, "form")
        number = int(form[1])
        if not hmac.compare_digest(self.secret(participant, number), secret):
            raise TokenRefused(Code.RESUME_INVALID, "mark")
        if newest is not None and number != newest and (received or number != newest - 1):
            raise TokenRefused(Code.RESUME_INVALID, f"number {number} instead of {newest}")
        return number
