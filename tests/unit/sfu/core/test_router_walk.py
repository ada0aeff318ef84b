"""Random walks through the forwarding core: no sequence number is ever used for two packets.

Under AES-GCM that would give the authentication key away.
"""

from hypothesis import example, given
from hypothesis import strategies as st

from bridge.ids import Ssrc
from sfu.core.rtcp import pack_nack
from sfu.core.seam import Datagram, GroupId, Repairs
from tests.support.sfu_core import CAMERA, EDGES, MICROPHONE, RED, CoreRoom
from tests.support.sfu_peer import KEY, header, rtp, rtx

_MOST_JOINS = 6
_MOST_LEAPS = 30
"""A leap and a packet use up a thousand numbers, and the counter is not to turn by right."""
GROUP = GroupId("room")


class Walk:
    """A camera and a microphone with the same sequence numbers; each step is a method."""

    def __init__(self, first: int) -> None:
        self.room = CoreRoom()
        self.room.expect(repairs=Repairs({97: 96}, {Ssrc(9): Ssrc(1)}))
        self.room.expect(MICROPHONE, RED, (2,), "1")
        self.sent: dict[tuple[int, int], bytes] = {}
        self.missing: list[int] = []
        self.sequence = first
        self.joined = 0
        self.count = 0
        self.leaps = 0

    def packet(self) -> None:
        self._send(self.sequence, self._body())
        self.sequence += 1

    def key(self) -> None:
        self._send(self.sequence, KEY + self._body())
        self.sequence += 1

    def padding(self) -> None:
        self._send(self.sequence, b"", 5)
        self.sequence += 1

    def leap(self) -> None:
        """Ahead by a third of the counter's turn, with nothing that is forwarded."""
        if self.leaps < _MOST_LEAPS:
            self.leaps += 1
            self.sequence += 21_845
            self.missing.clear()  # SRTP takes nothing that lies so far back
            self.padding()

    def hush(self) -> None:
        """Others are louder from now on."""
        self.room.core.set_loudest(GROUP, (MICROPHONE,), 0, ())

    def hear(self) -> None:
        self.room.core.set_loudest(GROUP, (), 0, ())

    def miss(self) -> None:
        self.missing.append(self.sequence)
        self.sequence += 1

    def late(self) -> None:
        if self.missing:
            self._send(self.missing.pop(self.count % len(self.missing)), self._body())

    def repeat(self) -> None:
        """A retransmission of anything near, with other bytes in it than went before."""
        osn = self.sequence - self.count * 7 % 40
        self.count += 1
        self._check(self.room.feed(rtx(osn, self.count, self._body(), osn * 10)))

    def copies(self) -> None:
        """Redundant sound after a hole or none, with other bytes in the copy than went before."""
        self.sequence += self.count % 2
        self.count += 1
        copy = self._body()
        said = (0xEF << 24 | 10 << 10 | len(copy)).to_bytes(4, "big") + b"\x6f" + copy + self._body()
        self._check(self.room.feed(rtp(self.sequence, self.sequence * 10, 2, 63, said)))
        self._check(self.room.feed(rtp(self.sequence, self.sequence * 10, 1, 96, self._body())))
        self.sequence += 1

    def malformed(self) -> None:
        """The newest of all, and of no use: what comes late behind it must not be taken for new twice."""
        for ssrc, payload_type in ((1, 96), (2, 111), (2, 63)):
            packet = rtp(self.sequence, self.sequence * 10, ssrc, payload_type, self._body() + bytes(1))
            self._check(self.room.feed(bytes([packet[0] | 0x20]) + packet[1:]))
            self.sequence += ssrc - 1

    def close(self) -> None:
        self._gate(is_open=False)

    def open(self) -> None:
        self._gate(is_open=True)

    def nack(self) -> None:
        for ssrc in {ssrc for ssrc, _ in self.sent}:
            self._check(self.room.tell(self.room.bob, pack_nack(12, ssrc, range(990, 1100))))

    def join(self) -> None:
        if self.joined < _MOST_JOINS:
            self._check(self.room.down(CAMERA, 100 + self.joined))
            self._check(self.room.down(MICROPHONE, 200 + self.joined, red=63 if self.joined % 2 else None))
            self.joined += 1

    def pause(self) -> None:
        for ssrc in range(self.joined):
            self.room.pause(100 + ssrc)
            self.room.pause(200 + ssrc)

    def resume(self) -> None:
        for ssrc in range(self.joined):
            self._check(self.room.resume(100 + ssrc))
            self._check(self.room.resume(200 + ssrc))

    def tick(self) -> None:
        self._check(self.room.tick())

    def grow(self) -> None:
        self._fit(1024)

    def shrink(self) -> None:
        self._fit(0)

    def _fit(self, packets: int) -> None:
        for up in self.room.core._ups.values():  # noqa: SLF001 - as long and short ways to receivers would
            up.ring.fit(packets)

    def _body(self) -> bytes:
        self.count += 1
        return b"\x10\x01" + self.count.to_bytes(2, "big")

    def _send(self, at: int, payload: bytes, padding: int = 0) -> None:
        self._check(self.room.feed(rtp(at, at * 10, 1, 96, payload, padding=padding)))
        self._check(self.room.feed(rtp(at, at * 10, 2, 111, payload, elements=b"\x10\x14\0\0", padding=padding)))

    def _gate(self, is_open: bool) -> None:
        self.room.core.set_open(CAMERA, is_open)
        self.room.core.set_open(MICROPHONE, is_open)

    def _check(self, out: list[Datagram]) -> None:
        for datagram in self.room.bob.mine(out):
            if not 192 <= datagram[1] <= 223:
                _, sequence, _, ssrc, _ = header(datagram)
                assert self.sent.setdefault((ssrc, sequence), datagram) == datagram


W = Walk
STEPS = (
    W.packet,
    W.key,
    W.padding,
    W.leap,
    W.hush,
    W.hear,
    W.miss,
    W.late,
    W.repeat,
    W.copies,
    W.malformed,
    W.close,
    W.open,
    W.nack,
    W.join,
    W.tick,
    W.grow,
    W.shrink,
    W.pause,
    W.resume,
)
ROUND_THE_COUNTER = [W.key, W.join, W.packet, W.packet, W.leap, W.leap, W.leap, W.packet]
LATE_BEHIND_A_GATE = [W.key, W.join, W.miss, W.close, W.packet, W.open, W.key, W.late, W.nack]
LATE_BEHIND_A_PAUSE = [W.key, W.join, W.miss, W.packet, W.pause, W.late, W.resume, W.packet, W.nack]


@given(st.lists(st.sampled_from(STEPS), max_size=120), st.sampled_from(EDGES))
@example(ROUND_THE_COUNTER, 0)
@example(LATE_BEHIND_A_GATE, 0)
@example(LATE_BEHIND_A_PAUSE, 0)
def test_no_sequence_number_is_ever_used_for_two_packets(steps: list, first: int) -> None:  # type: ignore[type-arg]
    walk = Walk(first)
    for step in steps:
        step(walk)
