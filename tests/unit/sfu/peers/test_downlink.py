"""A downlink by hand: what a browser answers decides what flows, and what is told."""

from collections.abc import AsyncIterator

import pytest

from bridge.control import DownlinkOffer, Gates, ParticipantOrder, WithheldChanged, WithheldTrack
from bridge.errors import Conflict
from bridge.ids import Mid
from bridge.media import Codec, Source
from sfu.capture.capture import Line
from sfu.core.seam import UpId
from sfu.transport.stun import parse_check
from tests.support.sfu_house import ALL_OPEN, ANN, BOB, ROOM, House
from tests.support.sfu_peer import Peer, rtp
from tests.support.sfu_stun import check


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """Ann speaks, Bob listens and has been offered that."""
    made = House()
    await made.connect()
    await made.node.put_participant(ROOM, BOB, ALL_OPEN)
    made.feed(1)
    made.batch_ends()
    yield made
    await made.node.close()


def withheld(house: House) -> tuple[WithheldTrack, ...]:
    """From Bob, as it was told last."""
    told = house.told(WithheldChanged)
    return told[-1].tracks if told else ()


def mid_of(offer: DownlinkOffer) -> Mid:
    [track] = offer.tracks
    return track.mid


def begin_anew(house: House) -> None:
    """Ann's track ends, and another begins."""
    house.goodbye()
    house.batch_ends()
    house.feed(2)
    house.batch_ends()


async def test_a_track_whose_m_line_is_refused_is_withheld_and_told(house: House) -> None:
    offer = await house.offered(1)
    await house.answer(offer, refused=[mid_of(offer)])
    assert withheld(house) == (WithheldTrack(ANN, Source.MICROPHONE, Codec.OPUS),)
    assert (await house.offered(0)).offer > offer.offer, "its m-line is offered as free"


async def test_what_begins_after_a_refusal_gets_an_m_line_that_was_not_refused(house: House) -> None:
    first = await house.offered(1)
    await house.answer(first, refused=[mid_of(first)])
    await house.answer(await house.offered(0), refused=[mid_of(first)])
    begin_anew(house)
    assert withheld(house) == ()
    second = await house.offered(1)
    assert mid_of(second) != mid_of(first)
    await house.answer(second, refused=[mid_of(first)])
    assert withheld(house) == ()


async def test_an_answer_to_another_offer_than_the_one_in_flight_is_stale(house: House) -> None:
    offer = await house.offered(1)
    await house.answer(offer)
    with pytest.raises(Conflict):
        await house.answer(offer)
    assert withheld(house) == ()


async def test_an_unknown_track_ends_without_a_word(house: House) -> None:
    offer = await house.offered(1)
    await house.answer(offer)
    told = len(house.told(object))
    house.room.participant(BOB).unwant(UpId(999))
    assert len(house.told(object)) == told


async def test_what_comes_to_an_m_line_while_it_is_refused_moves_to_another(house: House) -> None:
    """The answer speaks of what the line was offered with, not of what it carries now."""
    offer = await house.offered(1)
    begin_anew(house)
    await house.answer(offer, refused=[mid_of(offer)])
    assert withheld(house) == ()
    assert mid_of(await house.offered(1, before=offer)) != mid_of(offer)


# ── what a participant may and gets ──────────────────────────────────────────────────────────────────────────────


def connect(house: House) -> Peer:
    """Bob's downlink is connected."""
    peer = Peer(8, ("127.0.0.1", 6000))
    transport = house.room.participant(BOB).transports()[Line.DOWNLINK]
    local = transport.ice.local
    datagram = check(local.pwd, f"{local.ufrag}:bobs", nominates=True)
    transport.check(parse_check(datagram), peer.address, house.clock.mono())
    transport.keyed(peer.keys)
    return peer


def heard(house: House, peer: Peer, sequence: int) -> int:
    """How many packets reach Bob when Ann sends one."""
    packet = rtp(sequence, sequence * 960, 1001, 111, b"opus")
    return len(peer.mine(house.core.feed(house.peer.rtp(packet), house.peer.address, house.clock.mono())))


async def test_nothing_flows_before_the_answer_and_everything_after_it(house: House) -> None:
    offer = await house.offered(1)
    peer = connect(house)
    assert heard(house, peer, 2) == 0
    await house.answer(offer)
    assert heard(house, peer, 3) == 1
    assert heard(house, peer, 4) == 1


async def test_a_track_that_is_refused_does_not_flow(house: House) -> None:
    offer = await house.offered(1)
    peer = connect(house)
    await house.answer(offer, refused=[mid_of(offer)])
    assert heard(house, peer, 2) == 0


async def test_who_no_longer_receives_is_sent_nothing_and_may_come_back(house: House) -> None:
    first = await house.offered(1)
    peer = connect(house)
    await house.answer(first)
    await house.node.put_participant(ROOM, BOB, ParticipantOrder(receives=False, gates=ALL_OPEN.gates))
    assert heard(house, peer, 2) == 0
    await house.node.put_participant(ROOM, BOB, ALL_OPEN)
    again = await house.offered(1, before=first)
    assert session_of(again) != session_of(first)


async def test_a_browser_that_comes_back_with_nothing_is_offered_all_of_it_anew(house: House) -> None:
    """What it did not take on the connection before counts no more."""
    first = await house.offered(1)
    await house.answer(first, refused=[mid_of(first)])
    await house.node.restart_downlink(ROOM, BOB)
    assert withheld(house) == ()
    again = await house.offered(1, before=first)
    assert session_of(again) != session_of(first)


async def test_a_gate_acts_before_the_next_packet(house: House) -> None:
    offer = await house.offered(1)
    peer = connect(house)
    await house.answer(offer)
    muted = ParticipantOrder(receives=True, gates=Gates(microphone=False, camera=True, screen=True))
    await house.node.put_participant(ROOM, ANN, muted)
    assert heard(house, peer, 2) == 0
    await house.node.put_participant(ROOM, ANN, ALL_OPEN)
    assert heard(house, peer, 3) == 1


def session_of(offer: DownlinkOffer) -> str:
    """By which a browser tells a new connection."""
    return offer.sdp.split("o=- ")[1].split(" ")[0]
