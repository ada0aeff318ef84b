"""A publisher, the forwarding core and a receiver over four seeded lines, in a time of their own.

Each line is a :class:`tests.support.relay.Fate`, so that what must be lost is known packet by packet: what arrives is
held against that and nothing else.
"""

import heapq
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field

from aiortc.rtp import RtcpPsfbPacket, RtcpRtpfbPacket, RtpPacket, unwrap_rtx
from pylibsrtp import Error

from bridge.ids import NS_PER_S, Ssrc
from sfu.core.rtcp import pack_nack
from sfu.core.rtp import unwrap
from sfu.core.seam import Datagram, Repairs, RepairSpec
from tests.support.relay import GOOD, Fate, Line
from tests.support.sfu_core import CAMERA, MICROPHONE, RED, START_NS, VP8, CoreRoom
from tests.support.sfu_peer import Peer, header, rtp, rtx

PACE_S = 0.02
FIRST = 65_450
"""The publisher's counter turns in a session, but not before anything arrived: no receiver of SRTP can know of a turn
before its first packet (RFC 3711 §3.3.1), which is why the node begins its own in the lower half."""
_COPY = 960
_AFTER_S = 3.0
"""Older than anybody asks for."""


@dataclass(frozen=True)
class Lines:
    """``up`` and ``back`` are the publisher's, ``down`` and ``ask`` the receiver's; ``cut``: when the publisher's line
    takes nothing at all, from and until."""

    up: Line = GOOD
    back: Line = GOOD
    down: Line = GOOD
    ask: Line = GOOD
    cut: tuple[float, float] = (0.0, 0.0)


@dataclass
class Asking:
    """What a receiver misses: sequence → (tries, when next), as browsers do it."""

    newest: int | None = None
    missing: dict[int, tuple[int, float]] = field(default_factory=dict)

    def came(self, sequence: int, now: float) -> None:
        """Everything between the newest and this one is missing from now on."""
        if self.newest is None:
            self.newest = sequence
        for between in range(self.newest + 1, sequence):
            self.missing[between] = (0, now + 0.01)
        self.newest = max(self.newest, sequence)
        self.missing.pop(sequence, None)

    def due(self, now: float) -> list[int]:
        """To be asked for now."""
        due = [one for one, (tries, at) in self.missing.items() if at <= now and tries < 10]
        for one in due:
            self.missing[one] = (self.missing[one][0] + 1, now + 0.1)
        return sorted(due)


class Session:
    """``sound``: a microphone with one copy of each packet in the next, else a camera; both repeat on request."""

    def __init__(self, lines: Lines, seed: int, sound: bool = False, takes_repairs: bool = True) -> None:
        self.room = CoreRoom()
        self.sound = sound
        self.up = MICROPHONE if sound else CAMERA
        formats = RED if sound else VP8
        repairs = Repairs() if sound else Repairs({97: 96}, {Ssrc(9): Ssrc(1)})
        self.room.expect(self.up, formats, repairs=repairs, tapped=True)
        self._takes_repairs = takes_repairs and not sound
        self._cut = lines.cut
        self._fates = [
            Fate(line, seed * 4 + at) for at, line in enumerate((lines.up, lines.back, lines.down, lines.ask))
        ]
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = 0
        self.now = 0.0
        self._witness = Peer(2, self.room.bob.address)
        self._key_wanted = True
        self._repair = 0
        self._asking = Asking()
        self.sent: dict[int, bytes] = {}
        """By the publisher: its sequence → payload."""
        self.reached: list[int] = []
        """Those of which at least one sending reached the node, in order."""
        self.left: dict[int, list[bytes]] = {}
        """By the node: out sequence → payload of each sending."""
        self.survived: set[int] = set()
        """Those of which at least one sending reached the receiver."""
        self.got: dict[int, bytes] = {}

    def run(self, packets: int) -> None:
        """Send so many, then wait until nobody asks any more."""
        for n in range(packets):
            self._at(n * PACE_S, lambda n=n: self._publish(FIRST + n))  # type: ignore[misc]
        for n in range(int((packets * PACE_S + _AFTER_S) / PACE_S)):
            self._at(n * PACE_S + 0.001, self._tick)
        while self._events:
            self.now, _, event = heapq.heappop(self._events)
            self.room.now = START_NS + int(self.now * NS_PER_S)
            event()

    def tapped(self) -> dict[int, bytes]:
        """What the recorder got: the publisher's extended sequence → payload."""
        taken: dict[int, bytes] = {}
        near = FIRST
        for one in self.room.core.take_tapped():
            near = unwrap(header(one.packet)[1], near)
            assert near not in taken, "once each"
            taken[near] = one.packet[12:]
        return taken

    # ── the publisher ────────────────────────────────────────────────────────────────────────────────────────────

    def payload(self, n: int) -> bytes:
        """What packet ``n`` says."""
        return self.sent.setdefault(n, (b"\x10\x00" if self._keyed(n) else b"\x10\x01") + n.to_bytes(4, "big"))

    def _keyed(self, n: int) -> bool:
        wanted, self._key_wanted = self._key_wanted, False
        return wanted and not self.sound and n >= FIRST

    def _publish(self, n: int) -> None:
        said = self.payload(n)
        if self.sound:
            copy = self.payload(n - 1)
            said = (0xEF << 24 | _COPY << 10 | len(copy)).to_bytes(4, "big") + b"\x6f" + copy + said
            self._to_node(n, rtp(n, n * _COPY, 1, 63, said))
        else:
            self._to_node(n, rtp(n, n * 1800, payload=said))
        if n == FIRST:
            self._at(self.now + 0.005, self._join)

    def _to_node(self, n: int, packet: bytes) -> None:
        datagram = self.room.ann.rtp(packet)
        times = self._fates[0].of(len(datagram), self.now)
        if self._cut[0] <= self.now < self._cut[1]:
            return
        for at in times:
            self._at(at, lambda: self._arrives(n, datagram))

    def _arrives(self, n: int, datagram: bytes) -> None:
        self.reached.append(n)
        self._out(self.room.core.feed(datagram, self.room.ann.address, self.room.now))

    def _told(self, datagram: bytes) -> None:
        with suppress(Error):  # a line may double it
            for packet in self.room.ann.controls([(datagram, self.room.ann.address)]):
                if isinstance(packet, RtcpPsfbPacket) and packet.fmt == 1:
                    self._key_wanted = True
                elif isinstance(packet, RtcpRtpfbPacket) and packet.fmt == 1:
                    self._again(packet.lost)

    def _again(self, lost: Iterable[int]) -> None:
        for n in (unwrap(sequence, max(self.sent)) for sequence in lost):
            assert n in self.sent, "asked for what never was"
            if self.sound:
                self._publish(n)
            else:
                self._repair += 1
                self._to_node(n, rtx(n, self._repair, self.sent[n], n * 1800))

    # ── the node ─────────────────────────────────────────────────────────────────────────────────────────────────

    def _join(self) -> None:
        if not self.reached:
            self._at(self.now + PACE_S, self._join)
            return
        repair = RepairSpec(Ssrc(78), 97, 32_760) if self._takes_repairs else None
        self._out(self.room.down(self.up, payload_type=111 if self.sound else 100, sequence=32_700, repair=repair))

    def _tick(self) -> None:
        self._out(self.room.tick(0))
        if asked := self._asking.due(self.now):
            datagram = self.room.bob.rtcp(pack_nack(12, 77, asked))
            for at in self._fates[3].of(len(datagram), self.now):
                self._at(at, lambda: self._out(self.room.core.feed(datagram, self.room.bob.address, self.room.now)))

    def _out(self, out: list[Datagram]) -> None:
        for datagram, address in out:
            if address == self.room.ann.address:
                for at in self._fates[1].of(len(datagram), self.now):
                    self._at(at, lambda datagram=bytes(datagram): self._told(datagram))  # type: ignore[misc]
            elif not 192 <= datagram[1] <= 223:
                self._to_bob(bytes(datagram))

    def _to_bob(self, datagram: bytes) -> None:
        plain = self._witness.packets([(datagram, self._witness.address)])
        sequence = self._read(plain[0])[0] if plain else header(datagram)[1]
        if plain:
            self.left.setdefault(sequence, []).append(self._read(plain[0])[1])
        for at in self._fates[2].of(len(datagram), self.now):
            self.survived.add(sequence)
            self._at(at, lambda: self._heard(datagram))

    # ── the receiver ─────────────────────────────────────────────────────────────────────────────────────────────

    def _read(self, packet: bytes) -> tuple[int, bytes]:
        if header(packet)[0] == 97:
            packet = unwrap_rtx(RtpPacket.parse(packet), payload_type=100, ssrc=77).serialize()
        return header(packet)[1], packet[12:]

    def _heard(self, datagram: bytes) -> None:
        for packet in self.room.bob.packets([(datagram, self.room.bob.address)]):
            sequence, payload = self._read(packet)
            assert self.got.setdefault(sequence, payload) == payload
            self._asking.came(sequence, self.now)

    def _at(self, when: float, event: Callable[[], None]) -> None:
        self._order += 1
        heapq.heappush(self._events, (when, self._order, event))
