"""One peer's transport, uplink or downlink alike: ICE-lite, then DTLS, then a link of the forwarding core."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from aiortc import RTCCertificate

from bridge.ids import NS_PER_S, Ssrc
from sfu.core.seam import Address, ForwardingCore, LinkId, SrtpKeys
from sfu.transport.dtls import Dtls
from sfu.transport.ice import Credentials, IcePeer
from sfu.transport.limits import Amplification, Forgeries
from sfu.transport.stun import Check

SILENT_NS = 8 * NS_PER_S
"""Neither packet nor check: lost. RFC 7675 agents check each 4-6 s, so one lost check is forgiven to those who send."""
GONE_NS = 30 * NS_PER_S
"""RFC 7675 §5.1: consent expires 30 s after the last valid check."""


class TransportState(StrEnum):
    """Life of a transport; ``CONNECTED`` and ``LOST`` may alternate."""

    NEW = "new"
    CONNECTED = "connected"
    LOST = "lost"
    CLOSED = "closed"


class Transport:
    """Made by :class:`sfu.transport.port.MediaPort`. ``on_state`` hears of connected, lost and closed."""

    def __init__(
        self,
        link: LinkId,
        core: ForwardingCore,
        ice: IcePeer,
        certificate: RTCCertificate,
        ssrc: Ssrc,
        send: Callable[[bytes, Address], None],
    ) -> None:
        self.link = link
        self.ice = ice
        self.state = TransportState.NEW
        self.on_state: Callable[[TransportState], None] = lambda _: None
        self.fingerprints: tuple[str, ...] = ()
        self._core = core
        self._ssrc = ssrc
        self._send = send
        self._amplification = Amplification()
        self._forgeries = Forgeries()
        self._dtls = Dtls(certificate, self._send_dtls, self.keyed, self._ended)

    def start(self, fingerprints: Sequence[str]) -> None:
        """The peer's description is known: its certificate may introduce itself."""
        self.fingerprints = tuple(fingerprints)
        self._dtls.start(fingerprints)

    def check(self, check: Check, address: Address, now_ns: int) -> tuple[bytes | None, bool]:
        """A connectivity check for this transport: the answer, and whether the address is new.

        While somebody sends forged ones under its name, only those from where the peer is are looked at.
        """
        if address != self.ice.address and self._forgeries.too_many(now_ns):
            return None, False
        heard_ns = self._core.report(self.link).heard_ns
        answer, moved = self.ice.check(check, address, now_ns, heard_ns)
        if answer is None:
            self._forgeries.another(now_ns)
        if moved:
            self._core.move_link(self.link, address)
        return answer, moved

    def feed_dtls(self, datagram: bytes) -> None:
        """A DTLS datagram from the peer's address."""
        self._amplification.came(len(datagram))
        self._dtls.feed(datagram)

    def look(self, now_ns: int) -> None:
        """To be called each second: is anyone still there? Whoever has not come yet may come any time."""
        checked = self.ice.checked_ns
        if self.state is TransportState.CLOSED or not checked:
            return
        heard = max(checked, self._core.report(self.link).heard_ns)
        if now_ns - checked > GONE_NS:
            self._set(TransportState.CLOSED)
        elif self.state is TransportState.CONNECTED and now_ns - heard > SILENT_NS:
            self._set(TransportState.LOST)
        elif self.state is TransportState.LOST and now_ns - heard <= SILENT_NS:
            self._set(TransportState.CONNECTED)

    async def close(self) -> None:
        """End it; ``on_state`` is not told."""
        self.on_state = lambda _: None
        self.state = TransportState.CLOSED
        self._core.close_link(self.link)
        await self._dtls.close()

    def restart(self, local: Credentials, remote_ufrag: str) -> None:
        """ICE restart: DTLS and keys stay."""
        self.ice.restart(local, remote_ufrag)

    def _send_dtls(self, datagram: bytes) -> None:
        if self.ice.address is not None and self._amplification.may_send(len(datagram)):
            self._send(datagram, self.ice.address)

    def keyed(self, keys: SrtpKeys) -> None:
        """The handshake is done: packets may flow."""
        self._amplification.prove()
        if self.ice.address is not None and self.state is TransportState.NEW:
            self._core.open_link(self.link, keys, self.ice.address, self._ssrc)
            self._set(TransportState.CONNECTED)

    def _ended(self) -> None:
        self._set(TransportState.CLOSED)

    def _set(self, state: TransportState) -> None:
        """Told at once: the first packet may be the next thing that is read."""
        if state is not self.state and self.state is not TransportState.CLOSED:
            self.state = state
            if state is TransportState.CLOSED:
                self._core.close_link(self.link)
            self.on_state(state)
