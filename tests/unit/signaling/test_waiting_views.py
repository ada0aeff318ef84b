"""What the waiting area shows: by its very types nothing of anybody else."""

import msgspec
import pytest

from bridge import commands as c
from bridge import events as e
from bridge.decisions import decide_join
from bridge.ids import ParticipantId
from bridge.model import Level, Role
from bridge.policy import Action
from bridge.reception import Reception
from signaling.views import participant_views, room_view
from signaling.waiting_views import waiting_view
from signaling.wire import ParticipantView, RoomView, StaffSide, WaitingSeat, WaitingView, WaitingWelcome
from tests.unit.bridge.receptions import after, seat
from tests.unit.bridge.test_waiting import AN, BINH, CUC, come, does, live, opened


def structs_in(kind: object) -> set[type]:
    """Every struct that a value of this type can hold."""
    found: set[type] = set()
    open_ = [msgspec.inspect.type_info(kind)]
    while open_:
        one = open_.pop()
        if isinstance(one, msgspec.inspect.StructType) and one.cls not in found:
            found.add(one.cls)
            open_ += [field.type for field in one.fields]
        for name in ("types", "item_types"):
            open_ += list(getattr(one, name, ()))
        for name in ("item_type", "key_type", "value_type"):
            if (inner := getattr(one, name, None)) is not None:
                open_.append(inner)
    return found


@pytest.mark.parametrize("kind", [WaitingView, WaitingWelcome])
def test_no_type_of_the_room_can_be_in_what_who_waits_is_sent(kind: type) -> None:
    assert structs_in(kind) <= {WaitingView, WaitingWelcome, StaffSide}
    assert not structs_in(kind) & {ParticipantView, RoomView, WaitingSeat}
    texts = {field.name for field in msgspec.structs.fields(StaffSide) if field.type is not int}
    assert texts == {"state"}
    lists = [field.name for field in msgspec.structs.fields(WaitingView) if "tuple" in str(field.type)]
    assert lists == []


def shown(state: Reception, who: str) -> RoomView:
    tiles = participant_views(state)
    return room_view(state, ParticipantId(f"p-{who}"), revision=1, now_ms=1, tiles=tiles)


def test_a_citizen_is_shown_their_own_case_and_no_agenda() -> None:
    state = come(live(opened()), AN, BINH, CUC)
    view = waiting_view(state, ParticipantId("p-binh"), revision=1, now_ms=1)
    assert (view.name, view.number, view.before, view.staff, view.begun) == ("binh", 2, 1, None, True)
    text = msgspec.json.encode(view).decode()
    assert not [word for word in ("first", "second", "third", '"an"', "cuc", "chair") if word in text]


def test_an_agency_is_told_of_the_agenda_in_numbers_alone() -> None:
    state = come(live(opened()), seat("agency", Role.AGENCY, Level.PROVINCE), AN)
    view = waiting_view(state, ParticipantId("p-agency"), revision=1, now_ms=1)
    assert (view.staff, view.number) == (StaffSide("live", 1, 3), None)


def test_only_who_lets_in_sees_who_waits() -> None:
    state = does(come(live(opened()), AN, BINH, seat("agency", Role.AGENCY, Level.PROVINCE)), c.AdmitSeat(AN.id))
    state = does(state, c.AdmitSeat(seat("agency", Role.AGENCY, Level.PROVINCE).id))
    chair, citizen, agency = shown(state, "chair"), shown(state, "an"), shown(state, "agency")
    assert [one.name for one in chair.waiting] == ["binh"]
    assert Action.ADMIT in chair.may
    for other in (citizen, agency):
        assert (other.waiting, other.absent) == ((), ())
        assert Action.ADMIT not in other.may
    assert [one.title for one in citizen.cases] == ["first", "second"]
    assert (citizen.expected, len(agency.cases)) == ((), 3)


def test_the_row_says_what_was_checked_and_of_a_second_device() -> None:
    state = come(live(opened()), AN)
    state = after(state, [e.DevicesChecked(AN.id, True, False), e.WaitingMessaged(AN.id, "Xin chờ")])
    state = after(state, decide_join(state, AN.id, ParticipantId("second")))
    row = shown(state, "chair").waiting[0]
    assert (row.camera, row.microphone, row.moved, row.message) == (True, False, True, "Xin chờ")
