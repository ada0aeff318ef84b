"""What a check of evidence finds."""

import msgspec


class Fault(msgspec.Struct, frozen=True):
    """One thing that is not as it should be. ``algorithm``: sha256 | size | chain | presence | form | row; of a
    signature also its :class:`bridge.signing.Algorithm`, key | algorithm | certificate | trust."""

    path: str
    algorithm: str
    expected: str
    found: str
