"""Credentials as coturn counts them, and addresses as browsers take them."""

import pytest

from bridge.ids import NS_PER_S, UtcNs
from bridge.turn import is_turn_address, turn_credentials


def test_the_name_says_until_when_and_the_password_is_its_mac() -> None:
    """printf 1433895918:seat | openssl dgst -sha1 -hmac hushhushhushhush -binary | base64"""
    made = turn_credentials("hushhushhushhush", "seat", UtcNs(1_433_892_318 * NS_PER_S), 3_600)
    assert made.username == "1433895918:seat"
    assert made.credential == "Si6oda8owIvICSqN02achzUySG0="


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("turn:relay.example", True),
        ("turn:192.0.2.1:3478?transport=udp", True),
        ("turns:relay.example:443?transport=tcp", True),
        ("turn:[2001:db8::1]:3478", True),
        ("stun:relay.example", False),
        ("turn://relay.example", False),
        ("turn:user@relay.example", False),
        ("turn:relay.example?transport=sctp", False),
        ("", False),
    ],
)
def test_addresses(text: str, holds: bool) -> None:
    assert is_turn_address(text) is holds
