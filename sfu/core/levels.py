"""How loud a publisher's sound is, as it tells (RFC 6464): of the packet at hand, and summed up for who speaks."""

from sfu.core.rtp import extension
from sfu.core.seam import Spoke, UpId

_SPEECH = 35
"""-35 dBov: louder counts as speech (the level is a positive number below full scale)."""
_LEVEL = 0x7F
"""The bit above says "voice" (RFC 6464 §3)."""


class Levels:
    """``told``: of the packet at hand, as on the wire, None when it says nothing."""

    def __init__(self) -> None:
        self.told: int | None = None
        self._packets = self._loud = self._sum = 0
        """Since the last report: packets with a level, those louder than speech, their levels."""

    @property
    def level(self) -> int | None:
        """Of the packet at hand, without the bit for a voice."""
        return None if self.told is None else self.told & _LEVEL

    def listen(self, packet: bytes, identifier: int | None) -> None:
        """Read the level of a packet that passed the gate. Raises MalformedPacket."""
        said = None if identifier is None else extension(packet, identifier)
        self.told = said[0] if said else None
        level = self.level
        if level is None:
            return
        self._packets += 1
        if level <= _SPEECH:
            self._loud += 1
            self._sum += level

    def report(self, up: UpId) -> Spoke:
        """Since the last time."""
        said = Spoke(up, self._packets, self._loud, self._sum // self._loud if self._loud else _LEVEL)
        self._packets = self._loud = self._sum = 0
        return said
