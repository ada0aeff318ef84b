"""One publisher and one receiver on the forwarding core, with real SRTP on both sides and a clock of its own."""

from collections.abc import Mapping

from aiortc.rtp import RtcpPsfbPacket, RtcpRtpfbPacket

from bridge.ids import NS_PER_MS, NS_PER_S, Mid, Ssrc
from bridge.media import Codec
from sfu.core.router import Router
from sfu.core.seam import Datagram, DownId, DownSpec, LinkId, PayloadFormat, Repairs, RepairSpec, UpId, UpSpec
from sfu.core.senderclock import ntp_from_ns
from tests.support.sfu_peer import GCM, Peer, header

ANN, BOB, EVE = LinkId(1), LinkId(2), LinkId(3)
CAMERA, MICROPHONE = UpId(1), UpId(2)
VP8 = {96: PayloadFormat(Codec.VP8, 90_000)}
OPUS = {111: PayloadFormat(Codec.OPUS, 48_000)}
NO_REPAIRS = Repairs()
RED = {63: PayloadFormat(Codec.OPUS, 48_000, inside=111), **OPUS}
"""A microphone that sends each packet once more in the next (RFC 2198)."""
EDGES = (0, 1, 127, 128, 32_767, 32_768, 65_534, 65_535)
TICK = 20 * NS_PER_MS
START_NS = 1_000 * NS_PER_S


class CoreRoom:
    """Ann publishes, Bob receives; ``now`` is moved by hand."""

    def __init__(self, profile: int = GCM) -> None:
        self.core = Router()
        self.links = (ANN, BOB)
        self.now = START_NS
        self.ann = Peer(1, ("127.0.0.1", 1001), profile)
        self.bob = Peer(2, ("127.0.0.1", 1002), profile)
        self.core.open_link(ANN, self.ann.keys, self.ann.address, Ssrc(11))
        self.core.open_link(BOB, self.bob.keys, self.bob.address, Ssrc(12))
        self.tick()

    def expect(
        self,
        up: UpId = CAMERA,
        formats: Mapping[int, PayloadFormat] = VP8,
        ssrcs: tuple[int, ...] = (1,),
        mid: str = "0",
        repairs: Repairs = NO_REPAIRS,
        number_extension: int | None = None,
        **changes: bool,
    ) -> None:
        """Ann may send this."""
        self.core.add_up(
            UpSpec(
                up=up,
                link=ANN,
                mid=Mid(mid),
                ssrcs=tuple(Ssrc(ssrc) for ssrc in ssrcs),
                formats=formats,
                mid_extension=4,
                level_extension=1,
                is_open=changes.get("is_open", True),
                tapped=changes.get("tapped", False),
                repairs=repairs,
                number_extension=number_extension,
            )
        )

    def down(
        self,
        up: UpId = CAMERA,
        ssrc: int = 77,
        sequence: int = 1000,
        payload_type: int = 100,
        repair: RepairSpec | None = None,
        red: int | None = None,
    ) -> list[Datagram]:
        """Bob gets it."""
        spec = DownSpec(DownId(ssrc), up, BOB, Ssrc(ssrc), payload_type, sequence, 5000, "ann", repair, red)
        return self.core.add_down(spec, self.now)

    def pause(self, ssrc: int = 77) -> None:
        """Bob does not show it."""
        assert self.core.set_paused(DownId(ssrc), True) == []

    def resume(self, ssrc: int = 77) -> list[Datagram]:
        """Bob shows it again."""
        return self.core.set_paused(DownId(ssrc), False)

    def feed(self, packet: bytes) -> list[Datagram]:
        """Ann sends a packet."""
        return self.core.feed(self.ann.rtp(packet), self.ann.address, self.now)

    def tell(self, peer: Peer, compound: bytes) -> list[Datagram]:
        """Someone sends RTCP."""
        return self.core.feed(peer.rtcp(compound), peer.address, self.now)

    def tick(self, after: int = TICK) -> list[Datagram]:
        """Time goes on."""
        self.now += after
        return self.core.tick(self.now, ntp_from_ns(self.now))

    def asked(self, out: list[Datagram]) -> tuple[list[int], int]:
        """What Ann is asked for again, and how many key frames; to be looked at once (SRTCP has a replay window)."""
        told = self.ann.controls(out)
        plis = sum(isinstance(p, RtcpPsfbPacket) and p.fmt == 1 for p in told)
        return [n for p in told if isinstance(p, RtcpRtpfbPacket) and p.fmt == 1 for n in p.lost], plis

    def plis(self, out: list[Datagram]) -> int:
        """Key frame requests among what is sent to Ann."""
        return self.asked(out)[1]

    def nacks(self, out: list[Datagram]) -> list[int]:
        """What Ann is asked for again."""
        return self.asked(out)[0]

    def sequences(self, out: list[Datagram]) -> list[int]:
        """Sequence numbers of the packets for Bob."""
        return [header(packet)[1] for packet in self.bob.packets(out)]
