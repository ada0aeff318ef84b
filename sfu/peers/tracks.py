"""A track that someone publishes, as the room knows it."""

from dataclasses import dataclass

from bridge.ids import ParticipantId, TrackId
from bridge.media import Codec, Source
from bridge.tap import TrackDeclared
from sfu.core.seam import UpId
from sfu.sdp import CodecOffer


@dataclass(frozen=True)
class PublishedTrack:
    """From its first packet to its end. ``connection`` counts the participant's uplinks."""

    up: UpId
    track: TrackId
    participant: ParticipantId
    connection: int
    source: Source
    format: CodecOffer

    @property
    def codec(self) -> Codec:
        """What it is coded in; a track never changes that."""
        return self.format.codec

    @property
    def declaration(self) -> TrackDeclared:
        """What the recorder is told."""
        return TrackDeclared(
            track=self.track,
            participant=self.participant,
            connection=self.connection,
            source=self.source,
            codec=self.codec,
            clock_rate=self.format.clock_rate,
            channels=self.format.channels if self.codec is Codec.OPUS else 0,
            payload_type=self.format.payload_type,
            parameters=self.format.parameters,
        )
