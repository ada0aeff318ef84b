"""The m-lines of a downlink: a pool that grows only when all of a kind are in use (RFC 3264 §8: m-lines stay)."""

from dataclasses import dataclass

from bridge.ids import Mid, Ssrc
from bridge.media import Codec, Kind, Source
from sfu.core.seam import DownId, UpId
from sfu.peers.tracks import PublishedTrack
from sfu.sdp import CODECS, MAX_MEDIA, Slot

NO_SSRC = Ssrc(0)
_SPARE = (Kind.AUDIO, Kind.VIDEO)
"""Inactive m-lines of the first offer: the transport is up before anyone publishes, and its answer says what the
browser decodes."""


@dataclass
class Line:
    """One m-line. ``codecs``: what the browser took of ``offered``, ``repaired``: of these what it takes
    retransmissions of; ``redundant``: it takes redundant sound; ``agreed``: the SSRC of the last answered offer, 0
    while this m-line is inactive there; ``down``: flowing to it."""

    mid: Mid
    kind: Kind
    offered: tuple[Codec, ...]
    track: PublishedTrack | None = None
    ssrc: Ssrc = NO_SSRC
    repair: Ssrc = NO_SSRC
    """Of its retransmissions; 0 for sound, which has none."""
    codecs: frozenset[Codec] = frozenset()
    repaired: frozenset[Codec] = frozenset()
    redundant: bool = False
    refused: Ssrc | None = None
    """It was answered with port 0, by which browsers give it up for good: what it carried then; None: it lives."""
    agreed: Ssrc = NO_SSRC
    down: DownId | None = None

    def carry(self, track: PublishedTrack, ssrc: Ssrc, repair: Ssrc) -> None:
        """From the next offer on. Beside what is sent stands VP8, which every browser decodes: an m-line without any
        codec in common would be rejected and lost for later tracks."""
        self.track = track
        self.ssrc = ssrc
        self.repair = repair
        fallback = (Codec.VP8,) if self.kind is Kind.VIDEO else (Codec.OPUS,)
        self.offered = tuple(dict.fromkeys((track.codec, *fallback)))

    def free(self) -> None:
        """It carries nothing more; what it offered last it goes on offering, inactive."""
        self.track = None
        self.ssrc = self.repair = NO_SSRC

    @property
    def may_flow(self) -> bool:
        """Wanted, agreed, and not flowing yet."""
        track = self.track
        return track is not None and self.down is None and self.agreed == self.ssrc and track.codec in self.codecs

    def slot(self) -> Slot:
        """As it is offered now."""
        track = self.track
        if track is None:
            return Slot(self.mid, self.kind, False, NO_SSRC, "", "", "", self.offered)
        said = (cname(track), _stream(track), str(track.track))
        return Slot(self.mid, self.kind, True, self.ssrc, *said, self.offered, self.repair)


class Pool:
    """In the order of the offer; m-lines are added, never taken away."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        for kind in _SPARE:
            self._grow(kind)

    def free_line(self, kind: Kind) -> Line:
        """One that carries nothing, or a new one; a refused one again only when no answer could have more."""
        free = [line for line in self.lines if line.kind is kind and line.track is None]
        taken = next((line for line in free if line.refused is None), None)
        if taken is None and free and len(self.lines) >= MAX_MEDIA:
            return free[0]
        return taken or self._grow(kind)

    def line_of(self, up: UpId) -> Line | None:
        """The one that carries it."""
        return next((line for line in self.lines if line.track is not None and line.track.up == up), None)

    @property
    def tracks(self) -> list[PublishedTrack]:
        """Everything that is carried."""
        return [line.track for line in self.lines if line.track is not None]

    def _grow(self, kind: Kind) -> Line:
        line = Line(Mid(str(len(self.lines))), kind, CODECS[kind])
        self.lines.append(line)
        return line


def cname(track: PublishedTrack) -> str:
    """One synchronisation context per participant and connection (RFC 3550 §6.5.1)."""
    return f"{track.participant}-{track.connection}"


def _stream(track: PublishedTrack) -> str:
    """Camera and microphone play in step; the screen goes its own way."""
    return f"{cname(track)}-screen" if track.source is Source.SCREEN else cname(track)
