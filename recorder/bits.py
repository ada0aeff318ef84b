"""Reads the headers of coded pictures bit by bit."""

from bridge.errors import MalformedPacket


class Bits:
    """Of one header. Raises MalformedPacket where it ends too early."""

    def __init__(self, header: bytes) -> None:
        self._value = int.from_bytes(header, "big")
        self._left = len(header) * 8

    def flag(self) -> bool:
        return bool(self.bits(1))

    def bits(self, count: int) -> int:
        if count > self._left:
            raise MalformedPacket("header cut short")
        self._left -= count
        return (self._value >> self._left) & ((1 << count) - 1)

    def unsigned(self) -> int:
        """Exp-Golomb (H.264 section 9.1), which AV1 calls uvlc."""
        zeros = 0
        while not self.bits(1):
            zeros += 1
            if zeros > 32:
                raise MalformedPacket("header holds a number of more than 32 bits")
        return (1 << zeros) - 1 + self.bits(zeros)

    def signed(self) -> int:
        coded = self.unsigned()
        return (coded + 1) // 2 if coded % 2 else -(coded // 2)
