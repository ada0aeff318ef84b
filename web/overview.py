"""What lists and the reception's page say about a reception: who is there, and what its reader does next."""

from typing import NamedTuple

import msgspec

from bridge.errors import Code
from bridge.model import ReceptionRow, Role, place_of
from bridge.policy import Action, Actor, Concern, may
from bridge.reception import Reception
from bridge.rules import may_join
from bridge.states import BEFORE_LIVE, OVER, UNDER_WAY
from web.reach import Seen
from web.words import mark


class Step(NamedTuple):
    """The one thing to do next. ``sends``: a form to be sent, not a link to be followed."""

    sentence: str
    address: str
    sends: bool


class Points(NamedTuple):
    """Bridge points of a reception: several seats may be at one."""

    connected: int
    expected: int


def points_of(reception: Reception) -> Points:
    """A point is connected when anybody there is; a device of one's own is a point by itself."""
    invited = {seat.id: place_of(seat) for seat in reception.invited()}
    there = {
        invited[someone.seat]
        for someone in reception.participants.values()
        if someone.connected and someone.seat in invited
    }
    return Points(len(there), len(set(invited.values())))


def address(reception: Reception) -> str:
    """Its page."""
    return f"/receptions/{reception.id}"


def next_step(seen: Seen) -> Step:
    """By what the reader may do and how the reception stands."""
    reception, own = seen.reception, address(seen.reception)
    if reception.state in BEFORE_LIVE and not reception.doors_open and seen.may(Action.OPEN_DOORS):
        return Step(mark("Open the doors"), f"{own}/open", True)
    if seen.actor.seat is not None and may_join(reception, seen.actor.seat) is None:
        return Step(mark("Go to the room"), f"{own}/room", False)
    if reception.recording and reception.state in OVER and may_see_archive(seen):
        return Step(mark("Open the recording"), f"/archive/{reception.recording}", False)
    if seen.actor.seat is not None and may_join(reception, seen.actor.seat) is Code.DOORS_CLOSED:
        return Step(mark("Check camera and microphone"), f"{own}/devices", False)
    return Step(mark("See the reception"), own, False)


def step_of_row(row: ReceptionRow, actor: Actor, seat: Role | None) -> Step:
    """The same from what a list knows; whether the room is full is told at its door."""
    own, concern = f"/receptions/{row.id}", Concern(f"reception {row.id}", row.agency, frozenset({actor.account}))
    asker = msgspec.structs.replace(actor, seat_role=seat)
    before = row.state in BEFORE_LIVE
    if before and not row.doors_open and may(asker, Action.OPEN_DOORS, concern):
        return Step(mark("Open the doors"), f"{own}/open", True)
    if seat is not None and row.doors_open and (before or row.state in UNDER_WAY):
        return Step(mark("Go to the room"), f"{own}/room", False)
    if row.recording and row.state in OVER and may(actor, Action.SEE_ARCHIVE, Concern("archive", row.agency)):
        return Step(mark("Open the recording"), f"/archive/{row.recording}", False)
    if seat is not None and before:
        return Step(mark("Check camera and microphone"), f"{own}/devices", False)
    return Step(mark("See the reception"), own, False)


def may_see_archive(seen: Seen) -> bool:
    """Whether the reception's recording is open to the reader."""
    return may(seen.actor, Action.SEE_ARCHIVE, Concern("archive", seen.reception.agency))
