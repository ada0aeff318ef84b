"""Probes: a browser that tries its line gets back what it sends, in no room and seen by nobody.

What comes is forwarded as to any receiver, so that the line is measured by the very path that a session would take.
"""

import asyncio
from collections.abc import Callable

from bridge.control import ProbeAnswer, ProbeOffer
from bridge.errors import Code, MalformedSdp, Refusal
from bridge.ids import Mid, Ssrc
from bridge.media import Source
from sfu.core.seam import CoreEvent, DownSpec, UpId, UpStarted
from sfu.peers.ground import Ground
from sfu.peers.upspec import up_spec
from sfu.sdp import SessionDescription, parse_offer
from sfu.sdp.probe import Echoed, answer_probe
from sfu.transport.transport import TransportState

MOST = 16
"""At once: of 1.5 Mb/s both ways, what a node can spare beside its sessions."""
LIFE_S = 20.0
"""A test sends for ten seconds; connecting by a slow relay takes some more."""


class Probes:
    """Each ends by itself: with its connection, or when its time is over."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._open: dict[_Probe, asyncio.TimerHandle] = {}

    def start(self, order: ProbeOffer) -> ProbeAnswer:
        """Raises Refusal: malformed_sdp (also when nothing of it can be sent back), too_many_requests."""
        if len(self._open) >= MOST:
            raise Refusal(Code.TOO_MANY_REQUESTS, f"{MOST} probes", seconds=str(int(LIFE_S)))
        try:
            offer = parse_offer(order.sdp)
            probe = _Probe(self._ground, offer, self._end)
            text = probe.answer(offer)
        except MalformedSdp as error:
            raise Refusal(Code.MALFORMED_SDP, str(error)) from error
        timer = asyncio.get_running_loop().call_later(LIFE_S, self._end, probe)
        self._open[probe] = timer
        return ProbeAnswer(text)

    def _end(self, probe: "_Probe") -> None:
        timer = self._open.pop(probe, None)
        if timer is not None:
            timer.cancel()
            self._ground.spawn(probe.close(), "sfu-probe-end")

    async def close(self) -> None:
        """End them all."""
        for probe, timer in list(self._open.items()):
            timer.cancel()
            await probe.close()
        self._open.clear()


class _Probe:
    """One. Implements :class:`sfu.peers.ground.UplinkHost` for its own tracks."""

    def __init__(self, ground: Ground, offer: SessionDescription, on_end: "Callable[[_Probe], None]") -> None:
        self.echoed: dict[Mid, Echoed] = {}
        self._on_end = on_end
        self._ground = ground
        self._ups: dict[UpId, Echoed] = {}
        self._transport = ground.port.new_transport(ground.port.credentials(), offer.ufrag)
        self._transport.on_state = self._state_changed

    def answer(self, offer: SessionDescription) -> str:
        """Raises MalformedSdp, and is over then."""
        local = self._ground.local_ice(self._transport.ice.local)
        try:
            text, self.echoed = answer_probe(offer, local, lambda: Ssrc(self._ground.entropy.bits(32)))
            if not self.echoed:
                raise MalformedSdp("nothing to send back")
        except MalformedSdp:
            self._ground.spawn(self.close(), "sfu-probe-end")
            raise
        self._transport.start(offer.fingerprints)
        return text

    def expect(self, source: Source) -> tuple[bool, bool]:
        """See UplinkHost: open, and copied to no recorder."""
        return True, False

    def handle(self, event: CoreEvent) -> None:
        """See UplinkHost."""
        echoed = self._ups.get(event.up)
        if not isinstance(event, UpStarted) or echoed is None:
            return
        spec = DownSpec(
            down=self._ground.next_down(),
            up=event.up,
            link=self._transport.link,
            ssrc=echoed.ssrc,
            payload_type=event.payload_type,
            sequence=self._ground.entropy.bits(15),
            timestamp_shift=self._ground.entropy.bits(32),
            cname="probe",
        )
        self._ground.port.send_all(self._ground.core.add_down(spec, self._ground.clock.mono()))

    def gone(self, up: UpId) -> None:
        """See UplinkHost."""

    async def close(self) -> None:
        """Idempotent."""
        for up in self._ups:
            self._ground.core.remove_up(up)
            self._ground.hosts.pop(up, None)
        self._ups.clear()
        await self._ground.port.end(self._transport)

    def _state_changed(self, state: TransportState) -> None:
        if state is TransportState.CLOSED:
            self._on_end(self)
        elif not self._ups:
            for echoed in self.echoed.values():
                self._add(echoed)

    def _add(self, echoed: Echoed) -> None:
        media, (is_open, tapped) = echoed.media, self.expect(echoed.media.source)
        up = self._ground.next_up()
        self._ups[up] = echoed
        self._ground.hosts[up] = self
        spec = up_spec(up, self._transport.link, media, is_open=is_open, tapped=tapped)
        self._ground.core.add_up(spec)
