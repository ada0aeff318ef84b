"""What every room of a process is made with, and which commands it does not wait with."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from bridge import commands as c
from bridge.ids import NodeId
from bridge.ports import Clock, Entropy, LocalJournal
from bridge.receptions import ReceptionService
from bridge.repositories import UnitsOfWork
from signaling.places import Places
from signaling.resume import ResumeSecrets
from signaling.settings import SignalingConfig
from signaling.times import Times

if TYPE_CHECKING:
    from signaling.room import Room

AT_ONCE = (
    c.SetMicrophone,
    c.SetCamera,
    c.SetScreen,
    c.SetHand,
    c.GiveFloor,
    c.TakeFloor,
    c.MuteParticipant,
    c.MuteAll,
    c.SendToAll,
    c.SendToOfficials,
    c.TakeChair,
    c.ReturnChair,
)
"""Commands that act from the room's memory; the rest is stored before it takes effect."""

WITHOUT_NODE = (c.SetHand, c.GiveFloor, c.SendToAll, c.SendToOfficials, c.TakeChair)
"""They close no gate, so there is nothing to wait for."""
WRITES = (c.SendToAll, c.SendToOfficials)


class RoomParts(msgspec.Struct, frozen=True):
    """What every room of a process is made with."""

    config: SignalingConfig
    units: UnitsOfWork
    service: ReceptionService
    journal: LocalJournal
    places: Places
    secrets: ResumeSecrets
    clock: Clock
    entropy: Entropy
    times: Times
    retire: "Callable[[Room], None]"
    moved: "Callable[[Room, NodeId], None]"
    """To another node, and which it left."""
