"""What is written reads back the same."""

import pytest
from hypothesis import given

from bridge.ids import Mid, Ssrc
from bridge.media import Codec, Kind
from sfu.sdp import LocalIce, SessionDescription, Slot, build_downlink_offer, parse_description, serialise
from tests.unit.sfu.sdp.samples import SAMPLES
from tests.unit.sfu.sdp.strategies import descriptions


@given(descriptions())
def test_written_reads_back(description: SessionDescription) -> None:
    assert parse_description(serialise(description)) == description


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_samples_survive_a_round(name: str) -> None:
    first = parse_description(SAMPLES[name])
    assert parse_description(serialise(first)) == first


def test_candidates_in_order_of_preference() -> None:
    """RFC 8445 §5.1.2, RFC 6544 §4.2: all UDP before all TCP, of each what is named first; IPv6 as it is."""
    local = LocalIce("node", "n" * 24, ":".join(["EE"] * 32), (("2001:db8::1", 7), ("192.0.2.1", 7)), tcp=True)
    slot = Slot(Mid("0"), Kind.AUDIO, False, Ssrc(0), "", "", "", (Codec.OPUS,))
    text = build_downlink_offer([slot], local, 1)
    found = [line.removeprefix("a=candidate:").split() for line in text.splitlines() if "a=candidate" in line]
    assert [parts[2:3] + parts[4:] for parts in found] == [
        ["udp", "2001:db8::1", "7", "typ", "host"],
        ["udp", "192.0.2.1", "7", "typ", "host"],
        ["tcp", "2001:db8::1", "7", "typ", "host", "tcptype", "passive"],
        ["tcp", "192.0.2.1", "7", "typ", "host", "tcptype", "passive"],
    ]
    priorities = [int(parts[3]) for parts in found]
    assert priorities == sorted(priorities, reverse=True)
    assert len({parts[0] for parts in found}) == 4, "no two of one foundation"
    assert "c=IN IP6 2001:db8::1" in text
