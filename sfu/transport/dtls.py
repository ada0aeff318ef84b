"""The DTLS handshake of one transport, and what is left of DTLS after it (alerts)."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from aiortc import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport

from bridge.errors import MalformedPacket
from sfu.core.seam import SrtpKeys
from sfu.transport.aiortc_private import Wire, dtls_over, exported_keys

log = logging.getLogger(__name__)

_HANDSHAKE_S = 30
"""Six doublings of DTLS's first timeout of 1 s are 63 s; nobody waits so long in front of a screen."""


class Dtls:
    """Calls ``on_keys`` once, and ``on_end`` once when the handshake fails or the peer closes; never after close()."""

    def __init__(
        self,
        certificate: RTCCertificate,
        send: Callable[[bytes], None],
        on_keys: Callable[[SrtpKeys], None],
        on_end: Callable[[], None],
    ) -> None:
        self._wire = Wire(send)
        self._dtls: RTCDtlsTransport = dtls_over(self._wire, certificate)
        self._on_keys = on_keys
        self._on_end = on_end
        self._task: asyncio.Task[None] | None = None
        self._closed = False

    def start(self, fingerprints: Sequence[str]) -> None:
        """Wait for the peer's ClientHello. Does nothing the second time."""
        if self._task is None and not self._closed:
            self._task = asyncio.create_task(self._run(fingerprints), name="sfu-dtls")

    def feed(self, datagram: bytes) -> None:
        """A DTLS datagram from the peer."""
        self._wire.put(datagram)

    async def close(self) -> None:
        """Say goodbye (close_notify) and end the tasks."""
        if self._closed:
            return
        self._closed = True
        self._dtls.remove_all_listeners()
        await self._dtls.stop()
        self._wire.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self, fingerprints: Sequence[str]) -> None:
        expected = RTCDtlsParameters([RTCDtlsFingerprint("sha-256", value) for value in fingerprints])
        try:
            async with asyncio.timeout(_HANDSHAKE_S):
                await self._dtls.start(expected)
            if self._dtls.state != "connected":
                raise MalformedPacket(f"DTLS: {self._dtls.state}")
            keys = exported_keys(self._dtls)
        except (TimeoutError, MalformedPacket):
            self._end()
            return
        except Exception:  # the peer's handshake runs through OpenSSL: whatever it raises ends this transport alone
            log.exception("DTLS handshake")
            self._end()
            return
        self._dtls.on("statechange", self._state_changed)
        if not self._closed:
            self._on_keys(keys)

    def _state_changed(self) -> None:
        if self._dtls.state in ("closed", "failed"):
            self._end()

    def _end(self) -> None:
        if not self._closed:
            self._on_end()
