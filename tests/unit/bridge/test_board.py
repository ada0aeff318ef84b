"""The rows of an operator's board: alarms first, points by their worst line."""

import msgspec

from bridge import events as e
from bridge.board import BoardAlarm, RoomSample, SeatSample, Severity, WatchedRoom, alarms_of, in_order, row_of
from bridge.events import RecordingHealth
from bridge.ids import ReceptionId, SeatId
from bridge.media import Moment
from bridge.quality import LineSpan, Quality
from bridge.reception import Reception
from tests.unit.bridge.receptions import MOMENT, RECORDING, after, joined, planned

GOOD, BAD = LineSpan(0.0, 1, 10, 500), LineSpan(0.4, 1, 10, 500)


def live(*names: str, moment: Moment = MOMENT) -> Reception:
    opened = after(planned(), [e.DoorsOpened()])
    return after(joined(opened, *names), [e.ReceptionStarted(RECORDING, moment, "on paper")])


ALL = ("chair", "secretary", "agency", "citizen")


def sample(store: bool = True, node: bool = True, **lines: LineSpan) -> RoomSample:
    seats = {SeatId(f"seat-{name}"): SeatSample(True, line, GOOD) for name, line in lines.items()}
    return RoomSample(1, seats, node, 12, store, 0 if store else 5_000)


def test_a_room_in_order_is_good() -> None:
    row = row_of(WatchedRoom(live(*ALL), samples=[sample(chair=GOOD, citizen=GOOD)]))
    assert (row.severity, row.alarms, row.connected, row.expected, row.measured) == (Severity.GOOD, (), 4, 4, True)
    assert [point.quality for point in row.points] == [Quality.GOOD, None, Quality.GOOD]


def test_a_point_is_as_good_as_its_worst_line() -> None:
    row = row_of(WatchedRoom(live(*ALL), samples=[sample(chair=GOOD, secretary=BAD)]))
    assert (row.points[0].quality, row.severity) == (Quality.BAD, Severity.LATE)


def test_a_missing_point_wants_a_look_once_the_reception_is_under_way() -> None:
    assert row_of(WatchedRoom(live("chair", "agency"))).severity is Severity.LATE
    waiting = joined(after(planned(), [e.DoorsOpened()]), "chair")
    row = row_of(WatchedRoom(waiting))
    assert (row.severity, row.measured) == (Severity.QUIET, False)
    assert [point.missing for point in row.points] == [False, True, True]


def test_what_parts_and_recording_say_are_alarms_hard_ones_first() -> None:
    lost = after(live(*ALL), [e.RecordingMoved(RecordingHealth.NOT_RECORDING)])
    watched = WatchedRoom(lost, (BoardAlarm("disk_low"),), [sample(store=False, node=False)], recorder_answers=False)
    assert [alarm.code for alarm in alarms_of(watched)] == [
        "node_away",
        "recorder_away",
        "not_recording",
        "disk_low",
        "store_away",
    ]
    assert row_of(watched).severity is Severity.BAD
    late = after(live(*ALL), [e.RecordingMoved(RecordingHealth.DEGRADED)])
    assert [alarm.code for alarm in alarms_of(WatchedRoom(late))] == ["recording_late"]
    assert row_of(WatchedRoom(late)).severity is Severity.LATE


def test_rows_alarms_first_then_the_longest() -> None:
    def named(name: str, watched: WatchedRoom) -> WatchedRoom:
        return msgspec.structs.replace(
            watched, reception=msgspec.structs.replace(watched.reception, id=ReceptionId(name))
        )

    rooms = [
        named("young", WatchedRoom(live(*ALL, moment=Moment(5, 9_000)))),
        named("waiting", WatchedRoom(after(planned(), [e.DoorsOpened()]))),
        named("old", WatchedRoom(live(*ALL))),
        named("weak", WatchedRoom(live(*ALL), samples=[sample(agency=BAD)])),
        named("lost", WatchedRoom(after(live(*ALL), [e.RecordingMoved(RecordingHealth.NOT_RECORDING)]))),
    ]
    order = [row.reception.id for row in in_order([row_of(room) for room in rooms])]
    assert order == ["lost", "weak", "old", "young", "waiting"]
