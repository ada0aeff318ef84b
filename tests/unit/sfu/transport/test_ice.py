"""ICE-lite against aioice's own STUN messages."""

import pytest
from aioice import stun

from bridge.errors import MalformedPacket
from bridge.ids import NS_PER_S
from sfu.core.seam import Address
from sfu.transport.ice import Checked, Credentials, IcePeer
from sfu.transport.stun import parse_check
from tests.support.sfu_stun import HERE, NEW, NOMINATING, OLD, check


def changed(head: int, cookie: bytes = b"\x21\x12\xa4\x42", before: bytes = b"") -> bytes:
    """A check of this type, with attributes before its own, and without the fingerprint that would give it away."""
    whole = check()
    attributes = before + whole[20:-8]
    return head.to_bytes(2, "big") + len(attributes).to_bytes(2, "big") + cookie + whole[8:20] + attributes


def peer() -> IcePeer:
    """Nothing known but the descriptions."""
    return IcePeer(HERE, "there")


def send(to: IcePeer, datagram: bytes, address: Address, now_s: float = 1.0, heard_s: float = 0.0) -> Checked:
    """As the port does."""
    return to.check(parse_check(datagram), address, int(now_s * NS_PER_S), int(heard_s * NS_PER_S))


def test_answers_with_the_address_it_saw() -> None:
    ice = peer()
    checked = send(ice, check(), OLD)
    assert checked.answer is not None
    answer = stun.parse_message(checked.answer)
    assert answer.message_class is stun.Class.RESPONSE
    assert answer.attributes["XOR-MAPPED-ADDRESS"] == OLD
    assert answer.check_message_integrity(HERE.pwd.encode())
    assert checked.moved
    assert ice.address == OLD


@pytest.mark.parametrize(
    ("seen", "told"), [("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8::1", "2001:db8::1"), ("fe80::1%eth0", "fe80::1")]
)
def test_answers_with_the_address_as_the_peer_knows_it(seen: str, told: str) -> None:
    checked = send(peer(), check(), (seen, 5000, 0, 0))
    assert checked.answer is not None
    assert stun.parse_message(checked.answer).attributes["XOR-MAPPED-ADDRESS"] == (told, 5000)


@pytest.mark.parametrize("datagram", [check(pwd="another password"), check(username="here:elsewhere")])
def test_a_check_that_is_not_genuine_changes_nothing(datagram: bytes) -> None:
    ice = peer()
    assert send(ice, datagram, OLD).answer is None
    assert ice.address is None
    assert ice.checked_ns == 0


def test_checks_before_the_peers_description_are_welcome() -> None:
    assert send(IcePeer(HERE, ""), check(username="here:anybody"), OLD).answer is not None


def test_a_nominated_address_replaces_any() -> None:
    ice = peer()
    send(ice, NOMINATING, OLD)
    assert not send(ice, check(), NEW, now_s=1.5).moved
    assert ice.address == OLD
    assert send(ice, NOMINATING, NEW, now_s=1.6).moved
    assert ice.address == NEW


def test_a_silent_address_is_replaced_by_a_plain_check() -> None:
    ice = peer()
    send(ice, NOMINATING, OLD)
    assert not send(ice, check(), NEW, now_s=4, heard_s=3.5).moved, "media still comes from there"
    assert send(ice, check(), NEW, now_s=6, heard_s=3.5).moved


def test_both_controlled_is_a_conflict() -> None:
    ice = peer()
    message = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.REQUEST,
        attributes={"USERNAME": "here:there", "ICE-CONTROLLED": 7},
    )
    message.add_message_integrity(HERE.pwd.encode())
    checked = send(ice, bytes(message), OLD)
    assert checked.answer is not None
    assert stun.parse_message(checked.answer).attributes["ERROR-CODE"][0] == 487
    assert ice.address is None


def test_restart_needs_the_new_credentials() -> None:
    ice = peer()
    send(ice, NOMINATING, OLD)
    ice.restart(Credentials("new", "another-password-of-22"), "fresh")
    assert send(ice, NOMINATING, NEW).answer is None
    assert ice.address == OLD
    fresh = check(pwd="another-password-of-22", username="new:fresh")
    assert send(ice, fresh, NEW, now_s=2).moved


def test_changed_changes_nothing_else() -> None:
    assert parse_check(changed(1)).local == parse_check(check()).local


@pytest.mark.parametrize(
    "datagram",
    [
        bytes(stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)),
        bytes(stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.RESPONSE)),
        bytes(stun.Message(message_method=stun.Method.ALLOCATE, message_class=stun.Class.REQUEST)),
        check(username="nocolon"),
        check() + bytes(1),
        check()[:-8],
        changed(1, cookie=bytes(4)),
        changed(0xC001),  # two bits that STUN has not
        changed(1, before=b"\x00\x06\x00\x04A:B:"),  # a second USERNAME, which the codec forgets for the one behind it
        bytes(2000),
    ],
)
def test_malformed(datagram: bytes) -> None:
    with pytest.raises(MalformedPacket):
        parse_check(datagram)
