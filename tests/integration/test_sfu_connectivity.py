"""Every way to the node: IPv6 alone, TCP alone, and what is no peer on the TCP side of the port."""

import asyncio
import contextlib
import socket
import struct
from pathlib import Path

import aioice.ice
import pytest
from aiortc import RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription

from bridge.control import (
    DownlinkAnswer,
    DownlinkOffer,
    ProbeOffer,
    TrackUnpublished,
    TransportChanged,
    UplinkOffer,
)
from bridge.errors import Code, Refusal
from bridge.ids import NS_PER_S, Mid, UtcNs
from bridge.media import Source
from bridge.turn import turn_credentials
from deploy.configuration import Configuration, MediaPart
from deploy.folder import prepare
from deploy.time import SystemClock
from deploy.tls import server_context
from sfu.peers.probe import MOST
from tests.support.coturn import SECRET, running_coturn
from tests.support.framed_relay import FramedRelay
from tests.support.relay import UdpRelay
from tests.support.sfu_clients import ROOM, WITHIN_S, Picture, Received, Stage, Tone, only_loopback, stage
from tests.support.sfu_stun import check


async def until(stage_: Stage, counter: str, least: int = 1) -> None:
    """Wait for a counter of the node."""
    async with asyncio.timeout(WITHIN_S):
        while stage_.server.node.stats().get(counter, 0) < least:  # noqa: ASYNC110  counters have no event
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("listen", ["::1", "::"])
async def test_ipv6_alone(listen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The client has no IPv4 address; ``::`` serves both families, each by a socket of its own."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["::1"])
    async with stage(tmp_path, listen=listen, announced=("::1", "127.0.0.1")) as room:
        ann = await room.join("ann")
        await ann.publish({Source.CAMERA: Picture(60), Source.MICROPHONE: Tone()})
        if listen == "::":
            only_loopback(monkeypatch)
        bob = await room.join("bob")
        picture = await bob.gets("1")
        await picture.at_least(10)
        assert abs(await picture.luma() - 60) < 8


async def test_tcp_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both directions of two people by TCP; the connections end with them."""
    only_loopback(monkeypatch)
    async with stage(tmp_path) as room:
        port = room.server.node.port_number
        async with FramedRelay(("127.0.0.1", port)) as relay:
            ann = await room.join("ann", candidate=(port, relay.port))
            bob = await room.join("bob", candidate=(port, relay.port))
            await ann.publish({Source.CAMERA: Picture(90), Source.MICROPHONE: Tone()})
            picture = await bob.gets("1")
            await picture.at_least(20)
            await (await bob.gets("0")).at_least(20)
            assert abs(await picture.luma() - 90) < 8
            assert relay.opened >= 3
            for client in (ann, bob):
                await room.node.delete_participant(ROOM, client.id)
            async with asyncio.timeout(WITHIN_S):
                while relay.ended < relay.opened:  # noqa: ASYNC110  counters have no event
                    await asyncio.sleep(0.05)
            for client in (ann, bob):
                await client.close()


def certified(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Certificate and key of a relay on loopback; this process's clients trust it as if an authority had made it."""
    made = Configuration(data=str(folder / "relay"), listen="10.1.2.3", media=MediaPart(announce=("127.0.0.1",)))
    data = prepare(made)
    server_context(made, data)
    certificate = data.tls / "certificate.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return certificate, data.tls / "key.pem"


@pytest.mark.parametrize("over_tls", [False, True], ids=["turn", "turns"])
async def test_by_a_relay_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, over_tls: bool) -> None:
    """A client without any address of its own, through a real coturn with the credentials that pages hand out."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: [])
    with running_coturn(tmp_path, *certified(tmp_path, monkeypatch)) as coturn:
        url = coturn.tls_url if over_tls else coturn.url
        async with stage(tmp_path) as room:
            now = SystemClock().utc()
            made = turn_credentials(SECRET, "seat-of-ann", now, 60)
            relays = [RTCIceServer(url, made.username, made.credential)]
            ann, bob = await room.join("ann", relays=relays), await room.join("bob", relays=relays)
            await ann.publish({Source.CAMERA: Picture(90)})
            picture = await bob.gets("1")
            await picture.at_least(20)
            assert abs(await picture.luma() - 90) < 8
            assert made.username in coturn.log
            late = turn_credentials(SECRET, "seat-of-eve", UtcNs(now - 120 * NS_PER_S), 60)
            eve = await room.join("eve", receives=False, relays=[RTCIceServer(url, late.username, late.credential)])
            refused = await eve.publish({Source.CAMERA: Picture(90)})
            assert "typ relay" in ann.uplink.localDescription.sdp
            assert "typ relay" not in refused.localDescription.sdp, "the credentials were over"


async def test_an_ice_restart_keeps_what_flows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of both directions; then the network moves, where only checks with the new credentials lead on."""
    only_loopback(monkeypatch)
    async with stage(tmp_path) as room:
        port = room.server.node.port_number
        async with UdpRelay(("127.0.0.1", port)) as relay:
            ann = await room.join("ann", receives=False, candidate=(port, relay.address[1]))
            bob = await room.join("bob", candidate=(port, relay.address[1]))
            uplink = await ann.publish({Source.CAMERA: Picture(60)})
            picture = await bob.gets("1")
            await picture.at_least(5)
            await room.saw(TransportChanged, participant=bob.id, state="connected")
            offer = renamed(uplink, "freshann")
            answer = await room.node.offer_uplink(ROOM, ann.id, UplinkOffer(offer, {Mid("0"): Source.CAMERA}))
            check_with(uplink, "freshann", answer.sdp)
            room.clients.pop(bob.id)  # answered by hand: aiortc knows no ICE restart
            before = await room.saw(DownlinkOffer, participant=bob.id)
            await room.node.restart_downlink(ROOM, bob.id, keep=True)
            after = await room.next_event(DownlinkOffer, participant=bob.id)
            assert isinstance(before, DownlinkOffer)
            assert isinstance(after, DownlinkOffer)
            assert ufrag_of(before.sdp) != ufrag_of(after.sdp)
            assert said_in(before.sdp, "o=").split()[1] == said_in(after.sdp, "o=").split()[1], "the same session"
            downlink = bob.downlink
            answered = renamed(downlink, "freshbob")
            await room.node.answer_downlink(ROOM, bob.id, DownlinkAnswer(after.offer, answered))
            check_with(downlink, "freshbob", after.sdp)
            relay.move_peers()
            await picture.more(40)  # until aioice's next check, at most 6 s
            assert not [one for one in room.events if isinstance(one, TransportChanged | TrackUnpublished)]
            for client in (ann, bob):
                await client.close()


def said_in(sdp: str, beginning: str) -> str:
    """What the first line that begins so says."""
    return next(line.removeprefix(beginning) for line in sdp.splitlines() if line.startswith(beginning))


def ufrag_of(sdp: str) -> str:
    """Its ICE user name."""
    return said_in(sdp, "a=ice-ufrag:")


def renamed(peer: RTCPeerConnection, ufrag: str) -> str:
    """The peer's description under new ICE credentials."""
    sdp: str = peer.localDescription.sdp
    return sdp.replace(ufrag_of(sdp), ufrag).replace(said_in(sdp, "a=ice-pwd:"), ufrag * 4)


def check_with(peer: RTCPeerConnection, ufrag: str, answer: str) -> None:
    """From now on the peer's checks carry these, as after an ICE restart."""
    for transceiver in peer.getTransceivers():
        ice = transceiver.sender.transport.transport._connection  # noqa: SLF001 - aioice has no ICE restart
        ice._local_username, ice._local_password = ufrag, ufrag * 4  # noqa: SLF001 - likewise
        ice.remote_username, ice.remote_password = ufrag_of(answer), said_in(answer, "a=ice-pwd:")


async def test_who_tries_a_line_gets_back_what_they_send(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In no room, seen by nobody; a probe ends with its connection, and there are only so many at once."""
    only_loopback(monkeypatch)
    async with stage(tmp_path) as room:
        ann = await room.join("ann")
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        peer.addTrack(Picture(60))
        peer.addTrack(Tone())
        await peer.setLocalDescription(await peer.createOffer())
        offer = ProbeOffer(peer.localDescription.sdp)
        answer = await room.node.probe(offer)
        await peer.setRemoteDescription(RTCSessionDescription(answer.sdp, "answer"))
        came = {one.receiver.track.kind: Received(one.receiver.track) for one in peer.getTransceivers()}
        await came["video"].at_least(20)
        await came["audio"].at_least(20)
        assert abs(await came["video"].luma() - 60) < 8
        assert (await room.node.health()).participants == 1
        assert not ann.received
        for sdp in ("rubbish", offer.sdp.replace("a=sendrecv", "a=recvonly")):
            with pytest.raises(Refusal) as refused:
                await room.node.probe(ProbeOffer(sdp))
            assert refused.value.code is Code.MALFORMED_SDP
        for _ in range(MOST - 1):
            await room.node.probe(offer)
        with pytest.raises(Refusal) as full:
            await room.node.probe(offer)
        assert full.value.code is Code.TOO_MANY_REQUESTS
        await peer.close()
        async with asyncio.timeout(WITHIN_S):
            while not await taken(room, offer):  # noqa: ASYNC110  its end has no event
                await asyncio.sleep(0.05)
        for one in came.values():
            await one.close()


async def taken(room: Stage, offer: ProbeOffer) -> bool:
    """Whether there is room for another."""
    try:
        await room.node.probe(offer)
    except Refusal:
        return False
    return True


async def test_a_connection_that_proves_nothing_is_closed(tmp_path: Path) -> None:
    """Rubbish at once, silence after seconds; a check for nobody proves nothing."""
    async with stage(tmp_path) as room:
        place = ("127.0.0.1", room.server.node.port_number)
        silent = await asyncio.open_connection(*place)
        for said, counter in (
            (struct.pack("!H", 5) + b"\x80\x60abc", "dropped_tcp_unproved"),
            (b"\xff\xff\x00\x01", "dropped_tcp_framing"),
            (b"GET / HTTP/1.1\r\n\r\n", "dropped_tcp_framing"),
        ):
            reader, writer = await asyncio.open_connection(*place)
            writer.write(said)
            with contextlib.suppress(ConnectionError):
                assert await asyncio.wait_for(reader.read(), WITHIN_S) == b""
            writer.close()
            await until(room, counter)
        reader, writer = await asyncio.open_connection(*place)
        datagram = check()
        writer.write(struct.pack("!H", len(datagram)) + datagram)
        for one in (silent[0], reader):
            with contextlib.suppress(ConnectionError):
                assert await asyncio.wait_for(one.read(), WITHIN_S) == b""
        writer.close()
        silent[1].close()
        assert room.server.node.stats()["tcp_expired"] == 2


async def test_the_port_is_udp_alone_where_tcp_is_switched_off(tmp_path: Path) -> None:
    async with stage(tmp_path, tcp=False) as room:
        with socket.socket() as probe:
            probe.settimeout(WITHIN_S)
            with pytest.raises(ConnectionRefusedError):
                probe.connect(("127.0.0.1", room.server.node.port_number))
