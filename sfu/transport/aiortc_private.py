"""Everything of aiortc that is not its public interface, in one file; tests/unit/sfu fails loudly on an upgrade.

``RTCDtlsTransport`` wants an ICE transport to read from and write to: :class:`Wire` is that, fed by the UDP port.
It makes SRTP sessions of its own, which are not used: :func:`exported_keys` derives the same keys for the core.
"""

import asyncio
from collections.abc import Callable
from typing import cast

from aiortc import RTCCertificate, RTCDtlsTransport, RTCIceTransport
from aiortc.rtcdtlstransport import SRTP_PROFILES, certificate_digest

from bridge.errors import MalformedPacket
from sfu.core.seam import SrtpKeys

_WAITING = 32
"""Datagrams of one handshake flight; more are dropped, DTLS repeats them."""
_EXPORTER = b"EXTRACTOR-dtls_srtp"


class Wire:
    """What RTCDtlsTransport believes to be its ICE transport."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._write = send
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING)
        self._closed = False

    def put(self, datagram: bytes) -> None:
        """A DTLS datagram came. Dropped when the queue is full."""
        if not self._closed and not self._queue.full():
            self._queue.put_nowait(datagram)

    def close(self) -> None:
        """Whoever reads gets ConnectionError, which aiortc takes for the end."""
        self._closed = True
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def _recv(self) -> bytes:
        datagram = await self._queue.get()
        if datagram is None:
            raise ConnectionError
        return datagram

    async def _send(self, data: bytes) -> None:
        if not self._closed:
            self._write(data)


def dtls_over(wire: Wire, certificate: RTCCertificate) -> RTCDtlsTransport:
    """A DTLS server on this wire."""
    dtls = RTCDtlsTransport(cast(RTCIceTransport, wire), [certificate])
    dtls._set_role("server")  # noqa: SLF001 - the role that SDP agreed on
    return dtls


def new_certificate() -> RTCCertificate:
    """One for the whole node: browsers identify a connection by more than its certificate."""
    return RTCCertificate.generateCertificate()


def fingerprint_of(certificate: RTCCertificate) -> str:
    """SHA-256 only, ``AB:CD:…``: peers that are given several take the last they read."""
    return certificate_digest(certificate._cert, "sha-256")  # noqa: SLF001 - its list has weaker ones too


def exported_keys(dtls: RTCDtlsTransport) -> SrtpKeys:
    """RFC 5764 §4.2, seen from the server. Raises MalformedPacket when no profile was agreed."""
    ssl = dtls._ssl  # noqa: SLF001 - the keys are exported from the connection itself
    if ssl is None:
        raise MalformedPacket("DTLS: not started")
    agreed = ssl.get_selected_srtp_profile()
    for profile in SRTP_PROFILES:
        if profile.openssl_profile == agreed:
            size = 2 * (profile.key_length + profile.salt_length)
            material = ssl.export_keying_material(_EXPORTER, size)
            return SrtpKeys(
                profile=profile.libsrtp_profile,
                receive=profile.get_key_and_salt(material, 0),
                send=profile.get_key_and_salt(material, 1),
            )
    raise MalformedPacket("DTLS: no SRTP profile in common")
