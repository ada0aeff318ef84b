"""The ring of events and its readers."""

from bridge.control import DownlinkOffer, RoomGone
from bridge.ids import ParticipantId, RoomId
from sfu.events import EventRing, Reader


async def numbers(reader: Reader, count: int) -> list[int | None]:
    """The next so many; None for the end."""
    events = [await reader.next() for _ in range(count)]
    return [None if event is None else event.number for event in events]


def publish(ring: EventRing, count: int) -> None:
    for _ in range(count):
        ring.publish(RoomGone(RoomId("r")))


async def test_follows_on_from_a_number_of_the_same_run() -> None:
    ring = EventRing("run", 5)
    publish(ring, 4)
    assert await numbers(ring.read("run", 2), 2) == [3, 4]
    assert await numbers(ring.read("another", 2), 4) == [1, 2, 3, 4]


async def test_forgets_the_oldest() -> None:
    ring = EventRing("run", 3)
    publish(ring, 10)
    assert await numbers(ring.read("run", 0), 3) == [8, 9, 10]


async def test_goes_on_with_what_comes_then_ends() -> None:
    ring = EventRing("run", 5)
    reader = ring.read("run", 0)
    publish(ring, 2)
    ring.close()
    assert await numbers(reader, 3) == [1, 2, None]


async def test_a_slow_reader_is_cut_and_the_others_are_not() -> None:
    ring = EventRing("run", 4)
    slow, quick = ring.read("run", 0), ring.read("run", 0)
    for at in range(1, 7):
        publish(ring, 1)
        assert await numbers(quick, 1) == [at]
    assert slow.cut
    assert await numbers(slow, 5) == [1, 2, 3, 4, None], "it goes on from what it read last"
    assert await numbers(ring.read("run", 4), 2) == [5, 6]
    ring.leave(slow)
    ring.leave(slow)


async def test_replaced_offers_are_not_kept() -> None:
    ring = EventRing("run", 10)
    for offer, (room, who) in enumerate([("r", "ann"), ("r", "bob"), ("r", "ann"), ("q", "ann")]):
        ring.publish(DownlinkOffer(RoomId(room), ParticipantId(who), offer, "v=0", ()))
    assert await numbers(ring.read("run", 0), 3) == [2, 3, 4]
    publish(ring, 1)
    assert await numbers(ring.read("run", 0), 2) == [4, 5]
