"""RFC 4571: a length of two bytes in network order before each datagram."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import MalformedPacket
from sfu.transport.framing import LONGEST, Deframer, pack_frame

_DATAGRAMS = st.lists(st.binary(max_size=LONGEST), max_size=8)


def test_the_length_stands_before() -> None:
    """RFC 4571 §2, figure 1."""
    assert pack_frame(b"\x80\x60" + bytes(10)) == b"\x00\x0c\x80\x60" + bytes(10)
    assert pack_frame(bytearray(256))[:2] == b"\x01\x00"


@given(_DATAGRAMS, st.integers(1, 700))
def test_any_cut_of_the_stream_gives_the_same_datagrams(datagrams: list[bytes], step: int) -> None:
    stream = b"".join(map(pack_frame, datagrams))
    deframer = Deframer()
    found = [one for at in range(0, len(stream), step) for one in deframer.feed(stream[at : at + step])]
    assert found == [one for one in datagrams if one], "those of length 0 say nothing"


def test_too_long_is_the_end_of_the_stream() -> None:
    assert Deframer().feed(pack_frame(bytes(LONGEST))) == [bytes(LONGEST)]
    with pytest.raises(MalformedPacket):
        Deframer().feed((LONGEST + 1).to_bytes(2, "big"))


@given(st.binary())
def test_whatever_comes_is_datagrams_or_the_one_error(octets: bytes) -> None:
    try:
        found = Deframer().feed(octets)
    except MalformedPacket:
        return
    assert sum(map(len, found)) <= len(octets)
