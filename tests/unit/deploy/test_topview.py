"""Rates out of two looks: also where a node began anew, a line did, or nobody answers."""

from io import StringIO

import msgspec
import pytest
from rich.console import Console, Group

from bridge.control import (
    LineCounters,
    NodeFigures,
    NodeHealth,
    ParticipantLines,
    RoomFigures,
    TapFigures,
)
from bridge.ids import NS_PER_S, NodeId, ParticipantId, RoomId
from deploy.toptables import fitted, tables
from deploy.topview import RecorderRow, View, viewed


def line(packets: int, lost: int = 0, rtt_ms: float = 0.0) -> LineCounters:
    return LineCounters(packets, lost, packets * 100, 2.0, rtt_ms)


def node(seconds: int, packets: int, *rooms: RoomFigures, run: str = "one") -> NodeFigures:
    health = NodeHealth(NodeId("sfu-1"), run, len(rooms), 1, "0.1.0")
    return NodeFigures(health, seconds * NS_PER_S, packets, packets * 3, 0, 0, packets * 1000, 1.5, rooms)


def room(name: str, up: LineCounters | None, down: LineCounters | None, tap: TapFigures | None = None) -> RoomFigures:
    return RoomFigures(RoomId(name), (ParticipantLines(ParticipantId(f"{name}-p"), up, down),), tap)


def test_rates_and_the_worst_line() -> None:
    then = node(10, 1000, room("r", line(500), line(900, 10, 40)))
    tap = TapFigures("degraded", 2500, 9_000_000)
    now = node(12, 1400, room("r", line(700, 20), line(1300, 30, 45), tap))
    view = viewed({"sfu-1": then}, {"sfu-1": now}, [])
    [row] = view.nodes
    assert (row.in_per_s, row.out_per_s, row.dropped_per_s, row.out_bits_per_s) == (200, 600, 0, 1_600_000)
    [shown] = view.rooms
    assert (shown.packets_per_s, shown.lost, shown.rtt_ms) == (300, 0.1, 45)
    assert (shown.tap, shown.behind_ms, shown.backlog_bytes) == ("degraded", 2500, 9_000_000)
    [person] = shown.participants
    assert person.down is not None
    assert person.down.lost == 0.05


def test_after_a_restart_there_are_no_rates_yet() -> None:
    view = viewed({"sfu-1": node(10, 1000)}, {"sfu-1": node(1, 5, room("r", line(5), None), run="two")}, [])
    assert view.nodes[0].in_per_s is None
    assert view.rooms[0].participants[0].up is None
    assert view.rooms[0].packets_per_s == 0


def test_a_line_that_began_anew_is_not_below_nothing() -> None:
    then, now = node(10, 0, room("r", line(500, 50), None)), node(11, 0, room("r", line(20, 0), line(10), None))
    [person] = viewed({"n": then}, {"n": now}, []).rooms[0].participants
    assert person.up is not None
    assert (person.up.packets_per_s, person.up.lost) == (0, 0)
    assert person.down is None


def test_what_needs_a_look_comes_first_and_one_room_can_be_shown_alone() -> None:
    rooms = [
        room("well", line(0), None, TapFigures("writing", 0, 0)),
        room("late", line(0), None, TapFigures("degraded", 3000, 0)),
        room("lost", line(0), None, TapFigures("not_recording", 30_000, 0)),
    ]
    looked = {"n": node(10, 0, *rooms)}
    assert [row.room for row in viewed(looked, looked, []).rooms] == ["lost", "late", "well"]
    assert [row.room for row in viewed(looked, looked, [], "late").rooms] == ["late"]


def drawn(view: View, room: str = "", width: int = 160) -> str:
    console = Console(file=StringIO(), width=width, no_color=True)
    console.print(Group(*tables(view, room=room, width=width)))
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_who_does_not_answer_is_named() -> None:
    view = viewed({}, {"sfu-1": "ConnectionRefusedError", "sfu-2": node(1, 1)}, [RecorderRow("recorder-1", fault="x")])
    assert view.faults == [
        "sfu-1 does not answer: ConnectionRefusedError",
        "recorder-1 does not answer: x",
    ]
    text = drawn(view)
    assert "sfu-1 does not answer" in text
    assert "sfu-2" in text


def test_the_table_of_one_room_tells_of_everybody_in_it() -> None:
    looked = {"n": node(10, 0, room("r", line(5), None))}
    assert "r-p" not in drawn(viewed(looked, looked, [], "r"))
    assert "r-p" in drawn(viewed(looked, looked, [], "r"), "r")
    assert msgspec.json.decode(msgspec.json.encode(viewed(looked, looked, [])), type=View).rooms[0].room == "r"


ROOM_ID = "0mwx5g7sc4t67nzek58b"


@pytest.mark.parametrize("width", [200, 120, 100, 80, 60, 40])
def test_on_a_narrow_terminal_columns_go_and_no_id_is_cut(width: int) -> None:
    tapped = room(ROOM_ID, line(5), line(900, 10), TapFigures("not_recording", 30_000, 1_000_000))
    looked = {"sfu-1": node(10, 1000, tapped)}
    text = drawn(viewed(looked, looked, [RecorderRow("recorder-1")], ROOM_ID), ROOM_ID, width)
    assert all(len(one) <= width for one in text.splitlines())
    assert "…" not in text
    assert "not_recording" in text
    if width >= 60:
        assert {ROOM_ID, f"{ROOM_ID}-p"} <= set(text.split())
    assert ("jitter" in text) is (width >= 100)


def test_an_id_that_does_not_fit_at_all_is_broken_in_two_and_whole() -> None:
    table = fitted(["room", "lost %"], [[ROOM_ID, "0.1"]], [], 20)
    console = Console(file=StringIO(), width=20)
    console.print(table)
    assert isinstance(console.file, StringIO)
    assert "".join(one[:12].strip() for one in console.file.getvalue().splitlines()[1:]) == ROOM_ID


def test_thirty_people_and_the_worst_line_first() -> None:
    def people(lost: int) -> RoomFigures:
        lines = {ParticipantId(f"p{number:02}"): line(100, lost if number == 17 else 0) for number in range(30)}
        return RoomFigures(RoomId("r"), tuple(ParticipantLines(who, one, None) for who, one in lines.items()), None)

    now = node(12, 1000, people(9))
    before = node(10, 0, RoomFigures(RoomId("r"), tuple(anew(one) for one in people(0).participants), None))
    told = [one.split()[0] for one in drawn(viewed({"n": before}, {"n": now}, [], "r"), "r").splitlines()]
    listed = told[told.index("participant") + 1 :]
    assert listed[0] == "p17"
    assert listed[1:] == sorted(listed[1:])
    assert len(listed) == 30


def anew(one: ParticipantLines) -> ParticipantLines:
    return msgspec.structs.replace(one, uplink=line(0))


def test_nothing_to_show_is_said() -> None:
    looked = {"n": node(10, 0)}
    assert "no rooms" in drawn(viewed(looked, looked, []))
    assert "no room r on any node that answers" in drawn(viewed(looked, looked, [], "r"), "r")
