"""What one peer may cost before it has proved anything. No I/O.

Not counted by address: a UDP source address can be forged, so whoever knows an office's address could lock it out. What
is counted is what a datagram claims (the ICE user name of one transport), and where it came from only counts in favour.
"""

from bridge.ids import NS_PER_S

AMPLIFICATION = 3
"""Bytes sent for each that came, until the handshake is done (RFC 9000 §8.1 has the same for QUIC): a check from a
forged address must not turn this node against whoever lives there."""
GRACE = 4_096
"""Bytes beyond that: one flight of a server with our certificate has 1.2 kB."""
FORGED_A_SECOND = 20
"""Wrong checks of one user name that are worth an HMAC. A browser whose credentials are stale sends ten a second."""


class Amplification:
    """Bytes of one transport, both ways, until it is proved; then everything may be sent."""

    def __init__(self) -> None:
        self._left = GRACE
        self._proved = False

    def came(self, octets: int) -> None:
        """From the peer."""
        self._left += AMPLIFICATION * octets

    def prove(self) -> None:
        """The peer finished its handshake, so it is where it says."""
        self._proved = True

    def may_send(self, octets: int) -> bool:
        """Whether so many may go; they then count as sent."""
        if self._proved:
            return True
        if octets > self._left:
            return False
        self._left -= octets
        return True


class Forgeries:
    """Checks of one transport that were not genuine, by seconds."""

    def __init__(self) -> None:
        self._since_ns = 0
        self._count = 0

    def too_many(self, now_ns: int) -> bool:
        """No more are looked at in this second."""
        return self._count >= FORGED_A_SECOND and now_ns - self._since_ns < NS_PER_S

    def another(self, now_ns: int) -> None:
        """One was not genuine."""
        if now_ns - self._since_ns >= NS_PER_S:
            self._since_ns, self._count = now_ns, 0
        self._count += 1
