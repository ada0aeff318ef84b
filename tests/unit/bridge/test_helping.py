"""An operator's help: offered once, answered by who conducts, and over with the consent or the helper's going."""

import pytest

from bridge import commands as c
from bridge import events as e
from bridge.decisions import decide, decide_join, decide_left
from bridge.errors import Code, IllegalTransition, Invalid, NotFound, NotPermitted, Refusal
from bridge.events import Departure, HelpEnd
from bridge.help import open_help_of
from bridge.helping import MAX_DECLINED, MAX_OFFERS
from bridge.ids import AccountId, AgencyId, ParticipantId, SeatId
from bridge.model import Level, Role, Seat
from bridge.policy import Action, Actor, may
from bridge.reception import Reception
from bridge.rules import may_join
from bridge.states import HelpState
from tests.unit.bridge.receptions import AGENCY, MOMENT, RECORDING, actor, after, joined, planned, seat

HELPER = ParticipantId("p-helper")


def operator(name: str = "helper", agency: AgencyId = AGENCY, *below: AgencyId) -> Actor:
    return Actor(AccountId(name), name, frozenset({Role.OPERATOR}), agency, below=frozenset(below))


def helper_seat(name: str = "helper") -> Seat:
    return seat(name, Role.OPERATOR, Level.PROVINCE)


def live() -> Reception:
    opened = after(planned(), [e.DoorsOpened()])
    return after(joined(opened, "chair", "secretary"), [e.ReceptionStarted(RECORDING, MOMENT, "on paper")])


def offered(state: Reception, name: str = "helper") -> Reception:
    return after(state, decide(state, operator(name), c.OfferHelp(helper_seat(name))))


def answered(state: Reception, accepted: bool, name: str = "helper", by: str = "chair") -> Reception:
    command = c.AnswerHelp(helper_seat(name).id, accepted)
    return after(state, decide(state, actor(by, state), command))


def helping() -> Reception:
    state = answered(offered(live()), True)
    return after(state, decide_join(state, helper_seat().id, HELPER, "session-1"))


def test_an_offer_opens_nothing_until_it_is_accepted() -> None:
    state = offered(live())
    assert state.seat_of(AccountId("helper")) is None
    assert AccountId("helper") not in state.concern.seats
    with pytest.raises(NotFound):
        decide_join(state, helper_seat().id, HELPER)
    accepted = answered(state, True, by="secretary")
    assert accepted.seat_of(AccountId("helper")) == helper_seat()
    assert may_join(accepted, helper_seat().id) is None


def test_a_helper_comes_in_as_operator_and_is_no_expected_guest() -> None:
    state = helping()
    assert state.role_of(HELPER) is Role.OPERATOR
    assert state.participant(HELPER).session == "session-1"
    assert not state.participant(HELPER).floor
    assert helper_seat() not in state.invited()
    assert [person.name for person in state.attendances][-1] == "helper"


def test_offering_twice_is_offering_once() -> None:
    state = offered(live())
    again = c.OfferHelp(seat("helper", Role.OPERATOR, Level.PROVINCE))
    assert decide(state, operator(), again) == []
    accepted = answered(state, True)
    assert decide(accepted, operator(), again) == []


def test_the_same_answer_twice_is_one_and_the_other_comes_too_late() -> None:
    accepted = answered(offered(live()), True)
    assert decide(accepted, actor("secretary", accepted), c.AnswerHelp(helper_seat().id, True)) == []
    with pytest.raises(IllegalTransition):
        decide(accepted, actor("secretary", accepted), c.AnswerHelp(helper_seat().id, False))
    with pytest.raises(NotFound):
        decide(accepted, actor("chair", accepted), c.AnswerHelp(SeatId("nowhere"), True))


@pytest.mark.parametrize("who", ["agency", "citizen"])
def test_only_who_conducts_answers_and_ends(who: str) -> None:
    state = offered(live())
    for command in (c.AnswerHelp(helper_seat().id, True), c.EndHelp(helper_seat().id)):
        with pytest.raises(NotPermitted):
            decide(state, actor(who, state), command)


def test_withdrawing_puts_the_helper_out_and_the_seat_opens_nothing_more() -> None:
    state = helping()
    events = decide(state, actor("chair", state), c.EndHelp(helper_seat().id))
    assert e.ParticipantLeft(HELPER, Departure.HELP_ENDED) in events
    assert events[-1] == e.HelpEnded(helper_seat().id, HelpEnd.WITHDRAWN)
    ended = after(state, events)
    assert may_join(ended, helper_seat().id) is Code.NOT_PERMITTED
    assert ended.seat_of(AccountId("helper")) is None
    assert ended.seats[helper_seat().id] == helper_seat()  # the record still says who it was
    assert decide(ended, actor("chair", ended), c.EndHelp(helper_seat().id)) == []


def test_withdrawing_before_anybody_came() -> None:
    state = answered(offered(live()), True)
    assert decide(state, actor("chair", state), c.EndHelp(helper_seat().id)) == [
        e.HelpEnded(helper_seat().id, HelpEnd.WITHDRAWN)
    ]
    with pytest.raises(NotFound):
        decide(offered(live()), actor("chair", state), c.EndHelp(helper_seat().id))


@pytest.mark.parametrize("how", [Departure.LEFT, Departure.EXPIRED, Departure.SIGNED_OUT])
def test_a_helper_who_goes_needs_a_new_consent(how: Departure) -> None:
    state = helping()
    gone = after(state, decide_left(state, HELPER, how))
    assert gone.helps[helper_seat().id].state is HelpState.ENDED
    assert open_help_of(gone.helps, AccountId("helper")) is None
    others = decide_left(state, ParticipantId("p-secretary"), how)
    assert not any(isinstance(event, e.HelpEnded) for event in others)
    anew = seat("helper-2", Role.OPERATOR, Level.PROVINCE)
    second = Seat(anew.id, AccountId("helper"), Role.OPERATOR, "helper", anew.point, anew.point_name, anew.level)
    assert decide(gone, operator(), c.OfferHelp(second)) == [e.HelpOffered(second)]


def test_a_second_device_of_the_helper_ends_nothing() -> None:
    state = helping()
    replaced = after(state, decide_join(state, helper_seat().id, ParticipantId("p-other")))
    assert replaced.helps[helper_seat().id].state is HelpState.ACCEPTED


def test_an_offer_can_be_taken_back_until_it_is_accepted() -> None:
    state = offered(live())
    taken = after(state, decide(state, operator(), c.TakeBackHelp()))
    assert taken.helps[helper_seat().id].state is HelpState.ENDED
    assert decide(taken, operator(), c.TakeBackHelp()) == []
    accepted = answered(state, True)
    with pytest.raises(IllegalTransition):
        decide(accepted, operator(), c.TakeBackHelp())


def test_an_operator_offers_their_own_seat_and_no_other() -> None:
    state = live()
    for wrong in (helper_seat("somebody"), seat("helper", Role.CHAIR, Level.CENTRAL)):
        with pytest.raises(Invalid):
            decide(state, operator(), c.OfferHelp(wrong))


def test_before_the_doors_and_from_a_seat_there_is_nothing_to_offer() -> None:
    with pytest.raises(Refusal) as closed:
        decide(planned(), operator(), c.OfferHelp(helper_seat()))
    assert closed.value.code is Code.DOORS_CLOSED
    with pytest.raises(Refusal) as seated:
        decide(live(), operator("secretary"), c.OfferHelp(helper_seat("secretary")))
    assert seated.value.code is Code.SEAT_TAKEN


def test_who_conducts_is_not_flooded() -> None:
    state = live()
    for number in range(MAX_OFFERS):
        state = offered(state, f"helper-{number}")
    with pytest.raises(Refusal) as many:
        decide(state, operator("one-more"), c.OfferHelp(helper_seat("one-more")))
    assert many.value.code is Code.TOO_MANY_REQUESTS
    state = live()
    for _ in range(MAX_DECLINED):
        declined = decide(offered(state), actor("chair", state), c.AnswerHelp(helper_seat().id, False))
        assert declined == [e.HelpDeclined(helper_seat().id)]
        again = seat(f"helper-{state.version}", Role.OPERATOR, Level.PROVINCE)
        own = Seat(again.id, AccountId("helper"), Role.OPERATOR, "helper", again.point, again.point_name, again.level)
        state = after(state, [e.HelpOffered(own), e.HelpDeclined(own.id)])
    with pytest.raises(Refusal) as often:
        decide(state, operator(), c.OfferHelp(helper_seat()))
    assert often.value.code is Code.NOT_PERMITTED


def test_an_operator_of_an_agency_above_may_offer_one_beside_may_not() -> None:
    state, above = live(), AgencyId("ministry")
    offer = c.OfferHelp(helper_seat())
    assert decide(state, operator("helper", above, AGENCY), offer) == [e.HelpOffered(helper_seat())]
    with pytest.raises(NotFound):  # who may not even see it
        decide(state, operator(agency=AgencyId("beside")), offer)


def test_an_administrator_watches_and_does_not_come_in() -> None:
    someone = Actor(AccountId("a"), "a", frozenset({Role.ADMINISTRATOR}), AGENCY)
    assert may(someone, Action.WATCH_ROOMS, live().concern)
    assert not may(someone, Action.OFFER_HELP, live().concern)
