"""A downlink by hand: what a browser answers decides what flows, and what is told."""

from collections.abc import AsyncIterator

import pytest

from bridge.control import DownlinkOffer, WithheldChanged, WithheldTrack
from bridge.errors import Conflict
from bridge.ids import Mid
from bridge.media import Codec, Source
from sfu.core.seam import UpId
from tests.support.sfu_house import ALL_OPEN, ANN, BOB, ROOM, House


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
    assert mid_of(await house.offered(1, after=offer.offer)) != mid_of(offer)
