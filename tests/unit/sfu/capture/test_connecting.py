"""What a debug file shows of how a connection comes about, and what it does not."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sfu.capture.capture import MOST_CHECKS, Capture, Line
from sfu.capture.connecting import LONGEST_STUN, MOST_RECORDS, cut_dtls, cut_stun
from sfu.core.seam import Address
from tests.support.pcapng import read
from tests.support.sfu_peer import rtp
from tests.unit.sfu.capture.test_capture import ANNS, BOBS, OWN, Clock, made

RFC_5769_REQUEST = bytes.fromhex(
    "00010058 2112a442 b7e7a701bc34d686fa87dfae"
    "80220010 5354554e207465737420636c69656e74"
    "00240004 6e0001ff"
    "80290008 932ff9b151263b36"
    "00060009 6576746a3a68367659202020"
    "00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004 e57a3bcf"
)
"""Section 2.1: SOFTWARE, PRIORITY, ICE-CONTROLLED, USERNAME (evtj:h6vY), MESSAGE-INTEGRITY, FINGERPRINT."""
RFC_5769_ANSWER = bytes.fromhex(
    "0101003c 2112a442 b7e7a701bc34d686fa87dfae"
    "8022000b 7465737420766563746f7220"
    "00200008 0001a147e112a643"
    "00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7"
    "80280004 c07d4c96"
)
"""Section 2.2: the answer to it."""
ELSEWHERE: Address = ("198.51.100.9", 50_000)


def record(kind: int, content: bytes, epoch: int = 0) -> bytes:
    return bytes([kind]) + b"\xfe\xfd" + epoch.to_bytes(2, "big") + bytes(6) + len(content).to_bytes(2, "big") + content


def handshake(kind: int, body: bytes) -> bytes:
    size = len(body).to_bytes(3, "big")
    return record(22, bytes([kind]) + size + bytes(2) + bytes(3) + size + body)


def test_of_a_check_its_kind_number_and_places_stay_and_names_and_integrity_go() -> None:
    kept = cut_stun(RFC_5769_REQUEST)
    assert len(kept) < len(RFC_5769_REQUEST)
    assert kept[:20] == RFC_5769_REQUEST[:20]
    assert kept[20:40] == b"\x80\x22\0\x10" + bytes(16)
    assert kept[40:60] == RFC_5769_REQUEST[40:60], "priority and role"
    assert kept[60:76] == b"\0\x06\0\x09" + bytes(12)
    assert kept[76:] == b"\0\x08\0\x14", "that there is an integrity, not which"
    answered = cut_stun(RFC_5769_ANSWER)
    assert b"\0\x20\0\x08\0\x01\xa1\x47\xe1\x12\xa6\x43" in answered
    assert answered.endswith(b"\0\x08\0\x14")


def test_of_a_refusal_the_number_stays_and_the_phrase_goes() -> None:
    message = b"\x01\x11\0\x10" + RFC_5769_REQUEST[4:20] + b"\0\x09\0\x0b\0\0\x04\x57somebod\0"
    assert cut_stun(message)[20:] == b"\0\x09\0\x0b\0\0\x04\x57" + bytes(8)


@settings(deadline=None)
@given(st.binary(max_size=1500))
def test_of_any_message_nothing_is_shown_that_is_not_in_it(message: bytes) -> None:
    kept = cut_stun(message)
    assert len(kept) <= min(len(message), LONGEST_STUN)
    assert all(one in (there, 0) for one, there in zip(kept, message, strict=False))


@settings(deadline=None)
@given(st.integers(0, 0xFFFF), st.binary(min_size=24, max_size=100))
def test_a_value_longer_than_its_standard_is_blanked_beyond_it(kind: int, hidden: bytes) -> None:
    padded = hidden + bytes(-len(hidden) % 4)
    attribute = kind.to_bytes(2, "big") + len(hidden).to_bytes(2, "big") + padded
    kept = cut_stun(RFC_5769_REQUEST[:20] + attribute)
    assert not any(kept[20 + 4 + 20 :])


def test_each_record_of_a_flight_is_one_packet_with_its_handshake_type_and_no_more() -> None:
    hello, certificate = handshake(2, b"R" * 70), handshake(11, b"C" * 600)
    flight = hello + certificate + record(20, b"\x01") + record(22, b"F" * 40, epoch=1) + record(21, b"\x02\x28")
    cut = cut_dtls(flight)
    assert sum(one.length for one in cut) == len(flight)
    assert [one.kept for one in cut] == [
        hello[:25],
        certificate[:25],
        record(20, b"\x01"),
        record(22, b"F" * 40, epoch=1)[:13],
        record(21, b"\x02\x28"),
    ]
    assert [one.kept[13] for one in cut[:2]] == [2, 11]


def test_an_enciphered_alert_and_what_is_no_record_show_nothing() -> None:
    assert [len(one.kept) for one in cut_dtls(record(21, b"\x02\x28" * 8, epoch=1))] == [13]
    assert cut_dtls(b"\x2c" + b"S" * 100) == []


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_of_any_datagram_no_more_than_heads_is_kept(datagram: bytes) -> None:
    cut = cut_dtls(datagram)
    assert sum(one.length for one in cut) <= len(datagram)
    assert all(len(one.kept) <= min(25, one.length) for one in cut)
    assert len(cut) <= MOST_RECORDS


def calling() -> Capture:
    """Somebody who is nowhere yet: only their names are known."""
    capture = Capture(Clock(), OWN, "r", "d")
    capture.names = {"evtj": Line.UPLINK}
    return capture


def test_a_check_is_known_by_the_name_it_calls_and_its_answer_by_their_number() -> None:
    capture = calling()
    capture.datagram(False, RFC_5769_ANSWER, ELSEWHERE)  # an answer to nobody of ours
    capture.datagram(True, RFC_5769_REQUEST, ELSEWHERE)
    capture.datagram(False, RFC_5769_ANSWER, ELSEWHERE)
    capture.names = {"other": Line.UPLINK}
    capture.datagram(True, RFC_5769_REQUEST, ELSEWHERE)
    packets = read(capture.end()).packets
    assert [(one.interface, one.inbound, one.source) for one in packets] == [(0, True, ELSEWHERE), (0, False, OWN)]
    assert [len(one.kept) < one.length for one in packets] == [True, True]
    assert [one.length for one in packets] == [len(RFC_5769_REQUEST), len(RFC_5769_ANSWER)]


def test_a_forged_check_from_somebody_elses_address_shows_nothing_of_theirs() -> None:
    capture = calling()
    capture.places = {ANNS: Line.UPLINK}
    capture.datagram(True, RFC_5769_REQUEST, BOBS)
    for inbound in (True, False):
        capture.datagram(inbound, rtp(1), BOBS)
        capture.datagram(inbound, handshake(1, b"x" * 50), BOBS)
    assert len(read(capture.end()).packets) == 1


def test_a_handshake_is_seen_both_ways_where_the_participant_is() -> None:
    capture = made()
    capture.datagram(True, handshake(1, b"x" * 50), ANNS)
    capture.datagram(False, bytearray(handshake(2, b"y" * 50) + handshake(14, b"")), ANNS)
    first, hello, done = read(capture.end()).packets
    assert (first.kept[13], first.comment) == (1, "")
    assert (hello.kept[13], hello.comment) == (2, "record 1 of 2 of one datagram")
    assert (done.kept[13], done.length) == (14, 25)


def test_stale_credentials_are_seen_from_where_the_participant_is_and_tcp_is_named() -> None:
    capture = made()
    place: Address = ("192.0.2.7", 40_000, 5)
    capture.places = {place: Line.DOWNLINK}
    capture.datagram(True, RFC_5769_REQUEST, place)
    [packet] = read(capture.end()).packets
    assert (packet.interface, packet.comment) == (1, "over TCP")


def test_checks_that_nobody_answers_are_forgotten() -> None:
    capture = calling()
    for number in range(MOST_CHECKS + 1):
        check = RFC_5769_REQUEST[:8] + number.to_bytes(12, "big") + RFC_5769_REQUEST[20:]
        capture.datagram(True, check, ELSEWHERE)
    for number in (0, 1):
        capture.datagram(False, RFC_5769_ANSWER[:8] + number.to_bytes(12, "big") + RFC_5769_ANSWER[20:], ELSEWHERE)
    assert [one.inbound for one in read(capture.end()).packets].count(False) == 1
