"""Real aiortc peers through a real node: join, publish, subscribe, gates, reconnect, loss."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bridge.control import (
    DownlinkAnswer,
    DownlinkOffer,
    Gates,
    ParticipantOrder,
    RoomGone,
    RoomOrder,
    SpeakersChanged,
    TrackPublished,
    TrackUnpublished,
    TransportChanged,
    UplinkOffer,
)
from bridge.errors import Code, Conflict, NotFound, Refusal
from bridge.ids import Mid, ParticipantId, RoomId
from bridge.media import Source
from sfu.core.rtcp import pack_bye
from tests.support.relay import Line, UdpRelay
from tests.support.sfu_clients import (
    ALL_OPEN,
    ROOM,
    WITHIN_S,
    Client,
    Picture,
    Stage,
    Tone,
    gives_up_as_a_browser_does,
    only_loopback,
    stage,
)
from tests.support.sfu_stun import check

ANN, BOB = ParticipantId("ann"), ParticipantId("bob")


@pytest.fixture
async def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """A node with one room."""
    only_loopback(monkeypatch)
    async with stage(tmp_path) as made:
        yield made


async def test_one_publishes_another_sees_and_hears(room: Stage) -> None:
    ann = await room.join("ann")
    bob = await room.join("bob")
    await ann.publish({Source.CAMERA: Picture(60), Source.MICROPHONE: Tone()})
    await room.saw(TrackPublished, source=Source.CAMERA)
    await room.saw(SpeakersChanged, participants=(ANN,))
    sound = await bob.gets("0")
    picture = await bob.gets("1")
    await picture.at_least(10)
    await sound.at_least(20)
    assert abs(await picture.luma() - 60) < 8
    assert not ann.received, "nobody gets their own"


async def test_only_the_loudest_microphone_where_that_is_ordered(room: Stage) -> None:
    ann, bob = await room.join("ann"), await room.join("bob")
    await ann.publish({Source.MICROPHONE: Tone()})
    led = await room.saw(SpeakersChanged, participants=(ANN,))
    assert isinstance(led, SpeakersChanged)
    assert led.dominant == ANN
    await bob.publish({Source.MICROPHONE: Tone()})
    both = await room.saw(SpeakersChanged, participants=(ANN, BOB))
    assert isinstance(both, SpeakersChanged)
    assert both.dominant == ANN, "as loud as the other: who was first leads"

    def dropped() -> int:
        return room.server.node.stats().get("dropped_quiet", 0)

    assert dropped() == 0
    await room.node.put_room(ROOM, RoomOrder(held=False, loudest=1))
    async with asyncio.timeout(WITHIN_S):
        while dropped() < 10:
            await (await bob.gets("0")).at_least(1)
            await asyncio.sleep(0.05)
    await room.node.put_room(ROOM, RoomOrder(held=False, loudest=1, always=(ANN, BOB)))
    passed = dropped()
    await (await ann.gets("0")).more(20)
    assert dropped() <= passed + 1, "who always passes is not counted"


async def test_h264(room: Stage) -> None:
    ann = await room.join("ann")
    bob = await room.join("bob")
    await ann.publish({Source.CAMERA: Picture(90)}, codec="h264")
    picture = await bob.gets("1")
    await picture.at_least(10)
    assert abs(await picture.luma() - 90) < 8


async def test_late_joiner_gets_a_key_frame(room: Stage) -> None:
    ann = await room.join("ann")
    await ann.publish({Source.CAMERA: Picture(60)})
    await room.saw(TrackPublished)
    await asyncio.sleep(1)  # the first key frame is long gone
    bob = await room.join("bob")
    await (await bob.gets("1")).at_least(5)


async def test_two_publish_two_kinds(room: Stage) -> None:
    ann = await room.join("ann")
    bob = await room.join("bob")
    await ann.publish({Source.CAMERA: Picture(50), Source.SCREEN: Picture(200)})
    await bob.publish({Source.CAMERA: Picture(120)})
    await (await ann.gets("1")).at_least(5)
    shades = []
    for mid in ("1", "2"):
        picture = await bob.gets(mid)
        await picture.at_least(10)
        shades.append(await picture.luma())
    assert sorted(round(shade, -1) for shade in shades) == [50, 200]
    assert abs(await (await ann.gets("1")).luma() - 120) < 8


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not holds():  # noqa: ASYNC110  counters have no event
            await asyncio.sleep(0.02)


async def test_a_closed_gate_silences_at_once_and_opens_again(room: Stage) -> None:
    ann = await room.join("ann")
    bob = await room.join("bob")
    await ann.publish({Source.CAMERA: Picture(60)})
    picture = await bob.gets("1")
    await picture.at_least(5)
    await room.node.put_participant(ROOM, ANN, ParticipantOrder(receives=True, gates=Gates()))
    stats = room.server.node.stats
    closed = stats()
    await asyncio.wait_for(
        _until(lambda: stats().get("dropped_gate", 0) > closed.get("dropped_gate", 0) + 10), WITHIN_S
    )
    assert stats()["forwarded"] == closed["forwarded"]
    seen = -1
    while picture.frames != seen:  # what was on the way and in the decoder
        seen = picture.frames
        await asyncio.sleep(0.5)
    await room.node.put_participant(ROOM, ANN, ParticipantOrder(receives=True, gates=ALL_OPEN))
    await picture.more()


async def test_a_held_room_forwards_only_the_notice(room: Stage) -> None:
    ann = await room.join("ann")
    bob = await room.join("bob")
    await ann.publish({Source.CAMERA: Picture(60)})
    await bob.publish({Source.CAMERA: Picture(60)})
    at_bob, at_ann = await bob.gets("1"), await ann.gets("1")
    await at_bob.at_least(5)
    await at_ann.at_least(5)
    await room.node.put_room(ROOM, RoomOrder(held=True, notice_from=ANN))
    before = await _at_rest(ann)
    await at_bob.more()
    assert await _arrived(ann) == before
    await room.node.put_room(ROOM, RoomOrder(held=False))
    await at_ann.more()


async def _arrived(client: Client) -> int:
    """Packets, of which a busy machine may have decoded few."""
    report = await client.downlink.getStats()
    return sum(one.packetsReceived for one in report.values() if one.type == "inbound-rtp")


async def _at_rest(client: Client) -> int:
    """How many came, once what had left already is among them."""
    before = -1
    async with asyncio.timeout(WITHIN_S):
        while (now := await _arrived(client)) != before:
            before = now
            await asyncio.sleep(0.5)
    return now


async def test_not_receiving_gets_nothing_until_told(room: Stage) -> None:
    ann = await room.join("ann")
    bob = await room.join("bob", receives=False)
    await ann.publish({Source.CAMERA: Picture(60)})
    await room.saw(TrackPublished)
    assert bob.offers == 0
    await room.node.put_participant(ROOM, BOB, ParticipantOrder(receives=True, gates=ALL_OPEN))
    await (await bob.gets("1")).at_least(5)


async def test_downlink_restart(room: Stage) -> None:
    ann = await room.join("ann")
    bob = await room.join("bob")
    await ann.publish({Source.CAMERA: Picture(60)})
    await (await bob.gets("1")).at_least(5)
    await bob.forget_downlink()
    await room.node.restart_downlink(ROOM, BOB)
    await (await bob.gets("1")).at_least(5)


async def test_a_new_uplink_replaces_the_old(room: Stage) -> None:
    ann = await room.join("ann")
    bob = await room.join("bob")
    first = await ann.publish({Source.CAMERA: Picture(60)})
    await (await bob.gets("1")).at_least(5)
    published = await room.saw(TrackPublished)
    await ann.publish({Source.CAMERA: Picture(180)})
    ended = await room.saw(TrackUnpublished)
    assert isinstance(ended, TrackUnpublished)
    assert isinstance(published, TrackPublished)
    assert ended.track == published.track

    def renewed() -> list[DownlinkOffer]:
        """Offers of the new track; the end of the old one may or may not have one of its own."""
        offers = [event for event in room.events if isinstance(event, DownlinkOffer) and event.participant == BOB]
        return [offer for offer in offers if offer.tracks and offer.tracks[0].track != published.track]

    await _until(lambda: bool(renewed()))
    [offer] = renewed()
    assert [(track.mid, track.participant) for track in offer.tracks] == [("1", ANN)], "the m-line is used again"
    await bob.answered(offer.offer)
    # aiortc's receiver ends for good at BYE (browsers do not), so a fresh downlink shows the new picture.
    await bob.forget_downlink()
    await room.node.restart_downlink(ROOM, BOB)
    picture = await bob.gets("1")
    await picture.at_least(5)
    assert abs(await picture.luma() - 180) < 8
    await first.close()


async def test_leaving_ends_the_tracks(room: Stage) -> None:
    ann = await room.join("ann")
    await room.join("bob")
    await ann.publish({Source.CAMERA: Picture(60)})
    await room.saw(TransportChanged, direction="uplink", state="connected")
    await room.saw(TrackPublished)
    await room.node.delete_participant(ROOM, ANN)
    await room.saw(TrackUnpublished)
    await room.saw(TransportChanged, participant=ANN, direction="uplink", state="closed")
    await room.node.delete_room(ROOM)
    await room.saw(RoomGone)


async def test_a_closed_connection_is_seen_at_once(room: Stage) -> None:
    ann = await room.join("ann")
    uplink = await ann.publish({Source.CAMERA: Picture(60)})
    await room.saw(TrackPublished)
    await uplink.close()
    await room.saw(TrackUnpublished)
    await room.saw(TransportChanged, participant=ANN, direction="uplink", state="closed")


@pytest.mark.slow
async def test_a_bad_line_is_repaired(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """10 % loss both ways on both sides: what is asked for again comes again, and the picture goes on."""
    only_loopback(monkeypatch)
    gives_up_as_a_browser_does(monkeypatch)
    async with stage(tmp_path) as room:
        port = room.server.node.port_number
        bad = Line(loss=0.1, delay=0.02, jitter=0.01)
        async with UdpRelay(("127.0.0.1", port), up=bad, down=bad, seed=3) as relay:
            through = (port, relay.address[1])
            ann = await room.join("ann", candidate=through)
            bob = await room.join("bob", candidate=through)
            await ann.publish({Source.CAMERA: Picture(60)})
            picture = await bob.gets("1")
            await picture.at_least(60)
            counts = room.server.node.stats()
            assert counts["nacked"] > 0
            assert counts["repaired"] > 0
            assert counts["restored"] > 0, "aiortc retransmits on a stream of its own"
            assert counts["repeated"] > 0
            for client in (ann, bob):
                await client.close()


async def test_a_peer_that_moves_keeps_its_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    only_loopback(monkeypatch)
    async with stage(tmp_path) as room:
        port = room.server.node.port_number
        async with UdpRelay(("127.0.0.1", port)) as relay:
            ann = await room.join("ann", candidate=(port, relay.address[1]))
            bob = await room.join("bob")
            await ann.publish({Source.CAMERA: Picture(60)})
            picture = await bob.gets("1")
            await picture.at_least(5)
            relay.move_peers()
            before = picture.frames
            await picture.at_least(before + 40)  # until aioice's next check, at most 6 s
            await ann.close()


async def test_refusals(room: Stage) -> None:
    node = room.node
    everything = ParticipantOrder(receives=False, gates=ALL_OPEN)
    with pytest.raises(NotFound) as found:
        await node.put_participant(RoomId("nowhere"), ANN, everything)
    assert found.value.code is Code.UNKNOWN_ROOM
    await node.put_participant(ROOM, ANN, everything)
    with pytest.raises(NotFound) as found:
        await node.offer_uplink(ROOM, BOB, UplinkOffer("v=0", {}))
    assert found.value.code is Code.UNKNOWN_PARTICIPANT
    with pytest.raises(Refusal) as refused:
        await node.offer_uplink(ROOM, ANN, UplinkOffer("rubbish", {Mid("0"): Source.CAMERA}))
    assert refused.value.code is Code.MALFORMED_SDP
    with pytest.raises(Conflict) as stale:
        await node.answer_downlink(ROOM, ANN, DownlinkAnswer(1, "v=0"))
    assert stale.value.code is Code.STALE_OFFER


async def test_health_and_stats(room: Stage) -> None:
    await room.join("ann")
    health = await room.node.health()
    assert (health.node, health.rooms, health.participants) == ("node1", 1, 1)
    await room.saw(DownlinkOffer, participant=ANN)


async def test_an_outsider_disturbs_nobody(room: Stage) -> None:
    """Rubbish of every kind on the media port, from an address that no check vouched for."""
    ann = await room.join("ann")
    bob = await room.join("bob")
    await ann.publish({Source.CAMERA: Picture(60)})
    picture = await bob.gets("1")
    await picture.at_least(5)
    address = ("127.0.0.1", room.server.node.port_number)
    seeded = random.Random(7)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outsider:
        for first in (0, 1, 3, 4, 20, 22, 63, 64, 128, 144, 191, 255):
            for _ in range(40):
                outsider.sendto(bytes([first]) + seeded.randbytes(seeded.randrange(0, 1200)), address)
        outsider.sendto(b"", address)
        outsider.sendto(check(), address)
        await picture.more(10)
        outsider.setblocking(False)
        with pytest.raises(BlockingIOError):
            outsider.recv(2048)
    counts = room.server.node.stats()
    assert all(counts[f"dropped_{why}"] for why in ("stun", "unknown_dtls", "unknown_address", "unknown_protocol"))
    assert counts["dropped_unknown_ufrag"] == 1


async def test_goodbye_ends_the_track_and_what_follows_is_a_new_one(room: Stage) -> None:
    ann = await room.join("ann")
    bob = await room.join("bob")
    uplink = await ann.publish({Source.MICROPHONE: Tone()})
    await (await bob.gets("0")).at_least(5)
    first = await room.saw(TrackPublished)
    sender = uplink.getSenders()[0]
    transport = sender.transport
    await transport._send_rtp(pack_bye(sender._ssrc, sender._ssrc))  # noqa: SLF001 - aiortc says it only at its end
    await room.saw(TrackUnpublished)
    second = await room.next_event(TrackPublished)
    assert isinstance(first, TrackPublished)
    assert isinstance(second, TrackPublished)
    assert first.track != second.track
