"""Wishes about pictures on their way to a node that takes its time."""

import asyncio

import pytest

from bridge.control import ShownSource, WantsOrder
from bridge.errors import Code, Unavailable
from bridge.ids import ParticipantId, RoomId
from bridge.media import Source
from signaling.members import Members
from signaling.negotiation import Negotiation
from signaling.wire import WantsRequest
from tests.support.fakes import FakeNode, HandClock

YOU, OTHER = ParticipantId("you"), ParticipantId("other")
CAMERA, SCREEN = ShownSource(OTHER, Source.CAMERA), ShownSource(OTHER, Source.SCREEN)


class SlowNode(FakeNode):
    """Each order waits until :meth:`answer`."""

    def __init__(self) -> None:
        super().__init__(HandClock())
        self.told: list[WantsOrder] = []
        self._answers: list[asyncio.Future[None]] = []

    async def put_wants(self, room: RoomId, participant: ParticipantId, order: WantsOrder) -> None:
        self.told.append(order)
        self._answers.append(asyncio.get_running_loop().create_future())
        await self._answers[-1]

    def answer(self, refusal: Unavailable | None = None) -> None:
        if refusal is None:
            self._answers.pop(0).set_result(None)
        else:
            self._answers.pop(0).set_exception(refusal)


async def _never() -> None:
    raise AssertionError("the room is there")


def asked(negotiation: Negotiation, *shown: ShownSource) -> asyncio.Task[None]:
    return asyncio.create_task(negotiation.take(YOU, WantsRequest(shown), {YOU, OTHER}))


async def _turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_was_acknowledged_was_told_though_the_wish_before_it_failed() -> None:
    node = SlowNode()
    negotiation = Negotiation(node, RoomId("room"), Members(), _never)
    first, second, third = asked(negotiation, CAMERA), asked(negotiation, SCREEN), asked(negotiation, CAMERA, SCREEN)
    await _turns()
    node.answer(Unavailable(Code.NODE_UNAVAILABLE, "it hangs"))
    await _turns()
    with pytest.raises(Unavailable):
        await first
    assert not third.done()
    node.answer()
    await asyncio.gather(second, third)
    assert node.told == [WantsOrder((CAMERA,)), WantsOrder((CAMERA, SCREEN))]


async def test_each_wish_that_fails_is_refused_and_the_next_one_is_told() -> None:
    node = SlowNode()
    negotiation = Negotiation(node, RoomId("room"), Members(), _never)
    first, second = asked(negotiation, CAMERA), asked(negotiation, SCREEN)
    for _ in range(2):
        await _turns()
        node.answer(Unavailable(Code.NODE_UNAVAILABLE, "it hangs"))
    for wish in (first, second):
        with pytest.raises(Unavailable):
            await wish
    last = asked(negotiation, CAMERA)
    await _turns()
    node.answer()
    await last
    assert node.told == [WantsOrder((CAMERA,)), WantsOrder((SCREEN,)), WantsOrder((CAMERA,))]
