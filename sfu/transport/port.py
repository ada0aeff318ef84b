"""The node's port, UDP and TCP: reads many datagrams per wake-up, tells STUN, DTLS and SRTP apart (RFC 7983), sends."""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from aiortc import RTCCertificate

from bridge.errors import MalformedPacket
from bridge.ids import NS_PER_MS, NS_PER_S, Ssrc
from bridge.ports import Clock, Entropy
from sfu.core.seam import Address, Datagram, ForwardingCore, LinkId, TcpAddress
from sfu.core.senderclock import ntp_from_ns
from sfu.transport.aiortc_private import fingerprint_of
from sfu.transport.arrival import ROOM, Arrivals, ask_for_stamps
from sfu.transport.batch import FEWEST, Batch, send_many
from sfu.transport.framing import LONGEST
from sfu.transport.ice import Credentials, IcePeer
from sfu.transport.sockets import Sockets, open_sockets
from sfu.transport.stun import claimed_ufrag, parse_check
from sfu.transport.tcp import TcpPeers
from sfu.transport.transport import Transport

_AT_ONCE = 64
"""Datagrams read per wake-up, so that timers and the control API get their turn in a flood."""
_TICK_NS = 20 * NS_PER_MS
_TIMER_S = 0.1
"""Ticks are taken along with packets; the timer is for when none come. (Waking up alone costs 70 µs of processor,
measured on two virtual cores: 50 times a second it would be a third of a small room's whole cost.)"""
_LOOK_NS = NS_PER_S
_UFRAG_BYTES = 6
_PWD_BYTES = 18

_Send = Callable[[bytes | bytearray, Any], object]


HeardDatagram = Callable[[bool, bytes | bytearray, Address], None]
"""Whether it came in, a datagram as it is on the wire (never an empty one), and whose."""


class MediaPort:
    """``on_activity`` is called after each batch: the core may have events and tapped packets."""

    def __init__(self, core: ForwardingCore, clock: Clock, entropy: Entropy, certificate: RTCCertificate) -> None:
        self.counts: Counter[str] = Counter()
        self.on_activity: Callable[[], None] = lambda: None
        self.fingerprint = fingerprint_of(certificate)
        self._core = core
        self._feed = core.feed
        self._other: Callable[[bytes, Address], None] = self._connect
        self.send_all: Callable[[list[Datagram]], None] = self._send_all
        self._clock = clock
        self._arrivals = Arrivals(clock)
        self._entropy = entropy
        self._certificate = certificate
        self._by_ufrag: dict[str, Transport] = {}
        self._by_address: dict[Address, Transport] = {}
        self._links = 0
        self._tick_due_ns = 0
        self._look_due_ns = 0
        self._sockets: Sockets | None = None
        self._senders: list[_Send] = [_to_nowhere] * 5
        """By how many members an address has (:data:`sfu.core.seam.Address`)."""
        self._batches: list[Batch] = []
        """One for each UDP socket, where the system has what they need."""
        self._tcp = TcpPeers(
            self.counts,
            clock.mono,
            on_frame=self._take,
            on_batch=self._batch_ends,
            on_gone=self._forget,
            on_slow=core.congested,
            on_relieved=lambda address: self.send_all(core.relieved(address)),
        )
        self._timer: asyncio.TimerHandle | None = None

    # ── life ─────────────────────────────────────────────────────────────────────────────────────────────────

    def open(self, hosts: Sequence[str], port: int, *, tcp: bool) -> int:
        """Bind and listen; gives the port. Raises OSError (taken, not permitted)."""
        sockets = self._sockets = open_sockets(hosts, port, tcp=tcp)
        loop = asyncio.get_running_loop()
        call = send_many()
        self._batches = [Batch(sock, call, self.counts) for sock in sockets.datagrams] if call is not None else []
        for sock in sockets.datagrams:
            ask_for_stamps(sock)
            self._senders[len(sock.getsockname())] = sock.sendto
            loop.add_reader(sock.fileno(), self._readable, sock)
        self._senders[3] = self._tcp.send
        self._tcp.listen(sockets.listeners)
        self._timer = loop.call_later(_TIMER_S, self._alarm)
        return sockets.port

    def close(self) -> None:
        """Stop listening. Transports are closed by their owners."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        sockets, self._sockets = self._sockets, None
        if sockets is not None:
            for sock in sockets.datagrams:
                asyncio.get_running_loop().remove_reader(sock.fileno())
            self._tcp.close()
            self._senders = [_to_nowhere] * 5
            self._batches = []
            sockets.close()

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
        self._tcp.end_of(transport)
        if transport.ice.address is not None:
            self._leave(transport.ice.address, transport)

    # ── datagrams ────────────────────────────────────────────────────────────────────────────────────────────

    def send(self, datagram: bytes | bytearray, address: Address) -> None:
        """One datagram, now or never: a full socket drops (the peer asks again for what it misses)."""
        self.send_all([(datagram, address)])

    def listen(self, heard: HeardDatagram | None) -> None:
        """Show every datagram, both ways, or no longer. The callables are changed for ones that tell, so that nothing
        is asked for a packet that nobody listens to."""
        if heard is None:
            self._feed, self._other, self.send_all = self._core.feed, self._connect, self._send_all
            return

        def feed(datagram: bytes, address: Address, now_ns: int) -> list[Datagram]:
            heard(True, datagram, address)
            return self._core.feed(datagram, address, now_ns)

        def other(datagram: bytes, address: Address) -> None:
            if datagram:
                heard(True, datagram, address)
            self._connect(datagram, address)

        def send_all(datagrams: list[Datagram]) -> None:
            for datagram, address in datagrams:
                heard(False, datagram, address)
            self._send_all(datagrams)

        self._feed, self._other, self.send_all = feed, other, send_all

    def _send_all(self, datagrams: list[Datagram]) -> None:
        """In order to each receiver. What the kernel does not take is dropped and counted."""
        if len(datagrams) >= FEWEST:
            for batch in self._batches:
                datagrams = batch.send(datagrams)
        senders = self._senders
        for datagram, address in datagrams:
            try:
                senders[len(address)](datagram, address)
            except BlockingIOError:
                self.counts["dropped_socket_full"] += 1
            except OSError:
                self.counts["dropped_unreachable"] += 1

    def _readable(self, sock: socket.socket) -> None:
        feed = self._feed
        arrivals = self._arrivals
        arrivals.wake()
        for _ in range(_AT_ONCE):
            try:
                datagram, ancillary, _, address = sock.recvmsg(LONGEST, ROOM)
            except BlockingIOError:
                break
            except OSError:
                # An ICMP error of an earlier send; the next read tells of the next datagram.
                self.counts["socket_errors"] += 1
                continue
            if datagram and 128 <= datagram[0] <= 191:
                out = feed(datagram, address, arrivals.of(ancillary))
                if out:
                    self.send_all(out)
            else:
                self._other(datagram, address)
        self._batch_ends()

    def _take(self, datagram: bytes, address: Address) -> None:
        """One from a TCP connection."""
        if 128 <= datagram[0] <= 191:
            self.send_all(self._feed(datagram, address, self._clock.mono()))
        else:
            self._other(datagram, address)

    def _batch_ends(self) -> None:
        self._tick(self._clock.mono())
        self.on_activity()

    def _connect(self, datagram: bytes, address: Address) -> None:
        """STUN and DTLS, by which a connection comes about."""
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
        ufrag = claimed_ufrag(datagram)
        transport = None if ufrag is None else self._by_ufrag.get(ufrag)
        if transport is None:
            self.counts["dropped_stun" if ufrag is None else "dropped_unknown_ufrag"] += 1
            return
        try:
            check = parse_check(datagram)
        except MalformedPacket:
            self.counts["dropped_stun"] += 1
            return
        before = transport.ice.address
        answer, moved = transport.check(check, address, self._clock.mono())
        if answer is None:
            self.counts["dropped_stun_integrity"] += 1
            return
        if moved:
            self._move(transport, before, address)
        if len(address) == 3:
            self._tcp.prove(address, transport)
        self.send(answer, address)

    def _move(self, transport: Transport, before: Address | None, address: Address) -> None:
        if before is not None:
            self._leave(before, transport)
        self._by_address[address] = transport

    def _leave(self, address: Address, transport: Transport) -> bool:
        """False: it is not there (any more)."""
        if self._by_address.get(address) is not transport:
            return False
        del self._by_address[address]
        for batch in self._batches:
            batch.forget(address)
        return True

    def _forget(self, address: TcpAddress, transport: Transport) -> None:
        """A TCP connection ended: nothing reaches the peer there any more."""
        if self._leave(address, transport):
            transport.ice.vacate()

    def _alarm(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(_TIMER_S, self._alarm)
        self._batch_ends()

    def _tick(self, now_ns: int) -> None:
        if now_ns < self._tick_due_ns:
            return
        self._tick_due_ns = now_ns + _TICK_NS
        self.send_all(self._core.tick(now_ns, ntp_from_ns(self._clock.utc())))
        if now_ns >= self._look_due_ns:
            self._look_due_ns = now_ns + _LOOK_NS
            for transport in list(self._by_ufrag.values()):
                transport.look(now_ns)
            self._tcp.look(now_ns)


def _to_nowhere(_: bytes | bytearray, address: Address) -> None:
    """Of a family that is not listened on, or after the end."""
    raise OSError(f"no socket reaches {address[0]}")


def _ice_chars(entropy: Entropy, count: int) -> str:
    """``token`` speaks base64url; ICE knows letters, digits, + and / only (RFC 8839 §5.4)."""
    return entropy.token(count).replace("-", "+").replace("_", "/")
