"""What each one sees of the same room."""

import msgspec
import pytest

from bridge.events import (
    Cause,
    DoorsOpened,
    Event,
    ParticipantJoined,
    ReceptionChanged,
    ReceptionInterrupted,
    ReceptionScheduled,
    ReceptionStarted,
    Recorded,
    RecordingHealth,
    RecordingMoved,
)
from bridge.ids import ParticipantId, ReceptionId, RecordingId, SeatId, guest_of
from bridge.media import Moment
from bridge.model import OWN_DEVICE, AdmitRule, ReceptionKind, Role
from bridge.reception import Reception, evolve, rebuilt
from signaling.views import expected_points, participant_views, recording_word, room_view
from signaling.wire import RoomView
from tests.support.receptions import AGENCY, CHAIR, CITIZEN, SEATS

ID = ReceptionId("reception-1")
STARTED = ReceptionStarted(RecordingId("recording-1"), Moment(5, 7_000_000), None)


def room(*events: Event) -> Reception:
    first = ReceptionScheduled(ID, "Title", AGENCY, "Office", ReceptionKind.REGULAR, 0, SEATS, (), AdmitRule.ON_JOIN)
    joined = (ParticipantJoined(ParticipantId("c"), CHAIR.id), ParticipantJoined(ParticipantId("z"), CITIZEN.id))
    stream = [first, DoorsOpened(), *joined, *events]
    return rebuilt(Recorded(ID, number, number * 1_000_000, "x", event) for number, event in enumerate(stream, 1))


def view(reception: Reception, you: str) -> RoomView:
    tiles = participant_views(reception)
    return room_view(reception, ParticipantId(you), revision=1, now_ms=2, tiles=tiles)


def test_a_citizen_is_held_until_live_and_officials_are_not() -> None:
    assert view(room(), "z").held
    assert not view(room(), "c").held
    assert not view(room(STARTED), "z").held


def test_what_one_may_is_by_role() -> None:
    assert set(view(room(), "z").may) == {"set_own_microphone", "set_own_camera", "share_screen", "raise_hand"}
    assert {"start", "interrupt", "close", "give_floor", "mute_others"} <= set(view(room(), "c").may)


def test_expected_are_points_that_nobody_is_at() -> None:
    assert expected_points(room()) == ("Point province",)


def test_who_comes_on_a_device_of_their_own_is_expected_by_name() -> None:
    seat = next(iter(room().seats.values()))
    own = tuple(
        msgspec.structs.replace(seat, id=SeatId(name), account=guest_of(SeatId(name)), name=name, point=OWN_DEVICE)
        for name in ("An", "Bình")
    )
    reception = room(ReceptionChanged(seats=own))
    assert expected_points(reception) == ("Point province", "An", "Bình")


@pytest.mark.parametrize(
    ("events", "official", "citizen"),
    [
        ((), "not_yet", "not_yet"),
        ((STARTED,), "writing", "writing"),
        ((STARTED, RecordingMoved(RecordingHealth.DEGRADED)), "degraded", "writing"),
        ((STARTED, RecordingMoved(RecordingHealth.NOT_RECORDING)), "not_recording", "not_recording"),
        ((STARTED, ReceptionInterrupted(Cause.CHAIR, "")), "paused", "paused"),
    ],
)
def test_the_recording_in_a_word(events: tuple[Event, ...], official: str, citizen: str) -> None:
    reception = room(*events)
    assert recording_word(reception, Role.CHAIR) == recording_word(reception, Role.OPERATOR) == official
    assert recording_word(reception, Role.CITIZEN) == citizen


def test_times_are_milliseconds_and_tiles_in_order_of_coming() -> None:
    seen = view(room(STARTED, ReceptionInterrupted(Cause.SYSTEM, "")), "c")
    assert (seen.began_ms, seen.interrupted_ms, seen.interrupted_by) == (7, 6, "system")
    assert [(tile.id, tile.floor) for tile in seen.participants] == [("c", True), ("z", False)]


def test_a_view_is_plain_json() -> None:
    seen = view(room(STARTED), "z")
    assert msgspec.json.decode(msgspec.json.encode(seen), type=RoomView) == seen


def test_evolving_changes_nobody_elses_state() -> None:
    before = room()
    evolve(before, Recorded(ID, 5, 0, "x", STARTED))
    assert before.recording is None
