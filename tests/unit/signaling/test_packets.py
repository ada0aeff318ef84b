"""Packets of strangers: a value or MALFORMED, never an exception."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from socketio.packet import EVENT

from signaling.packets import MALFORMED, Json, RoomPacket
from signaling.wire import Done

RoomPacket.json = Json


@pytest.mark.parametrize(
    "text",
    [
        "",
        "9",
        "2",
        "2/room,",
        "2/room,{}",
        "2/room,[]",
        "2/room,[1]",
        '2/room,[""]',
        '2/room,["' + "a" * 41 + '"]',
        "2/room,[" * 5000,
        "51-/room,[]",
        "61-/room,1[]",
        '4/room,{"message":"x"}',
        "3/room,1{}",
        "2" + "9" * 200,
        "[",
    ],
)
def test_what_is_not_ours_becomes_one_event(text: str) -> None:
    packet = RoomPacket(encoded_packet=text)
    assert (packet.packet_type, packet.namespace, packet.data) == (EVENT, "/room", [MALFORMED])


@pytest.mark.parametrize("text", ['2/room,7["connect",{}]', '2/room,7["disconnect"]', "2/room,7[1]"])
def test_who_asked_for_an_answer_gets_one(text: str) -> None:
    packet = RoomPacket(encoded_packet=text)
    assert (packet.id, packet.data) == (7, [MALFORMED])


def test_an_event_of_ours_is_read() -> None:
    packet = RoomPacket(encoded_packet='2/room,7["command",{"command":{"type":"SetHand","raised":true}}]')
    assert (packet.id, packet.data[0]) == (7, "command")


def test_structs_are_written() -> None:
    assert RoomPacket(3, [Done(5)], "/room", 7).encode() == '3/room,7[{"revision":5}]'


@given(st.one_of(st.text(), st.binary(), st.from_regex(r"[0-6](\d{1,3}-)?(/room,)?\d{0,3}.*")))
def test_any_frame_is_a_packet(frame: str | bytes) -> None:
    packet = RoomPacket(encoded_packet=frame)
    assert packet.packet_type in (0, 1, 2, 3)
    assert packet.attachment_count == 0


@given(st.recursive(st.none() | st.booleans() | st.text() | st.integers(-(2**63), 2**63), st.lists, max_leaves=20))
def test_json_is_what_was_said(value: object) -> None:
    assert Json.loads(Json.dumps(value)) == msgspec.to_builtins(value)
