"""Words about media that every room shares: sources, codecs, gates and their reasons."""

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What a track carries."""

    AUDIO = "audio"
    VIDEO = "video"


class Source(StrEnum):
    """Where a participant's track comes from. One track per source and participant."""

    MICROPHONE = "microphone"
    CAMERA = "camera"
    SCREEN = "screen"

    @property
    def kind(self) -> Kind:
        """Audio for the microphone, video for the rest."""
        return Kind.AUDIO if self is Source.MICROPHONE else Kind.VIDEO


class Codec(StrEnum):
    """Codecs the node forwards and the recorder muxes (names as in SDP, lower case)."""

    OPUS = "opus"
    VP8 = "vp8"
    VP9 = "vp9"
    H264 = "h264"
    AV1 = "av1"


class GateReason(StrEnum):
    """Why a track sends nothing: said in the tap and declared in the recording, so it is never taken for a gap."""

    MUTED = "muted"
    CAMERA_OFF = "camera_off"
    SCREEN_OFF = "screen_off"
    PAUSED = "paused"


CLOSED_REASON = {
    Source.MICROPHONE: GateReason.MUTED,
    Source.CAMERA: GateReason.CAMERA_OFF,
    Source.SCREEN: GateReason.SCREEN_OFF,
}
"""The reason a participant's own closed gate carries; a paused room says ``PAUSED`` instead."""


class Moment(msgspec.Struct, frozen=True):
    """One instant on a media node, on both of its clocks: ``mono_ns`` monotonic, ``utc_ns`` wall (since 1970)."""

    mono_ns: int
    utc_ns: int
