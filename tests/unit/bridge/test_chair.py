"""The chair changes hands: one at any time, and every right goes with it."""

import msgspec
import pytest

from bridge import commands as c
from bridge import events as e
from bridge.accounts import actor_in, actor_of
from bridge.decisions import check_start, decide, decide_close, decide_left, decide_lost, decide_returned
from bridge.errors import Code, IllegalTransition, NotFound, NotPermitted, Refusal
from bridge.events import Departure
from bridge.ids import AccountId, ParticipantId, SeatId
from bridge.live import probe_of
from bridge.model import Account, Role
from bridge.policy import Actor
from bridge.reception import Reception
from bridge.rules import may_open_microphone, room_order
from tests.unit.bridge.receptions import AGENCY, MOMENT, RECORDING, after, joined, planned
from tests.unit.bridge.receptions import actor as appointed_actor

CHAIR, SECRETARY = ParticipantId("p-chair"), ParticipantId("p-secretary")


def actor(name: str, state: Reception) -> Actor:
    """As the room makes one: with what the seat counts as now."""
    one = appointed_actor(name, state)
    assert one.seat is not None
    return msgspec.structs.replace(one, roles=frozenset(), seat_role=state.role_at(one.seat))


def lobby() -> Reception:
    return joined(after(planned(), [e.DoorsOpened()]), "chair", "secretary", "agency", "citizen")


def live() -> Reception:
    return after(lobby(), [e.ReceptionStarted(RECORDING, MOMENT, "trial")])


def without_chair(state: Reception) -> Reception:
    return after(state, decide_lost(state, CHAIR))


def taken(state: Reception) -> Reception:
    return after(state, decide(state, actor("secretary", state), c.TakeChair()))


def test_a_deputy_takes_the_chair_only_when_nobody_holds_it() -> None:
    with pytest.raises(Refusal) as refused:
        taken(live())
    assert refused.value.code is Code.CHAIR_PRESENT
    lost = without_chair(live())
    left = after(live(), decide_left(live(), CHAIR, Departure.LEFT))
    for state in (lost, left):
        assert decide(state, actor("secretary", state), c.TakeChair()) == [e.ChairTaken(SECRETARY)]
        for name in ("agency", "citizen"):
            with pytest.raises(NotPermitted):
                decide(state, actor(name, state), c.TakeChair())


def test_every_right_goes_with_the_chair() -> None:
    state = taken(without_chair(live()))
    deputy, former = actor("secretary", state), actor("chair", state)
    assert (deputy.seat_role, former.seat_role) == (Role.CHAIR, Role.ADVISOR)
    assert decide(state, deputy, c.InterruptReception())
    assert decide_close(state, deputy, c.CloseReception(), MOMENT)
    assert decide(state, deputy, c.CallNextCase())
    for command in (c.InterruptReception(), c.GiveFloor(SECRETARY), c.MuteAll()):
        with pytest.raises(NotPermitted):
            decide(state, former, command)
    with pytest.raises(NotPermitted):
        decide_close(state, former, c.CloseReception(), MOMENT)
    with pytest.raises(NotPermitted):
        decide(state, actor("agency", state), c.CallNextCase())


def test_a_deputy_starts_what_its_chair_never_came_to() -> None:
    state = joined(after(planned(), [e.DoorsOpened()]), "secretary", "citizen")
    with pytest.raises(NotPermitted):
        check_start(state, actor("secretary", state), c.StartReception("trial"))
    state = taken(state)
    check_start(state, actor("secretary", state), c.StartReception("trial"))
    assert probe_of(state, c.StartReception("trial")) == (SECRETARY,)


def test_floor_and_notice_in_a_pause_go_with_the_chair() -> None:
    state = taken(without_chair(live()))
    assert state.participants[SECRETARY].floor
    assert not state.participants[CHAIR].floor
    paused = after(state, [e.ReceptionInterrupted(e.Cause.CHAIR, "")])
    assert may_open_microphone(paused, SECRETARY) is None
    speaking = after(paused, [e.MicrophoneMoved(SECRETARY, True)])
    assert room_order(speaking).notice_from == SECRETARY


def test_the_first_chair_who_comes_back_has_it_only_when_given() -> None:
    state = taken(without_chair(live()))
    state = after(state, decide_returned(state, CHAIR))
    with pytest.raises(Refusal) as refused:
        decide(state, actor("chair", state), c.TakeChair())
    assert refused.value.code is Code.CHAIR_PRESENT
    with pytest.raises(NotPermitted):
        decide(state, actor("chair", state), c.ReturnChair())
    state = after(state, [e.MicrophoneMoved(SECRETARY, True)])
    state = after(state, decide(state, actor("secretary", state), c.ReturnChair()))
    assert (state.role_of(CHAIR), state.role_of(SECRETARY)) == (Role.CHAIR, Role.SECRETARY)
    assert state.participants[CHAIR].floor
    assert not state.participants[SECRETARY].floor
    assert not state.participants[SECRETARY].microphone_open


def test_the_first_chair_takes_it_when_the_deputy_is_gone_too() -> None:
    state = taken(without_chair(live()))
    state = after(state, decide_returned(state, CHAIR))
    state = after(state, decide_lost(state, SECRETARY))
    events = decide(state, actor("chair", state), c.TakeChair())
    assert events == [e.ChairReturned(CHAIR)]
    assert after(state, events).acting_chair is None


def test_the_chair_is_given_back_only_to_who_is_there_and_only_once_taken() -> None:
    state = taken(without_chair(live()))
    with pytest.raises(NotFound) as unknown:
        decide(state, actor("secretary", state), c.ReturnChair())
    assert unknown.value.code is Code.UNKNOWN_PARTICIPANT
    with pytest.raises(IllegalTransition):
        decide(live(), actor("chair", live()), c.ReturnChair())


def test_who_joins_on_another_device_is_what_the_seat_counts_as() -> None:
    state = taken(without_chair(live()))
    state = after(state, [e.ParticipantLeft(SECRETARY, Departure.REPLACED)])
    state = after(state, [e.ParticipantJoined(ParticipantId("p2"), SeatId("seat-secretary"))])
    assert state.role_of(ParticipantId("p2")) is Role.CHAIR
    assert state.participants[ParticipantId("p2")].floor


def test_pages_see_the_same_as_the_room() -> None:
    state = taken(without_chair(live()))
    account = Account(AccountId("chair"), "chair", "chair", frozenset(), AGENCY, None, "")
    assert actor_in(actor_of(account, frozenset()), state).seat_role is Role.ADVISOR


def test_nobody_takes_the_chair_of_what_is_over() -> None:
    closed = after(live(), [e.ReceptionClosed(e.Cause.CHAIR, "", MOMENT)])
    with pytest.raises(NotFound):
        decide(closed, actor("secretary", live()), c.TakeChair())
