"""What a peer may cost before it has proved anything: bytes for bytes, forged checks, strangers' checks."""

import struct

import pytest
from aioice import stun
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import MalformedPacket
from bridge.ids import NS_PER_S, Ssrc
from sfu.core.router import Router
from sfu.core.seam import Address, LinkId
from sfu.transport.aiortc_private import new_certificate
from sfu.transport.ice import Credentials, IcePeer
from sfu.transport.limits import AMPLIFICATION, FORGED_A_SECOND, GRACE, Amplification, Forgeries
from sfu.transport.stun import claimed_ufrag, parse_check
from sfu.transport.transport import Transport
from tests.support.sfu_stun import HERE, NEW, NOMINATING, OLD, check

FORGED = check(pwd="another password")


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 3_000)), max_size=60))
def test_until_it_is_proved_what_goes_is_bounded_by_what_came(steps: list[tuple[bool, int]]) -> None:
    limit, came, went = Amplification(), 0, 0
    for comes, octets in steps:
        if comes:
            limit.came(octets)
            came += octets
        elif limit.may_send(octets):
            went += octets
        assert went <= GRACE + AMPLIFICATION * came


def test_proved_may_send_everything() -> None:
    limit = Amplification()
    limit.prove()
    assert limit.may_send(1 << 20)


def test_forgeries_are_counted_by_seconds() -> None:
    seen = Forgeries()
    for _ in range(FORGED_A_SECOND):
        assert not seen.too_many(NS_PER_S)
        seen.another(NS_PER_S)
    assert seen.too_many(NS_PER_S)
    assert seen.too_many(2 * NS_PER_S - 1)
    assert not seen.too_many(2 * NS_PER_S)


def transport() -> Transport:
    ice = IcePeer(Credentials(HERE.ufrag, HERE.pwd), "there")
    return Transport(LinkId(1), Router(), ice, new_certificate(), Ssrc(1), lambda datagram, address: None)


def checked(to: Transport, datagram: bytes, address: Address, now_ns: int) -> bool:
    """Whether it was answered."""
    return to.check(parse_check(datagram), address, now_ns)[0] is not None


async def test_a_flood_of_forged_checks_does_not_silence_the_peer_where_it_is() -> None:
    flooded = transport()
    assert checked(flooded, NOMINATING, OLD, NS_PER_S)
    for port in range(1000):
        assert not checked(flooded, FORGED, ("192.0.2.1", port), NS_PER_S)
    assert not checked(flooded, NOMINATING, NEW, NS_PER_S)
    assert checked(flooded, check(), OLD, NS_PER_S)
    assert checked(flooded, NOMINATING, NEW, 2 * NS_PER_S)
    await flooded.close()


def test_an_answer_is_no_longer_than_what_was_asked() -> None:
    for address in (OLD, ("2001:db8::1", 5000, 0, 0)):
        answer = IcePeer(HERE, "there").check(parse_check(NOMINATING), address, NS_PER_S, 0).answer
        assert answer is not None
        assert len(answer) <= len(NOMINATING)


def test_whom_a_check_is_for_is_read_as_the_parser_reads_it() -> None:
    assert claimed_ufrag(NOMINATING) == parse_check(NOMINATING).local
    assert claimed_ufrag(bytes(stun.Message(stun.Method.BINDING, stun.Class.REQUEST))) is None
    assert claimed_ufrag(b"") is None


@given(st.binary(max_size=120))
def test_whatever_follows_the_head_is_somebodys_or_nobodys(rest: bytes) -> None:
    datagram = struct.pack("!HHI12s", 1, len(rest), 0x2112A442, b"t" * 12) + rest
    claimed = claimed_ufrag(datagram)
    try:
        read = parse_check(datagram)
    except MalformedPacket:
        return
    assert claimed == read.local


@pytest.mark.parametrize("size", [0, 1, 19, 20, 21, 1_281])
def test_cut_or_stretched_is_nobodys(size: int) -> None:
    assert claimed_ufrag((bytes(NOMINATING[:20]) + bytes(2_000))[:size]) is None
