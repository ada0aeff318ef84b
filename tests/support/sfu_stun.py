"""Connectivity checks as full agents send them."""

from aioice import stun

from sfu.core.seam import Address
from sfu.transport.ice import Credentials

HERE = Credentials("here", "our-password-of-22-chars")
OLD: Address = ("127.0.0.1", 5000)
NEW: Address = ("127.0.0.1", 6000)


def check(pwd: str = HERE.pwd, username: str = "here:there", nominates: bool = False) -> bytes:
    """A connectivity check as a full agent sends it."""
    message = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.REQUEST,
        attributes={"USERNAME": username, "PRIORITY": 1, "ICE-CONTROLLING": 7}
        | ({"USE-CANDIDATE": None} if nominates else {}),
    )
    message.add_message_integrity(pwd.encode())
    return bytes(message)


NOMINATING = check(nominates=True)
