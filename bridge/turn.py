"""TURN relays for browsers in closed networks: who gets credentials, and for how long. Pure.

coturn's REST scheme (draft-uberti-behave-turn-rest-00): the user name carries its own end, the password is its HMAC
under a secret that the relay shares with us. Nothing is stored, nothing has to be revoked.
"""

import base64
import hashlib
import hmac
import re

import msgspec

from bridge.ids import NS_PER_S, UtcNs

_ADDRESS = re.compile(r"turns?:(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z.-]+)(:[0-9]{1,5})?(\?transport=(udp|tcp))?")
"""RFC 7065."""

LEAST_SECRET = 16
"""Characters. A shorter one could be found from a single credential."""


class TurnRelays(msgspec.Struct, frozen=True):
    """``urls`` empty: there is none. ``relay_only``: browsers use nothing else, where trying only costs time."""

    urls: tuple[str, ...] = ()
    secret: str = ""
    valid_s: int = 43_200
    relay_only: bool = False


NO_RELAYS = TurnRelays()


class TurnCredentials(msgspec.Struct, frozen=True):
    """For one person, until the moment in the name."""

    username: str
    credential: str


def is_turn_address(text: str) -> bool:
    """``turn:HOST[:PORT][?transport=udp|tcp]`` or the same with ``turns:``."""
    return _ADDRESS.fullmatch(text) is not None


def turn_credentials(secret: str, person: str, now: UtcNs, valid_s: int) -> TurnCredentials:
    """``person``: an id of ours, so that the relay's log can be read beside our own."""
    username = f"{now // NS_PER_S + valid_s}:{person}"
    mac = hmac.digest(secret.encode(), username.encode(), hashlib.sha1)
    return TurnCredentials(username, base64.b64encode(mac).decode())
