"""The node's UDP port: reads many datagrams per wake-up, tells STUN, DTLS and SRTP apart (RFC 7983), sends."""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable

from aiortc import RTCCertificate

from bridge.errors import MalformedPacket
from bridge.ids import NS_PER_MS, NS_PER_S, Ssrc
from bridge.ports import Clock, Entropy
from sfu.core.seam import Address, Datagram, ForwardingCore, LinkId
from sfu.core.senderclock import ntp_from_ns
from sfu.transport.aiortc_private import fingerprint_of
from sfu.transport.ice import Credentials, IcePeer
from sfu.transport.stun import parse_check
from sfu.transport.transport import Transport

_AT_ONCE = 64
"""Datagrams read per wake-up, so that timers and the control API get their turn in a flood."""
_LONGEST = 2048
_BUFFER = 4 * 1024 * 1024
"""Bytes asked of the kernel each way: a key frame to thirty receivers is 1-2 MB at once."""
_SO_SNDBUFFORCE, _SO_RCVBUFFORCE = 32, 33
"""socket(7), Linux; Python has no names for them."""
_TICK_NS = 20 * NS_PER_MS
_TIMER_S = 0.1
"""Ticks are taken along with packets; the timer is for when none come. (Waking up alone costs 70 µs of processor,
measured on two virtual cores: 50 times a second it would be a third of a small room's whole cost.)"""
_LOOK_NS = NS_PER_S
_UFRAG_BYTES = 6
_PWD_BYTES = 18


HeardDatagram = Callable[[bool, bytes | bytearray, Address], None]
"""Whether it came in, a datagram of SRTP or SRTCP as it is on the wire, and whose."""


class MediaPort:
    """``on_activity`` is called after each batch: the core may have events and tapped packets."""

    def __init__(self, core: ForwardingCore, clock: Clock, entropy: Entropy, certificate: RTCCertificate) -> None:
        self.counts: Counter[str] = Counter()
        self.on_activity: Callable[[], None] = lambda: None
        self.fingerprint = fingerprint_of(certificate)
        self._core = core
        self._feed = core.feed
        self.send_all: Callable[[list[Datagram]], None] = self._send_all
        self._clock = clock
        self._entropy = entropy
        self._certificate = certificate
        self._by_ufrag: dict[str, Transport] = {}
        self._by_address: dict[Address, Transport] = {}
        self._links = 0
        self._tick_due_ns = 0
        self._look_due_ns = 0
        self._socket: socket.socket | None = None
        self._timer: asyncio.TimerHandle | None = None

    # ── life ─────────────────────────────────────────────────────────────────────────────────────────────────

    def open(self, host: str, port: int) -> int:
        """Bind and listen; gives the port. Raises OSError (taken, not permitted)."""
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST | socket.AI_PASSIVE
        )[0]
        sock = socket.socket(family, kind, protocol)
        try:
            sock.setblocking(False)
            _grow(sock)
            sock.bind(address)
        except OSError:
            sock.close()
            raise
        self._socket = sock
        loop = asyncio.get_running_loop()
        loop.add_reader(sock.fileno(), self._readable)
        self._timer = loop.call_later(_TIMER_S, self._alarm)
        bound: int = sock.getsockname()[1]
        return bound

    def close(self) -> None:
        """Stop listening. Transports are closed by their owners."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    # ── transports ───────────────────────────────────────────────────────────────────────────────────────────

    def credentials(self) -> Credentials:
        """Fresh ones (RFC 8445 §5.3 wants 24 and 128 bits of randomness; only ice-chars)."""
        return Credentials(_ice_chars(self._entropy, _UFRAG_BYTES), _ice_chars(self._entropy, _PWD_BYTES))

    def new_transport(self, local: Credentials, remote_ufrag: str) -> Transport:
        """A transport that answers checks for ``local`` from now on."""
        self._links += 1
        transport = Transport(
            link=LinkId(self._links),
            core=self._core,
            ice=IcePeer(local, remote_ufrag),
            certificate=self._certificate,
            ssrc=Ssrc(self._entropy.bits(32)),
            send=self.send,
        )
        self._by_ufrag[local.ufrag] = transport
        return transport

    def restart(self, transport: Transport, local: Credentials, remote_ufrag: str) -> None:
        """ICE restart of a living transport."""
        self._by_ufrag.pop(transport.ice.local.ufrag, None)
        transport.restart(local, remote_ufrag)
        self._by_ufrag[local.ufrag] = transport

    async def end(self, transport: Transport) -> None:
        """Close it and forget it."""
        self._by_ufrag.pop(transport.ice.local.ufrag, None)
        await transport.close()
        address = transport.ice.address
        if address is not None and self._by_address.get(address) is transport:
            del self._by_address[address]

    # ── datagrams ────────────────────────────────────────────────────────────────────────────────────────────

    def send(self, datagram: bytes | bytearray, address: Address) -> None:
        """One datagram, now or never: a full socket drops (the peer asks again for what it misses)."""
        if self._socket is not None:
            self.send_all([(datagram, address)])

    def listen(self, heard: HeardDatagram | None) -> None:
        """Show every media datagram, both ways, or no longer. Both callables are changed for ones that tell, so that
        nothing is asked for a packet that nobody listens to."""
        if heard is None:
            self._feed, self.send_all = self._core.feed, self._send_all
            return

        def feed(datagram: bytes, address: Address, now_ns: int) -> list[Datagram]:
            heard(True, datagram, address)
            return self._core.feed(datagram, address, now_ns)

        def send_all(datagrams: list[Datagram]) -> None:
            for datagram, address in datagrams:
                heard(False, datagram, address)
            self._send_all(datagrams)

        self._feed, self.send_all = feed, send_all

    def _send_all(self, datagrams: list[Datagram]) -> None:
        """In order. What the kernel does not take is dropped and counted."""
        if self._socket is None:
            return
        send = self._socket.sendto
        for datagram, address in datagrams:
            try:
                send(datagram, address)
            except BlockingIOError:
                self.counts["dropped_socket_full"] += 1
            except OSError:
                self.counts["dropped_unreachable"] += 1

    def _readable(self) -> None:
        sock, feed = self._socket, self._feed
        if sock is None:
            return
        now = self._clock.mono
        for _ in range(_AT_ONCE):
            try:
                datagram, address = sock.recvfrom(_LONGEST)
            except BlockingIOError:
                break
            except OSError:
                # An ICMP error of an earlier send; the next read tells of the next datagram.
                self.counts["socket_errors"] += 1
                continue
            if datagram and 128 <= datagram[0] <= 191:
                out = feed(datagram, address, now())
                if out:
                    self.send_all(out)
            else:
                self._other(datagram, address)
        self._tick(now())
        self.on_activity()

    def _other(self, datagram: bytes, address: Address) -> None:
        first = datagram[0] if datagram else 255
        if first < 4:
            self._stun(datagram, address)
        elif 20 <= first <= 63:
            transport = self._by_address.get(address)
            if transport is None:
                self.counts["dropped_unknown_dtls"] += 1
            else:
                transport.feed_dtls(datagram)
        else:
            self.counts["dropped_unknown_protocol"] += 1

    def _stun(self, datagram: bytes, address: Address) -> None:
        try:
            check = parse_check(datagram)
        except MalformedPacket:
            self.counts["dropped_stun"] += 1
            return
        transport = self._by_ufrag.get(check.local)
        if transport is None:
            self.counts["dropped_unknown_ufrag"] += 1
            return
        before = transport.ice.address
        answer, moved = transport.check(check, address, self._clock.mono())
        if answer is None:
            self.counts["dropped_stun_integrity"] += 1
            return
        if moved:
            self._move(transport, before, address)
        self.send(answer, address)

    def _move(self, transport: Transport, before: Address | None, address: Address) -> None:
        if before is not None and self._by_address.get(before) is transport:
            del self._by_address[before]
        self._by_address[address] = transport

    def _alarm(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(_TIMER_S, self._alarm)
        self._tick(self._clock.mono())
        self.on_activity()

    def _tick(self, now_ns: int) -> None:
        if now_ns < self._tick_due_ns:
            return
        self._tick_due_ns = now_ns + _TICK_NS
        self.send_all(self._core.tick(now_ns, ntp_from_ns(self._clock.utc())))
        if now_ns >= self._look_due_ns:
            self._look_due_ns = now_ns + _LOOK_NS
            for transport in list(self._by_ufrag.values()):
                transport.look(now_ns)


def _grow(sock: socket.socket) -> None:
    """Large buffers: beyond the system's limit where this process may, else up to it."""
    for forced, plain in ((_SO_SNDBUFFORCE, socket.SO_SNDBUF), (_SO_RCVBUFFORCE, socket.SO_RCVBUF)):
        try:
            sock.setsockopt(socket.SOL_SOCKET, forced, _BUFFER)
        except OSError:
            sock.setsockopt(socket.SOL_SOCKET, plain, _BUFFER)


def _ice_chars(entropy: Entropy, count: int) -> str:
    """``token`` speaks base64url; ICE knows letters, digits, + and / only (RFC 8839 §5.4)."""
    return entropy.token(count).replace("-", "+").replace("_", "/")
