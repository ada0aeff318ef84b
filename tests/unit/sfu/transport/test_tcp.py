"""The port's TCP side over real sockets: who proves what, who is slow, and what becomes of a peer that hangs up."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest

from sfu.core.router import Router
from sfu.core.seam import Address, Datagram
from sfu.transport.aiortc_private import new_certificate
from sfu.transport.framing import Deframer, pack_frame
from sfu.transport.port import MediaPort
from sfu.transport.transport import Transport
from tests.support.fakes import CountingEntropy, HandClock
from tests.support.sfu_stun import check

WITHIN_S = 30
MEDIA = bytes([128, 96]) + bytes(1198)
RTCP = bytes([128, 200]) + bytes(26)


class Noting(Router):
    """Writes down what it is told of a line's room."""

    def __init__(self) -> None:
        super().__init__()
        self.told: list[tuple[str, Address]] = []

    def congested(self, address: Address) -> None:
        self.told.append(("congested", address))

    def relieved(self, address: Address) -> list[Datagram]:
        self.told.append(("relieved", address))
        return []


class Open:
    """A port on loopback and a transport that waits for its peer."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.clock.pass_s(1)
        self.core = Noting()
        self.port = MediaPort(self.core, self.clock, CountingEntropy(), new_certificate())
        self.number = self.port.open(("127.0.0.1",), 0, tcp=True)
        self.transport = self.new()

    def new(self) -> Transport:
        return self.port.new_transport(self.port.credentials(), "there")

    def datagram(self, transport: Transport, *, nominates: bool = True) -> bytes:
        local = transport.ice.local
        return check(local.pwd, f"{local.ufrag}:there", nominates)

    async def dial(self) -> socket.socket:
        sock = socket.socket()
        sock.setblocking(False)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", self.number))
        return sock

    async def proved(self, transport: Transport) -> socket.socket:
        sock, loop = await self.dial(), asyncio.get_running_loop()
        await loop.sock_sendall(sock, pack_frame(self.datagram(transport)))
        answer = Deframer().feed(await asyncio.wait_for(loop.sock_recv(sock, 2_048), WITHIN_S))
        assert answer[0][:2] == b"\x01\x01", "a binding success"
        return sock


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    made = Open()
    yield made
    made.port.close()
    await asyncio.sleep(0.01)


async def hung_up(sock: socket.socket) -> None:
    """Until the node closed it; what it sent before is read away."""
    loop = asyncio.get_running_loop()
    with contextlib.suppress(ConnectionError):
        while await asyncio.wait_for(loop.sock_recv(sock, 65_536), WITHIN_S):
            pass
    sock.close()


async def test_a_slow_receiver_loses_its_own_in_whole_frames_and_nobody_elses(opened: Open) -> None:
    slow, other = await opened.proved(opened.transport), opened.new()
    place = opened.transport.ice.address
    assert place is not None
    assert len(place) == 3
    swift = await opened.proved(other)
    assert other.ice.address is not None
    sent = 0
    while not opened.port.counts["dropped_tcp_slow"]:
        opened.port.send_all([(MEDIA, place)])
        sent += 1
    opened.port.send_all([(RTCP, place)])
    assert opened.port.counts["dropped_tcp_slow"] == 1, "reports still find room"
    opened.port.send_all([(MEDIA, other.ice.address)])
    loop = asyncio.get_running_loop()
    assert Deframer().feed(await asyncio.wait_for(loop.sock_recv(swift, 2_048), WITHIN_S)) == [MEDIA]
    deframer, came = Deframer(), list[bytes]()
    while not came or came[-1] != RTCP:
        came += deframer.feed(await asyncio.wait_for(loop.sock_recv(slow, 65_536), WITHIN_S))
    assert came == [MEDIA] * (sent - 1) + [RTCP], "what was taken comes whole and in order"
    assert opened.core.told == [("congested", place), ("relieved", place)]
    slow.close()
    swift.close()


async def test_who_proves_nothing_goes_and_who_proves_stays(opened: Open) -> None:
    silent, stranger = await opened.dial(), await opened.dial()
    await asyncio.get_running_loop().sock_sendall(stranger, pack_frame(check()))
    proved = await opened.proved(opened.transport)
    opened.clock.pass_s(6)
    await hung_up(silent)
    await hung_up(stranger)
    assert opened.port.counts["tcp_expired"] == 2
    opened.clock.pass_s(31)
    await hung_up(proved)
    assert opened.port.counts["tcp_expired"] == 3


@pytest.mark.parametrize("said", [pack_frame(MEDIA), b"\xff\xff", b"GET / HTTP/1.1\r\n"])
async def test_what_is_no_check_ends_it(said: bytes, opened: Open) -> None:
    sock = await opened.dial()
    await asyncio.get_running_loop().sock_sendall(sock, said)
    await hung_up(sock)


async def test_a_peer_that_hangs_up_is_found_wherever_it_comes_next(opened: Open) -> None:
    """Its first address is nominated; the next check need not be."""
    first = await opened.proved(opened.transport)
    before = opened.transport.ice.address
    first.close()
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        datagrams.setblocking(False)
        datagrams.bind(("127.0.0.1", 0))
        async with asyncio.timeout(WITHIN_S):
            while opened.transport.ice.address == before:
                datagrams.sendto(opened.datagram(opened.transport, nominates=False), ("127.0.0.1", opened.number))
                await loop.sock_recv(datagrams, 2_048)
        assert opened.transport.ice.address == datagrams.getsockname()


async def test_connections_end_with_their_transport(opened: Open) -> None:
    sock = await opened.proved(opened.transport)
    await opened.port.end(opened.transport)
    await hung_up(sock)
    opened.port.send(MEDIA, ("127.0.0.1", 9, 9))
    assert opened.port.counts["dropped_unreachable"] == 1


async def test_who_listens_hears_what_comes_by_tcp(opened: Open) -> None:
    sock, heard, loop = await opened.proved(opened.transport), asyncio.Event(), asyncio.get_running_loop()
    told: list[tuple[bool, bytes]] = []

    def hear(inbound: bool, datagram: bytes | bytearray, address: Address) -> None:
        told.append((inbound, bytes(datagram)))
        heard.set()

    opened.port.listen(hear)
    await loop.sock_sendall(sock, pack_frame(MEDIA))
    await asyncio.wait_for(heard.wait(), WITHIN_S)
    assert told == [(True, MEDIA)]
    sock.close()
