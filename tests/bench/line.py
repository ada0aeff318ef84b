"""One light client's connection: STUN and DTLS once, on aiortc, then a bare socket with SRTP keys."""

import asyncio
import contextlib
import socket
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import cast

from aioice import stun
from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport, RTCIceTransport
from pylibsrtp import Policy, Session

from bridge.errors import MalformedPacket
from sfu.core.seam import SrtpKeys
from sfu.sdp import SessionDescription
from sfu.transport.aiortc_private import Wire, exported_keys
from sfu.transport.stun import is_genuine, pack_success, parse_check

_BUFFER = 4 * 1024 * 1024
_RCVBUFFORCE = 33
"""SO_RCVBUFFORCE of Linux: beyond net.core.rmem_max, for root."""
_WITHIN_S = 20.0
_CHECK_EVERY_S = 0.2
_PRIORITY = 0x6E0001FF


class Local:
    """A socket and ICE credentials, before the other side is known."""

    def __init__(self, address: str, port: int = 0) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, _RCVBUFFORCE, _BUFFER)
        self.socket.bind((address, port))
        self.socket.setblocking(False)
        self.ufrag, self.pwd = token_hex(4), token_hex(12)

    @property
    def place(self) -> tuple[str, int]:
        """Address and port."""
        address, port = self.socket.getsockname()
        return address, port


@dataclass
class Line:
    """Connected: ``socket`` knows its peer. ``check`` is sent again and again to keep the peer's consent."""

    socket: socket.socket
    sending: Session
    receiving: Session
    profile: int
    check: bytes = b""
    dtls: RTCDtlsTransport | None = None

    async def close(self) -> None:
        """Idempotent."""
        if self.dtls is not None:
            await self.dtls.stop()
            self.dtls = None
        self.socket.close()


def keyed(sock: socket.socket, keys: SrtpKeys) -> Line:
    """A line whose keys are known without a handshake."""
    sending = Session(_policy(keys.profile, keys.send, Policy.SSRC_ANY_OUTBOUND))
    receiving = Session(_policy(keys.profile, keys.receive, Policy.SSRC_ANY_INBOUND))
    return Line(sock, sending, receiving, keys.profile)


async def connect(
    local: Local,
    certificate: RTCCertificate,
    peer: SessionDescription,
    offered: bool = False,
    place: tuple[str, int] | None = None,
) -> Line:
    """ICE and DTLS (client). Who ``offered``, or meets a lite peer, controls (RFC 8445 §6.1.1). ``place``: the peer's
    candidate where its description has none.

    Raises TimeoutError, ConnectionError.
    """
    if place is None:
        candidate = peer.active[0].candidates[0]
        place = (candidate.ip, candidate.port)
    local.socket.connect(place)
    controls = offered or peer.ice_lite
    check = _check(local, peer, controls)
    wire = Wire(partial(_send, local.socket))
    dtls = RTCDtlsTransport(cast(RTCIceTransport, wire), [certificate])
    dtls._set_role("client")  # noqa: SLF001 - as sfu.transport.aiortc_private does for the server
    answered = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(local.socket.fileno(), _read, local, controls, answered, wire)
    try:
        async with asyncio.timeout(_WITHIN_S):
            await _checked(local.socket, check, answered)
            await dtls.start(RTCDtlsParameters([RTCDtlsFingerprint("sha-256", value) for value in peer.fingerprints]))
    finally:
        loop.remove_reader(local.socket.fileno())
    if dtls.state != "connected":
        raise ConnectionError(f"DTLS: {dtls.state}")
    as_server = exported_keys(dtls)
    line = keyed(local.socket, SrtpKeys(as_server.profile, receive=as_server.send, send=as_server.receive))
    line.check, line.dtls = check, dtls
    return line


def _read(local: Local, controls: bool, answered: asyncio.Event, wire: Wire) -> None:
    with contextlib.suppress(BlockingIOError, ConnectionRefusedError):
        while datagram := local.socket.recv(2048):
            if datagram[0] < 4:
                _stun(local, datagram, controls, answered)
            elif 20 <= datagram[0] <= 63:
                wire.put(datagram)


def _stun(local: Local, datagram: bytes, controls: bool, answered: asyncio.Event) -> None:
    """An answer to our check, or a check of the peer's."""
    try:
        check = parse_check(datagram)
    except MalformedPacket:
        if controls:
            answered.set()
        return
    if is_genuine(check, local.pwd):
        local.socket.send(pack_success(check, local.socket.getpeername(), local.pwd))
        if check.nominates:
            answered.set()


def _send(sock: socket.socket, datagram: bytes) -> None:
    sock.send(datagram)


async def _checked(sock: socket.socket, check: bytes, answered: asyncio.Event) -> None:
    while not answered.is_set():
        with contextlib.suppress(ConnectionRefusedError):
            sock.send(check)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(answered.wait(), _CHECK_EVERY_S)


def _check(local: Local, peer: SessionDescription, controls: bool) -> bytes:
    role = {"ICE-CONTROLLING": 1, "USE-CANDIDATE": None} if controls else {"ICE-CONTROLLED": 1}
    message = stun.Message(
        message_method=stun.Method.BINDING,
        message_class=stun.Class.REQUEST,
        attributes={
            "USERNAME": f"{peer.ufrag}:{local.ufrag}",
            "PRIORITY": _PRIORITY,
            **role,
        },
    )
    message.add_message_integrity(peer.pwd.encode())
    return bytes(message)


def _policy(profile: int, key: bytes, direction: int) -> Policy:
    policy = Policy(key=key, ssrc_type=direction, srtp_profile=profile)
    policy.window_size = 1024
    return policy
