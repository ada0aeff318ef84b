"""What the kernel received before START, or before its gate moved, and the node reads after it belongs after it."""

from bridge.control import TapOrder
from bridge.ids import NS_PER_MS, NodeId, ParticipantId, RecordingId, RoomId, TrackId
from bridge.media import Codec, GateReason, Source
from bridge.tap import Frame, FrameKind, FrameReader
from sfu.core.router import Router
from sfu.core.seam import UpId
from sfu.peers.ground import Ground
from sfu.peers.tracks import PublishedTrack
from sfu.sdp import CodecOffer
from sfu.settings import SfuConfig
from sfu.tap import RoomTap
from sfu.transport.aiortc_private import new_certificate
from sfu.transport.port import MediaPort
from tests.support.fakes import CountingEntropy, HandClock

UP = UpId(1)
TRACK = PublishedTrack(
    UP, TrackId("track"), ParticipantId("ann"), 1, Source.CAMERA, CodecOffer(Codec.VP8, 96, 90_000, 0)
)


class Tapped:
    """A room's tap that nobody takes from yet."""

    def __init__(self) -> None:
        self.clock = HandClock()
        self.clock.pass_s(10)
        core, entropy = Router(), CountingEntropy()
        port = MediaPort(core, self.clock, entropy, new_certificate())
        config = SfuConfig(node=NodeId("node"), control="unix:nowhere")
        self.ground = Ground(config, core, port, self.clock, entropy, publish=lambda event: None)
        order = TapOrder(RecordingId("recording"), "unix:nowhere", recording=True)
        self.tap = RoomTap(self.ground, RoomId("room"), order)
        self.replay = self.tap._replay  # noqa: SLF001 - what a recorder would be sent

    def came(self, ago_ms: int) -> None:
        self.ground.taps[UP].rtp(self.clock.mono() - ago_ms * NS_PER_MS, b"packet")

    def arrivals(self, kind: FrameKind) -> list[int]:
        """Of the frames of this kind, in ms before now."""
        frames: list[Frame] = FrameReader().feed(b"".join(self.replay.take(1 << 20)))
        return [(self.clock.mono() - one.arrival) // NS_PER_MS for one in frames if one.kind is kind]


def test_nothing_after_start_is_told_to_have_come_before() -> None:
    made = Tapped()
    made.tap.declare(TRACK, None)
    made.came(30)
    made.tap.begin()
    made.came(20)
    made.clock.pass_s(0.05)
    made.came(40)

    assert made.arrivals(FrameKind.RTP) == [80, 50, 40]


def test_nothing_after_a_gate_is_told_to_have_come_before() -> None:
    made = Tapped()
    made.tap.begin()
    made.clock.pass_s(1)
    made.tap.declare(TRACK, GateReason.MUTED)
    made.clock.pass_s(1)
    made.tap.gate(TRACK, None)
    made.came(15)
    made.clock.pass_s(0.02)
    made.came(5)

    assert made.arrivals(FrameKind.RTP) == [20, 5]
