"""What a person without an account is let in by: a code on paper, read aloud or photographed, for one seat.

The code itself is nowhere stored in clear: looked up by its mark (a keyed hash), printed anew from its sealed form.
"""

import msgspec

from bridge.ids import ReceptionId, SeatId, SessionId
from bridge.ports import Entropy, SecretBox

CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32: what is mistaken for one another when read or heard is one letter."""

CODE_LENGTH = 9
"""45 bits, behind a pace of guesses and a mark that cannot be reckoned without the installation's key."""

_GROUP = 3
_BITS = 5
_READ_AS = str.maketrans("OIL", "011")
_BETWEEN = str.maketrans("", "", " -.\u00a0")
_MOST_TYPED = 40
_ABOUT = "invitation"


class Invitation(msgspec.Struct, frozen=True):
    """The code of one seat. ``mark``: of the code; ``sealed``: the code enciphered, for printing it again; ``until``:
    it opens nothing afterwards."""

    seat: SeatId
    reception: ReceptionId
    mark: str
    sealed: str
    made_utc_ns: int
    until_utc_ns: int


class GuestVisit(msgspec.Struct, frozen=True):
    """A browser that entered by a code. ``id``: hash of its cookie's secret; ``mark``: of the invitation that opened
    it, which it does not outlive."""

    id: SessionId
    seat: SeatId
    reception: ReceptionId
    mark: str
    csrf: str
    made_utc_ns: int
    seen_utc_ns: int
    address: str = ""
    device: str = ""


def fresh_code(entropy: Entropy) -> str:
    """A new one, as it is stored: nine characters of the alphabet."""
    drawn = entropy.bits(_BITS * CODE_LENGTH)
    return "".join(CODE_ALPHABET[drawn >> _BITS * place & 31] for place in range(CODE_LENGTH))


def read_code(typed: str) -> str | None:
    """What somebody typed, as it is stored: in any case, with blanks, points and hyphens; None when it is no code."""
    if len(typed) > _MOST_TYPED:
        return None
    code = typed.translate(_BETWEEN).upper().translate(_READ_AS)
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) else None


def shown_code(code: str) -> str:
    """In groups of three, as it stands on paper."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def mark_of(code: str, box: SecretBox) -> str:
    """What a code is looked up by."""
    return box.mark(code.encode(), _ABOUT)


def invitation(seat: SeatId, reception: ReceptionId, code: str, box: SecretBox, now: int, until: int) -> Invitation:
    """The seat's invitation with this code."""
    return Invitation(seat, reception, mark_of(code, box), box.seal(code.encode(), f"{_ABOUT}:{seat}"), now, until)


def code_of(invited: Invitation, box: SecretBox) -> str | None:
    """The code, to print it; None when another key sealed it."""
    found = box.open(invited.sealed, f"{_ABOUT}:{invited.seat}")
    return None if found is None else found.decode()
