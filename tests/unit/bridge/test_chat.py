"""What is written in the room: when, by whom, how much, and who reads it."""

import msgspec
import pytest

from bridge import commands as c
from bridge import events as e
from bridge.chat import MAX_PER_SEAT, MAX_TEXT, may_read
from bridge.decisions import decide, decide_left
from bridge.errors import Code, Invalid, NotPermitted, Refusal
from bridge.evolution import rebuilt
from bridge.ids import CaseId, ParticipantId, SeatId
from bridge.model import AgendaItem, Audience, Level, Role
from bridge.policy import Actor
from bridge.reception import Reception
from tests.unit.bridge.receptions import (
    MOMENT,
    RECORDING,
    actor,
    after,
    joined,
    planned,
    recorded,
    scheduled_event,
    seat,
)

CITIZEN, OTHER = SeatId("seat-citizen"), SeatId("seat-other")


def opened() -> Reception:
    return joined(after(planned(), [e.DoorsOpened()]), "chair", "agency", "citizen")


def live() -> Reception:
    return after(opened(), [e.ReceptionStarted(RECORDING, MOMENT, "trial")])


def written(state: Reception, who: str, command: c.RoomCommand) -> Reception:
    return after(state, decide(state, actor(who, state), command), at=7)


def readers(state: Reception) -> set[str]:
    message = state.messages[-1]
    return {str(one).removeprefix("seat-") for one in state.seats if may_read(state, one, message)}


def test_a_message_is_kept_with_its_writer_its_time_and_who_was_there() -> None:
    state = written(live(), "agency", c.SendToAll("  giấy tờ\nđã nhận "))
    (message,) = state.messages
    assert (message.number, message.at_utc_ns, message.text) == (1, 7, "giấy tờ\nđã nhận")
    assert (message.seat, message.audience) == (SeatId("seat-agency"), Audience.ALL)
    assert message.present == {SeatId("seat-chair"), SeatId("seat-agency"), CITIZEN}
    assert readers(state) == {"chair", "secretary", "agency", "citizen"}


def test_the_officials_line_is_never_the_citizens() -> None:
    state = written(live(), "chair", c.SendToOfficials("hồ sơ chưa đủ"))
    assert readers(state) == {"chair", "secretary", "agency"}
    with pytest.raises(NotPermitted):
        decide(state, actor("citizen", state), c.SendToOfficials("x"))


def test_another_citizen_reads_nothing_of_a_case_before_they_came_and_is_not_theirs() -> None:
    event = scheduled_event()
    other = seat("other", Role.CITIZEN, Level.COMMUNE)
    agenda = (AgendaItem(1, CaseId("c1"), "first", (CITIZEN,)), AgendaItem(2, CaseId("c2"), "second", (OTHER,)))
    state = rebuilt(recorded([msgspec.structs.replace(event, seats=(*event.seats, other), agenda=agenda)]))
    state = after(state, [e.DoorsOpened()])
    state = after(joined(state, "chair", "citizen"), [e.ReceptionStarted(RECORDING, MOMENT, None)])
    state = written(state, "chair", c.SendToAll("về thửa đất"))
    assert "other" not in readers(state)
    state = after(state, decide_left(state, ParticipantId("p-citizen"), e.Departure.LEFT))
    assert "citizen" in readers(state)
    state = written(after(state, [e.AgendaMoved(2)]), "chair", c.SendToAll("mời ông B"))
    assert "other" in readers(state)
    assert "citizen" not in readers(state)


def test_citizens_write_only_while_it_goes_on_officials_also_before_and_in_a_pause() -> None:
    paused = after(live(), [e.ReceptionInterrupted(e.Cause.CHAIR, "")])
    for state in (opened(), paused):
        with pytest.raises(Refusal) as refused:
            decide(state, actor("citizen", state), c.SendToAll("alô"))
        assert refused.value.code is Code.NOT_LIVE
        assert decide(state, actor("agency", state), c.SendToAll("xin chờ"))
        assert decide(state, actor("agency", state), c.SendToOfficials("xin chờ"))


@pytest.mark.parametrize("text", ["", " \n ", "x" * (MAX_TEXT + 1), "a\x00b", "a\x1b[1m"])
def test_a_message_has_words_and_an_end(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        decide(live(), actor("chair", live()), c.SendToAll(text))
    assert refused.value.params == {"field": "text", "limit": str(MAX_TEXT)}


def test_nobody_uses_up_what_the_others_may_write() -> None:
    state = live()
    sent = e.MessageSent(ParticipantId("p-citizen"), Audience.ALL, "x")
    state = after(state, [sent] * MAX_PER_SEAT)
    with pytest.raises(Refusal) as refused:
        decide(state, actor("citizen", state), c.SendToAll("one more"))
    assert refused.value.code is Code.CHAT_FULL
    assert decide(state, actor("agency", state), c.SendToAll("still"))


def test_who_only_observes_writes_nothing() -> None:
    chair = actor("chair", live())
    observer = Actor(chair.account, "o", frozenset(), chair.agency, chair.seat, Role.OBSERVER, chair.participant)
    with pytest.raises(NotPermitted):
        decide(live(), observer, c.SendToAll("x"))
