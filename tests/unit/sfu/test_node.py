"""What a node does with orders and datagrams, without a network."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bridge.control import RoomGone, RoomOrder, TapOrder, TrackPublished, TrackUnpublished, UplinkOffer
from bridge.errors import Refusal
from bridge.ids import Mid, RecordingId, Ssrc
from bridge.media import Codec, Source
from bridge.tap import FrameKind, FrameReader
from sfu.core.seam import CoreEvent, UpId, UpStarted
from sfu.peers.uplink import RENEWALS
from sfu.replay import Replay
from sfu.transport.transport import TransportState
from tests.support.sfu_house import ANN, ROOM, SOUND, House
from tests.unit.sfu.sdp.samples import CHROMIUM_OFFER, DIGEST

RESTARTED = CHROMIUM_OFFER.replace("a=ice-ufrag:aB3d", "a=ice-ufrag:eF5g")
ANOTHER = RESTARTED.replace(DIGEST, ":".join(["AB"] * 32))


class Failing:
    """A host with a fault of ours."""

    def expect(self, source: Source) -> tuple[bool, bool]:
        raise KeyError(source)

    def handle(self, event: CoreEvent) -> None:
        raise KeyError(event.up)

    def gone(self, up: UpId) -> None:
        raise KeyError(up)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    made = House()
    await made.connect()
    yield made
    await made.node.close()


async def test_what_came_before_a_goodbye_is_tapped_before_the_end(house: House) -> None:
    """In one batch as well: a browser says goodbye right behind its last packet."""
    await house.node.put_tap(ROOM, TapOrder(RecordingId("recording"), "unix:/nowhere", recording=True))
    house.feed(1)
    house.batch_ends()
    house.feed(2)
    house.feed(3)
    house.goodbye()
    house.batch_ends()
    replay: Replay = vars(vars(house.room)["_tap"])["_replay"]
    frames = FrameReader().feed(b"".join(replay.take(1 << 20)))
    of_track = [frame.kind for frame in frames if frame.track == 1]
    assert of_track == [FrameKind.TRACK, *[FrameKind.RTP] * 3, FrameKind.END]


async def test_an_offer_that_is_refused_leaves_the_connection_as_it_was(house: House) -> None:
    """The browser goes on with the credentials it knows."""
    before = house.transport.ice.local
    for refused in (
        UplinkOffer(RESTARTED.replace("opus/48000/2", "speex/16000"), {Mid("0"): Source.MICROPHONE}),
        UplinkOffer(RESTARTED, {Mid("7"): Source.MICROPHONE}),
    ):
        with pytest.raises(Refusal):
            await house.node.offer_uplink(ROOM, ANN, refused)
        assert (house.transport.ice.local, house.transport.ice.remote_ufrag) == (before, "aB3d")
    await house.node.offer_uplink(ROOM, ANN, UplinkOffer(RESTARTED, SOUND.sources))
    assert house.transport.ice.local != before


async def test_a_new_connection_that_is_refused_leaves_the_old_one_as_it_was(house: House) -> None:
    """The browser reloaded, or means another; what it has goes on until the node takes the next."""
    house.feed(1)
    house.batch_ends()
    before, transports = house.transport, len(vars(house.port)["_by_ufrag"])
    for refused in (
        UplinkOffer(ANOTHER.replace("opus/48000/2", "speex/16000"), SOUND.sources),
        UplinkOffer(ANOTHER, {Mid("7"): Source.MICROPHONE}),
    ):
        with pytest.raises(Refusal):
            await house.node.offer_uplink(ROOM, ANN, refused)
    assert (house.transport, len(vars(house.port)["_by_ufrag"])) == (before, transports)
    assert house.told(TrackUnpublished) == []
    await house.node.offer_uplink(ROOM, ANN, UplinkOffer(ANOTHER, SOUND.sources))
    assert house.transport is not before
    assert (before.state, len(house.told(TrackUnpublished))) == (TransportState.CLOSED, 1)


async def test_goodbyes_without_end_make_no_tracks_without_end(house: House) -> None:
    for sequence in range(1, 300):
        house.feed(sequence)
        house.batch_ends()
        house.goodbye()
        house.batch_ends()
    assert len(house.told(TrackPublished)) == 1 + RENEWALS


async def test_a_track_of_who_is_on_the_way_out_disturbs_nobody(house: House) -> None:
    await house.node.put_tap(ROOM, TapOrder(RecordingId("recording"), "unix:/nowhere", recording=True))
    async with vars(house.room.participant(ANN))["_turn"]:
        leaving = asyncio.create_task(house.node.delete_participant(ROOM, ANN))
        await asyncio.sleep(0)
        house.feed(1)
        house.batch_ends()
    await leaving
    assert (await house.node.health()).participants == 0


async def test_a_room_made_again_while_it_ends_begins_when_the_old_one_is_gone(house: House) -> None:
    """Else the old one's farewell would be taken for the new one's."""
    async with vars(house.room.participant(ANN))["_turn"]:
        ending = asyncio.create_task(house.node.delete_room(ROOM))
        await asyncio.sleep(0)
        making = asyncio.create_task(house.node.put_room(ROOM, RoomOrder(held=False)))
        await asyncio.sleep(0)
        assert not making.done()
    await making
    assert len(house.told(RoomGone)) == 1
    told = len(house.told(object))
    await ending
    assert (len(house.told(object)), (await house.node.health()).rooms) == (told, 1)


async def test_what_one_host_fails_at_costs_the_others_nothing(house: House, caplog: pytest.LogCaptureFixture) -> None:
    await house.node.put_tap(ROOM, TapOrder(RecordingId("recording"), "unix:/nowhere", recording=True))
    hosts = vars(house.node)["_ground"].hosts
    hosts[UpId(0)] = Failing()
    vars(house.core)["_events"].append(UpStarted(UpId(0), Codec.OPUS, 111, Ssrc(5)))
    house.feed(1)
    house.batch_ends()
    assert len(house.told(TrackPublished)) == 1
    assert house.node.stats()["host_failed"] == 1
    assert "KeyError" in caplog.text
