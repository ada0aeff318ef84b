"""What each one sees of the same room."""

import msgspec
import pytest

from bridge.events import (
    AgendaMoved,
    Cause,
    ChairTaken,
    DoorsOpened,
    Event,
    MessageSent,
    ParticipantJoined,
    ReceptionChanged,
    ReceptionInterrupted,
    ReceptionScheduled,
    ReceptionStarted,
    Recorded,
    RecordingHealth,
    RecordingMoved,
)
from bridge.evolution import evolve, rebuilt
from bridge.ids import CaseId, ParticipantId, ReceptionId, RecordingId, SeatId, guest_of
from bridge.media import Moment
from bridge.model import OWN_DEVICE, AdmitRule, AgendaItem, Audience, ReceptionKind, Role
from bridge.reception import Reception
from signaling.views import expected_points, message_views, participant_views, recording_word, room_view
from signaling.wire import RoomView
from tests.support.receptions import AGENCY, CHAIR, CITIZEN, SEATS, SECRETARY

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
    own = {"set_own_microphone", "set_own_camera", "share_screen", "raise_hand", "write_to_all"}
    assert set(view(room(), "z").may) == own
    assert {"start", "interrupt", "close", "give_floor", "mute_others"} <= set(view(room(), "c").may)


def test_a_deputys_tile_says_what_they_are_and_what_they_were_appointed() -> None:
    deputy = (ParticipantJoined(ParticipantId("s"), SECRETARY.id), ChairTaken(ParticipantId("s")))
    seen = view(room(STARTED, *deputy), "s")
    roles = {tile.id: (tile.role, tile.appointed) for tile in seen.participants}
    assert (roles[ParticipantId("s")], roles[ParticipantId("c")]) == (("chair", "secretary"), ("advisor", "chair"))
    assert {"close", "return_chair"} <= set(seen.may)
    assert "take_chair" in view(room(STARTED, *deputy), "c").may


def test_lines_are_told_as_each_says_of_their_own() -> None:
    tiles = participant_views(room(), {ParticipantId("z"): "poor"})
    assert [(tile.id, tile.quality) for tile in tiles] == [("c", "unknown"), ("z", "poor")]


def test_messages_are_told_to_who_may_read_them_from_where_they_stopped() -> None:
    chair, citizen = ParticipantId("c"), ParticipantId("z")
    written = (MessageSent(chair, Audience.OFFICIALS, "a"), MessageSent(chair, Audience.ALL, "b"))
    reception = room(STARTED, *written)
    assert [(one.number, one.text) for one in message_views(reception, chair, after=0)] == [(1, "a"), (2, "b")]
    (told,) = message_views(reception, citizen, after=0)
    assert (told.number, told.name, told.audience, told.at_ms) == (2, "chair", "all", 7)
    assert message_views(reception, citizen, after=2) == ()


def test_the_case_is_timed_and_what_another_comes_for_is_not_told() -> None:
    agenda = (AgendaItem(1, CaseId("1"), "mine", (CITIZEN.id,)), AgendaItem(2, CaseId("2"), "another's", ()))
    first = msgspec.structs.replace(room(STARTED), agenda=agenda, case_number=1)
    assert [case.title for case in view(first, "z").cases] == ["mine", ""]
    assert [case.title for case in view(first, "c").cases] == ["mine", "another's"]
    moved = evolve(first, Recorded(ID, 6, 9_000_000, "x", AgendaMoved(2)))
    assert (view(first, "z").case_began_ms, view(moved, "z").case_began_ms) == (7, 9)
    assert [case.title for case in view(moved, "z").cases] == ["mine", "another's"]


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
