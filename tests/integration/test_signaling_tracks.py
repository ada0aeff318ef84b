"""Wishes about pictures between browsers and the node: carried, the newest last, and said again to who comes back."""

import asyncio

from bridge.control import (
    ShownSource,
    UnwantedChanged,
    WantsOrder,
    WithheldChanged,
    WithheldTrack,
)
from bridge.ids import ParticipantId, room_of
from bridge.media import Codec, Source
from bridge.reception import Reception
from signaling.wire import WantsRequest
from tests.support.receptions import AGENCY_SEAT, CHAIR
from tests.support.room_server import RoomServer, resumed


def camera(participant: ParticipantId) -> ShownSource:
    return ShownSource(participant, Source.CAMERA)


def known(server: RoomServer, reception: Reception) -> dict[ParticipantId, WantsOrder]:
    """What the node was told, by who is shown it."""
    return server.node.rooms[room_of(reception.id)].wants


async def test_what_is_shown_reaches_the_node_of_who_is_in_the_room(server: RoomServer, reception: Reception) -> None:
    chair = await server.browser(reception.id, CHAIR)
    agency = await server.browser(reception.id, AGENCY_SEAT)
    shown = (camera(agency.id), camera(ParticipantId("nobody")))
    assert "revision" in await chair.ask("wants", WantsRequest(shown))
    assert known(server, reception) == {chair.id: WantsOrder((camera(agency.id),))}
    await chair.ask("wants", WantsRequest(()))
    assert known(server, reception)[chair.id] == WantsOrder(())


async def test_of_many_wishes_the_last_counts(server: RoomServer, reception: Reception) -> None:
    chair = await server.browser(reception.id, CHAIR)
    agency = await server.browser(reception.id, AGENCY_SEAT)
    both = (camera(agency.id), camera(chair.id))
    asked = [WantsRequest(both[:count]) for count in (0, 1, 2, 0, 1)]
    await asyncio.gather(*(agency.ask("wants", one) for one in asked))
    assert known(server, reception)[agency.id] == WantsOrder(both[:1])


async def test_too_many_or_malformed_wishes_are_refused(server: RoomServer, reception: Reception) -> None:
    chair = await server.browser(reception.id, CHAIR)
    many = {"shown": [{"participant": f"p{number}", "source": "camera"} for number in range(129)]}
    for body in (many, {"shown": [{"participant": "p", "source": "kitchen"}]}, {"shown": None}, None):
        assert (await chair.ask("wants", body))["code"] == "malformed_message"
    assert known(server, reception) == {}


async def test_a_node_that_forgot_the_room_is_told_anew(server: RoomServer, reception: Reception) -> None:
    chair = await server.browser(reception.id, CHAIR)
    server.node.rooms.clear()
    assert "revision" in await chair.ask("wants", WantsRequest(()))
    assert known(server, reception) == {chair.id: WantsOrder(())}


async def test_what_is_withheld_or_unwanted_is_told_and_told_again(server: RoomServer, reception: Reception) -> None:
    chair = await server.browser(reception.id, CHAIR)
    agency = await server.browser(reception.id, AGENCY_SEAT)
    room = room_of(reception.id)
    server.node.say(WithheldChanged(room, chair.id, (WithheldTrack(agency.id, Source.CAMERA, Codec.AV1),)))
    server.node.say(UnwantedChanged(room, chair.id, (Source.CAMERA,)))
    await chair.until(lambda: chair.last("unwanted") is not None)
    withheld = {
        "code": "cannot_decode",
        "tracks": [{"participant": agency.id, "source": "camera", "codec": "av1"}],
    }
    assert chair.last("withheld") == withheld
    assert chair.last("unwanted") == {"sources": ["camera"]}
    assert agency.last("withheld") is None
    assert agency.last("unwanted") is None

    await chair.close()
    again = await resumed(chair)
    await again.until(lambda: again.last("unwanted") is not None)
    assert again.last("withheld") == withheld
    server.node.say(UnwantedChanged(room, chair.id, ()))
    await again.until(lambda: again.last("unwanted") == {"sources": []})
