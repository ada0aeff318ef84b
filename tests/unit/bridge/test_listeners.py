"""An observer hears and sees, and sends nothing: not by a command, not by a gate, not with the floor."""

import msgspec
import pytest

from bridge import commands as c
from bridge.decisions import decide, decide_start
from bridge.errors import NotFound, NotPermitted
from bridge.events import DoorsOpened
from bridge.ids import ParticipantId
from bridge.model import Role
from bridge.policy import Actor
from bridge.reception import Reception
from bridge.rules import gates, may_receive, may_send, participant_order
from tests.unit.bridge.receptions import MOMENT, RECORDING, actor, after, joined, planned

OBSERVER = ParticipantId("p-agency")


def live() -> Reception:
    """Under way, with an observer at the agency's seat."""
    state = joined(after(planned(), [DoorsOpened()]), "chair", "secretary", "agency", "citizen")
    seats = {
        key: msgspec.structs.replace(seat, role=Role.OBSERVER) if seat.name == "agency" else seat
        for key, seat in state.seats.items()
    }
    state = msgspec.structs.replace(state, seats=seats)
    return after(state, decide_start(state, actor("chair"), c.StartReception("a reason"), RECORDING, MOMENT))


def observer() -> Actor:
    return msgspec.structs.replace(actor("agency"), seat_role=Role.OBSERVER)


def test_every_gate_of_theirs_stays_shut_and_they_see_the_others() -> None:
    state = live()
    assert may_receive(state, OBSERVER)
    assert not may_send(state, OBSERVER)
    assert participant_order(state, OBSERVER).receives
    paused = after(state, decide(state, actor("chair"), c.InterruptReception("a break")))
    for one in (state, paused):
        shut = gates(one, OBSERVER)
        assert (shut.microphone, shut.camera, shut.screen) == (False, False, False)
        assert gates(one, ParticipantId("p-citizen")).camera


@pytest.mark.parametrize(
    "command", [c.SetMicrophone(True), c.SetCamera(True), c.SetScreen(True), c.SetHand(True), c.MuteAll()]
)
def test_what_they_ask_for_is_refused(command: c.RoomCommand) -> None:
    with pytest.raises(NotPermitted):
        decide(live(), observer(), command)


def test_nobody_gives_them_the_floor() -> None:
    with pytest.raises(NotPermitted):
        decide(live(), actor("chair"), c.GiveFloor(OBSERVER))
    with pytest.raises(NotFound):
        decide(live(), actor("chair"), c.GiveFloor(ParticipantId("p-of-another-room")))
