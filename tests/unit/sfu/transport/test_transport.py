"""Consent: when a transport is lost, found again, and gone. The clock is moved by hand."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bridge.ids import NS_PER_S, Ssrc
from sfu.core.router import Router
from sfu.core.seam import LinkId, SrtpKeys
from sfu.transport.aiortc_private import new_certificate
from sfu.transport.ice import Credentials, IcePeer
from sfu.transport.stun import parse_check
from sfu.transport.transport import Transport, TransportState
from tests.support.sfu_peer import Peer, rtp
from tests.support.sfu_stun import HERE, NOMINATING

LINK = LinkId(1)


class Watched:
    """A transport whose handshake is skipped: it has its keys, and its states are written down."""

    def __init__(self) -> None:
        self.peer = Peer(9, ("127.0.0.1", 5000))
        self.core = Router()
        self.states: list[TransportState] = []
        ice = IcePeer(Credentials(HERE.ufrag, HERE.pwd), "there")
        self.transport = Transport(LINK, self.core, ice, new_certificate(), Ssrc(1), lambda datagram, address: None)
        self.transport.on_state = self.states.append

    def check(self, at_s: float) -> None:
        self.transport.check(parse_check(NOMINATING), self.peer.address, int(at_s * NS_PER_S))

    def connect(self) -> None:
        self.check(1)
        self.transport.keyed(SrtpKeys(*self.peer.keys))

    def hear(self, at_s: float, sequence: int) -> None:
        self.core.feed(self.peer.rtp(rtp(sequence)), self.peer.address, int(at_s * NS_PER_S))

    def look(self, at_s: float) -> TransportState:
        self.transport.look(int(at_s * NS_PER_S))
        return self.transport.state


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    """Not connected yet."""
    made = Watched()
    yield made
    await made.transport.close()
    await asyncio.sleep(0)


async def test_silent_for_8_s_is_lost_and_a_check_finds_it_again(watched: Watched) -> None:
    watched.connect()
    assert watched.look(8.9) is TransportState.CONNECTED
    assert watched.look(9.1) is TransportState.LOST
    watched.check(20)
    assert watched.look(20.5) is TransportState.CONNECTED
    assert watched.states == [TransportState.CONNECTED, TransportState.LOST, TransportState.CONNECTED]


async def test_packets_are_a_sign_of_life_but_no_consent(watched: Watched) -> None:
    watched.connect()
    for second in range(1, 31):
        watched.hear(second, second)
        assert watched.look(second + 0.5) is TransportState.CONNECTED
    assert watched.look(31.1) is TransportState.CLOSED
    assert watched.core.report(LINK).heard_ns == 0, "the core has forgotten it"


async def test_whoever_has_not_come_yet_may_come_any_time(watched: Watched) -> None:
    assert watched.look(1000) is TransportState.NEW
    assert watched.states == []


async def test_closed_is_the_end(watched: Watched) -> None:
    watched.connect()
    assert watched.look(40) is TransportState.CLOSED
    watched.check(41)
    assert watched.look(41) is TransportState.CLOSED
    assert watched.states[-1] is TransportState.CLOSED
    assert watched.states.count(TransportState.CLOSED) == 1
