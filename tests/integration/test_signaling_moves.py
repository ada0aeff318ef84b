"""A room whose media node stays away goes to another, and what it left is cleared away."""

import asyncio
from pathlib import Path

import pytest

from bridge import commands as c
from bridge.control import ParticipantOrder, RoomOrder, SpeakersChanged
from bridge.events import RoomPlaced, SourcePublished, SpeakersMoved
from bridge.ids import NS_PER_MS, NS_PER_S, NodeId, ParticipantId, RecorderId, RoomId, room_of
from bridge.reception import Reception
from bridge.repositories import NodeRow
from signaling import strays
from signaling.room_lease import room_lease_name
from signaling.strays import Strays
from signaling.wire import UplinkRequest
from tests.support.fakes import SOURCES, FakeNode, FakeRoom, ManyPlaces
from tests.support.receptions import AGENCY_SEAT, scheduled
from tests.support.room_server import CONFIG, Browser, RoomServer, eventually

A, B = NodeId("node-a"), NodeId("node-b")
UPLINK = UplinkRequest("v=0", SOURCES)


class TwoNodes(RoomServer):
    """``node`` is where rooms begin, ``other`` where they go."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.other = FakeNode(self.clock)
        self.places = ManyPlaces({A: self.node, B: self.other}, self.recorder)

    def lose_node(self) -> None:
        self.node.down = True
        self.node.drop()


@pytest.fixture
def server_class() -> type[RoomServer]:
    return TwoNodes


@pytest.fixture
def house(server: RoomServer) -> TwoNodes:
    assert isinstance(server, TwoNodes)
    return server


class EagerNode(FakeNode):
    """As the real one: who receives is made an offer at once, while the others are still on their way to it."""

    async def put_participant(self, room: RoomId, participant: ParticipantId, order: ParticipantOrder) -> None:
        known = participant in self._room(room).participants
        await super().put_participant(room, participant, order)
        if not known and order.receives:
            self._offer(room, participant)
            await asyncio.sleep(0.1)


async def test_what_the_new_node_offers_comes_after_the_word_that_it_is_new(
    house: TwoNodes, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    house.other = EagerNode(house.clock)
    assert isinstance(house.places, ManyPlaces)
    house.places.nodes[B] = house.other
    house.lose_node()
    await pair[0].until(lambda: "offer" in behind_renegotiate(pair[0]))
    await pair[1].until(lambda: "offer" in behind_renegotiate(pair[1]))
    for one in pair:
        assert [name for name, _ in one.heard].count("renegotiate") == 1


def behind_renegotiate(browser: Browser) -> list[str]:
    """What it heard since."""
    names = [name for name, _ in browser.heard]
    return names[names.index("renegotiate") :] if "renegotiate" in names else []


async def test_everybody_is_on_the_other_node_and_recorded_there(
    house: TwoNodes, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    chair, citizen = pair
    await chair.done(c.MuteParticipant(citizen.id))
    house.lose_node()
    await citizen.sees(lambda room: room.recording == "not_recording")
    await citizen.until(lambda: citizen.last("renegotiate") == {"reason": "node_restarted"})
    await citizen.sees(lambda room: room.recording == "writing")
    room = house.other.rooms[room_of(reception.id)]
    assert set(room.participants) == {chair.id, citizen.id}
    assert not room.participants[citizen.id].gates.microphone
    assert room.tap is not None
    assert room.tap.recording
    assert await citizen.ask("uplink", UPLINK) == {"sdp": "v=0 answer"}
    await house.stored(reception.id, RoomPlaced(B, RecorderId("recorder-1")))
    await chair.sees(lambda room: any(one.tracks for one in room.participants))
    assert not citizen.gone.is_set()


async def test_it_stays_there_when_the_first_is_back_which_is_told_to_leave_the_room(
    house: TwoNodes, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    house.lose_node()
    await eventually(lambda: room_of(reception.id) in house.other.rooms)
    assert room_of(reception.id) in house.node.rooms  # it only cannot be reached: people are still in it
    house.node.down = False
    await eventually(lambda: room_of(reception.id) not in house.node.rooms)
    assert "leave room" in house.node.orders
    assert "delete room" not in house.node.orders
    assert (await house.receptions.present(reception.id)).node == B


async def test_it_is_told_so_also_when_web_began_anew_meanwhile(
    house: TwoNodes, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    house.lose_node()
    await house.stored(reception.id, RoomPlaced(B, RecorderId("recorder-1")))
    await house.stop()
    await house.start()
    assert room_of(reception.id) in house.node.rooms
    house.node.down = False
    await eventually(lambda: room_of(reception.id) not in house.node.rooms)
    assert room_of(reception.id) in house.other.rooms
    assert "delete room" not in house.node.orders


async def test_what_the_node_before_says_concerns_nobody(
    house: TwoNodes, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    chair, citizen = pair
    house.lose_node()
    await eventually(lambda: room_of(reception.id) in house.other.rooms)
    house.node.down = False
    house.node.say(SpeakersChanged(room_of(reception.id), (citizen.id,)))
    house.node.drop()
    house.other.say(SpeakersChanged(room_of(reception.id), (chair.id,)))
    await chair.until(lambda: chair.last("speakers") is not None)
    said = [body["participants"] for name, body in chair.heard if name == "speakers"]
    assert said == [[chair.id]]


async def test_who_was_away_meanwhile_is_told_on_coming_back(
    house: TwoNodes, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    chair, citizen = pair
    welcome = citizen.welcome
    assert welcome is not None
    await citizen.close()
    await chair.sees(lambda room: any(one.state == "away" for one in room.participants))
    house.lose_node()
    await chair.until(lambda: chair.last("renegotiate") is not None)
    for turn in range(2):  # once is enough
        back = Browser(house.port)
        await back.connect({"participant": welcome.participant, "secret": welcome.secret})
        await back.until(lambda back=back: back.welcome is not None)  # type: ignore[misc]  # a lambda's default
        welcome = back.welcome
        assert welcome is not None
        assert await back.ask("uplink", UPLINK) == {"sdp": "v=0 answer"}
        told = [name for name, _ in back.heard if name == "renegotiate"]
        assert told == (["renegotiate"] if turn == 0 else [])
        await back.close()


async def test_a_room_moves_without_the_database_too(
    house: TwoNodes, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    house.units.away = True
    house.lose_node()
    await pair[1].until(lambda: pair[1].last("renegotiate") is not None)
    assert room_of(reception.id) in house.other.rooms
    house.units.away = False
    await house.stored(reception.id, RoomPlaced(B, RecorderId("recorder-1")))


async def test_without_another_it_waits_for_its_own_and_says_so_once(
    house: TwoNodes, reception: Reception, pair: tuple[Browser, Browser], caplog: pytest.LogCaptureFixture
) -> None:
    house.other.down = True
    house.lose_node()
    await pair[1].sees(lambda room: room.recording == "not_recording")
    await eventually(lambda: said(caplog, "stays with") > 0)
    await asyncio.sleep(10 * CONFIG.tick_s)  # it is looked for each time
    assert said(caplog, "answers again") == 0
    house.node.restart()
    house.node.down = False
    await pair[1].sees(lambda room: room.recording == "writing")
    assert (await house.receptions.present(reception.id)).node == A
    assert [said(caplog, one) for one in ("stays with", "where it stayed, answers again")] == [1, 1]


def said(caplog: pytest.LogCaptureFixture, words: str) -> int:
    """How often, of a room's place."""
    return len([one for one in caplog.messages if one.startswith("room ") and words in one])


async def test_a_node_that_is_lost_before_anybody_came_is_not_waited_for(
    house: TwoNodes, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    """A restarted process takes its rooms back where they can be."""
    await house.stop()
    house.node.down = True
    await house.start()
    agency = await house.browser(reception.id, AGENCY_SEAT)
    assert await agency.ask("uplink", UPLINK) == {"sdp": "v=0 answer"}
    assert agency.id in house.other.rooms[room_of(reception.id)].participants
    events = await house.events(reception.id)
    assert RoomPlaced(B, RecorderId("recorder-1")) in events
    assert not [one for one in events if isinstance(one, SourcePublished) and one.participant == pair[0].id]


async def spoken(house: TwoNodes, reception: Reception) -> list[tuple[SpeakersMoved | RoomPlaced, int]]:
    """Who was said to speak, and where the room was put, each with its time."""
    history = await house.receptions.history(reception.id)
    wanted = (SpeakersMoved, RoomPlaced)
    return [(one.event, one.at_utc_ns) for one in history if isinstance(one.event, wanted)]


async def test_who_spoke_did_so_until_the_node_was_last_heard_of(
    house: TwoNodes, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    chair, citizen = pair
    room = room_of(reception.id)
    spoke = SpeakersMoved((citizen.id,), citizen.id)
    house.node.say(SpeakersChanged(room, spoke.participants, spoke.dominant))
    await house.stored(reception.id, spoke)
    house.lose_node()
    lost = house.clock.utc()
    await eventually(lambda: room in house.other.rooms)
    await chair.until(lambda: chair.last("speakers") == {"participants": []})
    house.other.say(SpeakersChanged(room, (chair.id,), chair.id))
    await house.stored(reception.id, SpeakersMoved((chair.id,), chair.id))
    found = await spoken(house, reception)
    told = [one for one, _ in found if isinstance(one, SpeakersMoved)]
    assert told == [spoke, SpeakersMoved(()), SpeakersMoved((chair.id,), chair.id)]
    at = {type(one) if isinstance(one, RoomPlaced) else one: when for one, when in found}
    assert at[spoke] <= at[SpeakersMoved(())] <= lost + NS_PER_S // 2
    assert at[RoomPlaced] - at[SpeakersMoved(())] >= NS_PER_S // 2  # it was waited for meanwhile


async def test_who_spoke_when_node_and_owner_were_lost_together_does_not_go_on(
    house: TwoNodes, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    spoke = SpeakersMoved((pair[1].id,), pair[1].id)
    house.node.say(SpeakersChanged(room_of(reception.id), spoke.participants, spoke.dominant))
    await house.stored(reception.id, spoke)
    await house.stop()
    last = (await house.receptions.history(reception.id))[-1].at_utc_ns
    house.node.down = True
    await house.start()
    await house.stored(reception.id, SpeakersMoved(()))
    found = await spoken(house, reception)
    [ended] = [when for one, when in found if one == SpeakersMoved(())]
    assert abs(ended - last) < NS_PER_MS  # which counts on monotonically meanwhile


@pytest.mark.parametrize("restarted", [True, False])
async def test_who_spoke_goes_on_only_on_a_node_that_did_not_begin_anew_while_the_owner_was_away(
    house: TwoNodes, reception: Reception, pair: tuple[Browser, Browser], restarted: bool
) -> None:
    chair, citizen = pair
    spoke, then = SpeakersMoved((citizen.id,), citizen.id), SpeakersMoved((chair.id,), chair.id)
    house.node.say(SpeakersChanged(room_of(reception.id), spoke.participants, spoke.dominant))
    await house.stored(reception.id, spoke)
    await house.stop()
    last = (await house.receptions.history(reception.id))[-1].at_utc_ns
    if restarted:
        house.node.restart()
    await house.start()
    await eventually(lambda: room_of(reception.id) in house.node.rooms)
    house.node.say(SpeakersChanged(room_of(reception.id), then.participants, then.dominant))
    await house.stored(reception.id, then)
    found = [(one, at) for one, at in await spoken(house, reception) if one != spoke and isinstance(one, SpeakersMoved)]
    assert [one for one, _ in found] == [*([SpeakersMoved(())] if restarted else []), then]
    if restarted:
        assert abs(found[0][1] - last) < NS_PER_MS


async def registered(house: TwoNodes) -> None:
    """Both nodes say that they have rooms."""
    async with house.units.writing() as unit:
        for node in (A, B):
            await unit.nodes.heartbeat(NodeRow(node, "sfu", "unix:/nowhere", "", house.clock.utc(), 0.0, rooms=1))
        await unit.commit()


async def test_a_room_that_is_over_is_taken_from_a_node_that_was_away_meanwhile(
    house: TwoNodes,
    reception: Reception,
    pair: tuple[Browser, Browser],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(strays, "AGAIN_S", 0.05)
    await registered(house)
    house.lose_node()
    await house.stored(reception.id, RoomPlaced(B, RecorderId("recorder-1")))
    await pair[0].persists(c.CloseReception("heard"))
    await eventually(lambda: not house.other.rooms)
    going_on = await scheduled(house.receptions, house.clock.utc())
    house.node.rooms[room_of(going_on.id)] = house.node.rooms[RoomId("nobodys")] = FakeRoom(RoomOrder(held=False))
    await house.stop()
    await house.start()
    assert room_of(reception.id) in house.node.rooms
    house.node.down = False
    await eventually(lambda: room_of(reception.id) not in house.node.rooms)
    assert house.node.orders[-1] == "leave room"  # the recording went on elsewhere: this node stops nothing
    assert set(house.node.rooms) == {room_of(going_on.id), RoomId("nobodys")}
    unknown = "no reception names 1 of its rooms, left alone: nobodys"
    await eventually(lambda: any(unknown in one for one in caplog.messages))


async def test_a_room_that_another_process_is_winding_up_is_left_to_it(
    house: TwoNodes, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    await registered(house)
    await pair[0].persists(c.CloseReception("heard"))
    await eventually(lambda: not house.node.rooms)
    room, now = room_of(reception.id), house.clock.utc()
    house.node.rooms[room] = FakeRoom(RoomOrder(held=False))
    async with house.units.writing() as unit:
        await unit.leases.release(room_lease_name(reception.id), CONFIG.owner)
        await unit.leases.take(room_lease_name(reception.id), "elsewhere:1", now, now + 60 * NS_PER_S)
        await unit.commit()
    looking = Strays(house.units, house.receptions, house.places, house.clock)
    await looking.look()
    assert room in house.node.rooms
    async with house.units.writing() as unit:
        await unit.leases.release(room_lease_name(reception.id), "elsewhere:1")
        await unit.commit()
    await looking.look()  # this node was looked at already
    assert room in house.node.rooms
    await Strays(house.units, house.receptions, house.places, house.clock).look()
    assert room not in house.node.rooms
