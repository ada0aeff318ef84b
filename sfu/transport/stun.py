"""STUN binding requests and answers (RFC 8489, RFC 8445) on aioice's codec.

The only file that touches the codec: whatever comes in, either a value or MalformedPacket.
"""

import struct
from typing import NamedTuple

from aioice import stun

from bridge.errors import MalformedPacket
from sfu.core.seam import Address

LONGEST = 1_280
"""Bytes; a connectivity check has about 100. Longer ones are not worth an HMAC."""
_ROLE_CONFLICT = (487, "Role Conflict")


_HEAD = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")
_BINDING_REQUEST = 0x0001
_COOKIE = 0x2112A442
_USERNAME = 0x0006


def claimed_ufrag(datagram: bytes) -> str | None:
    """Whom a binding request is for, read without looking at the rest; None when it names nobody.

    A flood from strangers is refused by this alone, at a tenth of what parsing costs.
    """
    if len(datagram) < _HEAD.size or len(datagram) > LONGEST:
        return None
    kind, _, cookie, _ = _HEAD.unpack_from(datagram)
    if kind != _BINDING_REQUEST or cookie != _COOKIE:
        return None
    at = _HEAD.size
    while at + _ATTRIBUTE.size <= len(datagram):
        attribute, size = _ATTRIBUTE.unpack_from(datagram, at)
        at += _ATTRIBUTE.size
        if attribute == _USERNAME:
            return datagram[at : at + size].partition(b":")[0].decode(errors="replace")
        at += size + (-size & 3)
    return None


class Check(NamedTuple):
    """A connectivity check. ``local`` and ``remote`` are the two halves of USERNAME, seen from this node."""

    message: stun.Message
    local: str
    remote: str
    nominates: bool
    controlled: bool
    """True: the peer believes itself controlled, like us (RFC 8445 §7.3.1.1)."""


def parse_check(datagram: bytes) -> Check:
    """For whom :func:`claimed_ufrag` says. Raises MalformedPacket for anything that is no binding request with one user
    name and integrity."""
    claimed = claimed_ufrag(datagram)
    if claimed is None:
        raise MalformedPacket("STUN: no binding request that names somebody")
    try:
        message = stun.parse_message(datagram)
    except (ValueError, struct.error, UnicodeDecodeError, IndexError) as error:
        raise MalformedPacket(f"STUN: {error}") from error
    attributes = message.attributes
    local, colon, remote = attributes.get("USERNAME", "").partition(":")
    if local != claimed:
        raise MalformedPacket("STUN: names two")  # the codec reads the last of them
    if not colon or "MESSAGE-INTEGRITY" not in attributes:
        raise MalformedPacket("STUN: no user name or integrity")
    return Check(message, local, remote, "USE-CANDIDATE" in attributes, "ICE-CONTROLLED" in attributes)


def is_genuine(check: Check, password: str) -> bool:
    """MESSAGE-INTEGRITY holds (RFC 8489 §14.5)."""
    return check.message.check_message_integrity(password.encode())


def pack_success(check: Check, address: Address, password: str) -> bytes:
    """The answer to a genuine check from ``address``."""
    answer = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.RESPONSE,
        transaction_id=check.message.transaction_id,
        attributes={"XOR-MAPPED-ADDRESS": (_plain(address[0]), address[1])},
    )
    answer.add_message_integrity(password.encode())
    return bytes(answer)


def _plain(host: str) -> str:
    """A socket of both families shows IPv4 peers as ``::ffff:a.b.c.d``; they know themselves as ``a.b.c.d``."""
    host = host.partition("%")[0]
    return host.removeprefix("::ffff:") if "." in host else host


def pack_role_conflict(check: Check, password: str) -> bytes:
    """487: we are lite, so the peer has to control."""
    answer = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.ERROR,
        transaction_id=check.message.transaction_id,
        attributes={"ERROR-CODE": _ROLE_CONFLICT},
    )
    answer.add_message_integrity(password.encode())
    return bytes(answer)
