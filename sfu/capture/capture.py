"""One capture: takes packets in the clear or as they go over the wire, keeps their headers, gives a pcapng file."""

from collections.abc import Mapping
from enum import IntEnum

from bridge.ports import Clock
from sfu.capture import pcapng
from sfu.capture.connecting import cut_dtls, cut_stun
from sfu.capture.cut import cut_rtcp, cut_rtp
from sfu.capture.datagrams import headers
from sfu.core.rtp import HEADER_SIZE, is_rtcp
from sfu.core.seam import Address
from sfu.transport.stun import claimed_ufrag

MOST_BYTES = 8 * 1024 * 1024
"""Of one file: a minute of a participant who receives ten points; memory of the node until it is fetched."""

MOST_CHECKS = 256
"""Of which the answer is awaited: a browser with ten addresses sends some 40 a second."""
_MEMBERS_BY_TCP = 3
"""Of an address (:data:`sfu.core.seam.Address`)."""
_TRANSACTION = slice(8, 20)
"""RFC 8489 §5."""
_TITLE = "headers only, payload was cut in the node; STUN without names and integrity, DTLS record by record"


class Line(IntEnum):
    """A participant's two connections: the file's interfaces, in this order."""

    UPLINK = 0
    DOWNLINK = 1


class Capture:
    """``own``: the node's address as announced. :meth:`take` gives what came since the last time, beginning with the
    file's head; :meth:`end` its last blocks."""

    def __init__(self, clock: Clock, own: Address, title: str, application: str) -> None:
        self.places: Mapping[Address, Line] = {}
        """Where the participant is now, by connection."""
        self.names: Mapping[str, Line] = {}
        """The ICE user names by which they are called now: before they are anywhere there are checks."""
        self._asked = dict[bytes, Line]()
        self._clock = clock
        self._own = own
        self._wall_ns = clock.utc() - clock.mono()
        self._seen = [0] * len(Line)
        self._left_out = [0] * len(Line)
        self._size = 0
        self._blocks = [pcapng.section(application, f"{title}; {_TITLE}")]
        self._blocks += [pcapng.interface(line.name.lower(), "as the node sees it") for line in Line]

    # ── what it hears ────────────────────────────────────────────────────────────────────────────────────────

    def datagram(self, inbound: bool, datagram: bytes | bytearray, address: Address) -> None:
        """One datagram of anybody's, as it is on the wire, told apart by its first byte (RFC 7983). SRTP's headers are
        in the clear there (RFC 3711 §3.1)."""
        first = datagram[0] if datagram else 255
        if first < 4:
            self._stun(inbound, datagram, address)
            return
        line = self.places.get(address)
        if line is None:
            return
        if 20 <= first <= 63:
            self._dtls(line, inbound, datagram, address)
        elif first >> 6 == 2 and len(datagram) >= HEADER_SIZE and not is_rtcp(datagram):
            self._put(line, inbound, address, cut_rtp(datagram), len(datagram))

    def _stun(self, inbound: bool, message: bytes | bytearray, address: Address) -> None:
        """A check is the participant's by the name it calls, from wherever it comes; its answer by their number."""
        number = bytes(message[_TRANSACTION])
        called = self.names.get(claimed_ufrag(bytes(message)) or "") if inbound else self._asked.pop(number, None)
        line = self.places.get(address) if called is None else called
        if line is None:
            return
        if inbound:
            self._asked[number] = line
            if len(self._asked) > MOST_CHECKS:
                del self._asked[next(iter(self._asked))]
        self._put(line, inbound, address, cut_stun(message), len(message))

    def _dtls(self, line: Line, inbound: bool, datagram: bytes | bytearray, address: Address) -> None:
        records = cut_dtls(datagram)
        for number, (kept, length) in enumerate(records, 1):
            note = f"record {number} of {len(records)} of one datagram" if len(records) > 1 else ""
            self._put(line, inbound, address, kept, length, note)

    def control(self, line: Line, inbound: bool, compound: bytes) -> None:
        """One RTCP compound of the participant's, deciphered by the node."""
        address = next((place for place, known in self.places.items() if known is line), None)
        kept = cut_rtcp(compound)
        if address is not None and kept:
            note = "deciphered by the node" + ("" if len(kept) == len(compound) else "; texts left out")
            self._put(line, inbound, address, kept, len(kept), note)

    def _put(self, line: Line, inbound: bool, address: Address, kept: bytes, length: int, note: str = "") -> None:
        self._seen[line] += 1
        if len(address) == _MEMBERS_BY_TCP:
            note = "; ".join(filter(None, ("over TCP", note)))
        source, target = (address, self._own) if inbound else (self._own, address)
        head = headers(source, target, length)
        block = pcapng.packet(line, self._now(), head + kept, len(head) + length, inbound=inbound, comment=note)
        if self._size + len(block) > MOST_BYTES:
            self._left_out[line] += 1
            return
        self._size += len(block)
        self._blocks.append(block)

    # ── what comes of it ─────────────────────────────────────────────────────────────────────────────────────

    def take(self) -> bytes:
        """The blocks since the last time."""
        taken, self._blocks = self._blocks, []
        return b"".join(taken)

    def end(self) -> bytes:
        """The rest, and how much of each connection was seen and left out."""
        now = self._now()
        ends = [pcapng.statistics(line, now, self._seen[line], self._left_out[line]) for line in Line]
        return self.take() + b"".join(ends)

    def _now(self) -> int:
        return self._wall_ns + self._clock.mono()
