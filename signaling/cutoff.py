"""Who spoke when a room's owner ended, and was cut off meanwhile: the room is on another node now, or its node does
not have it any more."""

import asyncio
from collections.abc import Sequence

from bridge.errors import NotFound, Unavailable
from bridge.events import Recorded, SpeakersMoved
from bridge.ids import RoomId
from bridge.ports import MediaNode
from bridge.stream import last_spoke

_ASKED_S = 1.0
"""A node answers in milliseconds; a room that is taken back does not wait for one that hangs."""


async def cut_off(history: Sequence[Recorded], room: RoomId, node: MediaNode, *, moved: bool) -> SpeakersMoved | None:
    """None: nobody spoke, or they may go on: a node that still has the room says so itself."""
    spoke = last_spoke(history)
    if spoke is None or (not moved and await _has(node, room)):
        return None
    return spoke


async def _has(node: MediaNode, room: RoomId) -> bool:
    try:
        async with asyncio.timeout(_ASKED_S):
            await node.room_lines(room)
    except (NotFound, Unavailable, TimeoutError):
        return False
    return True
