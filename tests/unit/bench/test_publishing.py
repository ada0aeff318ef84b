"""What publishers send and when, and what clients say in SDP."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.media import Source
from sfu.core.rtp import payload_bounds
from sfu.core.seam import SrtpKeys
from sfu.sdp import LocalIce, answer_uplink, parse_description, parse_offer
from tests.bench.descriptions import SOURCES, publisher_offer, receiver_answer, video_ssrc
from tests.bench.door_ideal import key_of, table
from tests.bench.line import Line, keyed
from tests.bench.marks import read_mark
from tests.bench.media import LARGEST_PAYLOAD, Clip, VideoPayload, payloads_of
from tests.bench.orders import WorkOrder
from tests.bench.sending import first_times, streams

CLIP = Clip([VideoPayload(0, True, b"\x10" + bytes(99)), VideoPayload(3000, True, b"\x10" + bytes(99))], [bytes(80)])
FINGERPRINT = ":".join(["AB"] * 32)
LOCAL = LocalIce("ufrag", "p" * 24, FINGERPRINT, (("127.0.0.1", 5000),))


@pytest.fixture
def line() -> Line:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.close()
    return keyed(sock, SrtpKeys(8, key_of("a", 1), key_of("a", 1)))


@given(st.binary(min_size=1, max_size=20_000))
def test_a_frame_is_cut_evenly_and_loses_nothing(frame: bytes) -> None:
    parts = payloads_of(frame)
    assert b"".join(part[1:] for part in parts) == frame
    assert [part[0] for part in parts] == [0x10] + [0] * (len(parts) - 1)
    assert max(map(len, parts)) <= LARGEST_PAYLOAD
    assert max(map(len, parts[:-1]), default=0) <= min(map(len, parts)) + len(parts) * 2


def test_packets_count_on_and_carry_their_mark(line: Line) -> None:
    _, video = streams([line], CLIP)
    packets = [video.packet(1000 + index) for index in range(4)]
    assert [int.from_bytes(packet[2:4]) for packet in packets] == [0, 1, 2, 3]
    assert [int.from_bytes(packet[4:8]) for packet in packets] == [0, 3000, 720_000, 723_000]
    for index, packet in enumerate(packets):
        mark = read_mark(packet)
        assert mark is not None
        assert (mark.number, mark.sent_ns, mark.is_video) == (index, 1000 + index, True)
        start, end = payload_bounds(packet)
        assert end - start == 100


def test_publishers_do_not_send_at_once(line: Line) -> None:
    made = streams([line, line], CLIP)
    due = first_times(made, 0)
    assert len({at for at, _ in due}) == len(due)
    assert all(at < made[index].interval_ns for at, index in due)


def test_the_node_takes_a_publishers_offer() -> None:
    offer = parse_offer(publisher_offer(3, "ufrg", "q" * 24, FINGERPRINT, ("10.0.0.2", 4000)))
    text, received = answer_uplink(offer, LOCAL, SOURCES)
    assert {one.source for one in received} == {Source.MICROPHONE, Source.CAMERA}
    assert video_ssrc(3) in {ssrc for one in received for ssrc in one.ssrcs}
    assert parse_description(text).ice_lite


def test_a_receiver_answers_every_line_of_the_offer() -> None:
    offer = parse_description(publisher_offer(0, "ufrg", "q" * 24, FINGERPRINT, ("10.0.0.1", 4000)))
    answer = parse_description(receiver_answer(offer, "mine", "p" * 24, FINGERPRINT, ("10.0.0.2", 4001)))
    assert [media.mid for media in answer.media] == [media.mid for media in offer.media]
    assert [media.direction.value for media in answer.media] == ["recvonly", "recvonly"]


def test_the_table_of_the_least_server() -> None:
    order = WorkOrder(
        role="publishers",
        door="ideal",
        publishers=1,
        receivers=2,
        address="10.0.0.2",
        server="10.0.0.1",
        control="",
        clip="",
        seconds=1.0,
    )
    lines = table(order).splitlines()
    assert [said.split()[0] for said in lines] == ["listen", "publisher", "receiver", "receiver", "go"]
    assert len(lines[1].split()[3]) == 88


def test_media_time_goes_on_while_nothing_is_sent(line: Line) -> None:
    audio, video = streams([line], CLIP)
    first = [int.from_bytes(stream.packet(0)[4:8]) for stream in (audio, video)]
    for stream in (audio, video):
        stream.paused(1_000_000_000)
    after = [int.from_bytes(stream.packet(0)[4:8]) for stream in (audio, video)]
    assert [b - a for a, b in zip(first, after, strict=True)] == [48_000 + 960, 90_000 + 3000]
