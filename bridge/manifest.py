"""The manifest of a sealed recording: what there is, when it was, and a hash chain that ties it together.

Its text: :mod:`bridge.canonical`. Every segment has ``link`` = sha256 over the link before and the segment's own JSON
(without its link), in the order of :func:`ordered_segments`; ``chain_head`` is the last link, so a segment that is
changed, removed, swapped or added breaks the chain. Times are ``MediaNs``, ns since the recording began (``began``) on
the media node's clock, where their name does not say ``utc``.
"""

import hashlib
from collections.abc import Iterable, Sequence

import msgspec

from bridge import canonical
from bridge.ids import AgencyId, BridgePointId, ParticipantId, ReceptionId, RecordingId, SeatId, TrackId
from bridge.journal import GapReason
from bridge.media import Codec, GateReason, Moment, Source

FORMAT = 1
GENESIS = "0" * 64
"""The link before the first segment."""


class ManifestSegment(msgspec.Struct, frozen=True):
    """One stored file; fields as in :class:`bridge.journal.SegmentWritten`.

    ``start_utc_ns``, ``end_utc_ns``: the same span on the wall clock, as the node's stood at START. A clock that is set
    while the recording runs does not move it.
    """

    number: int
    key: str
    version: str
    bytes: int
    sha256: str
    container: str
    codec: Codec
    width: int
    height: int
    frames: int
    start_ns: int
    end_ns: int
    arrival_start_ns: int
    arrival_end_ns: int
    start_utc_ns: int
    end_utc_ns: int
    link: str = ""


class ManifestGap(msgspec.Struct, frozen=True):
    """A hole: nothing decodable though the track was open."""

    start_ns: int
    end_ns: int
    reason: GapReason
    packets: int


class ManifestSilence(msgspec.Struct, frozen=True):
    """A span in which the track was closed on purpose."""

    start_ns: int
    end_ns: int
    reason: GateReason


class ManifestTrack(msgspec.Struct, frozen=True):
    """One source of one participant in one part. ``start_ns``: its first accepted packet; the difference to its first
    segment's start is declared as a gap. Of a track without any packet: where what is declared of it begins."""

    id: TrackId
    participant: ParticipantId
    source: Source
    codec: Codec
    part: int
    start_ns: int
    end_ns: int
    segments: tuple[ManifestSegment, ...]
    gaps: tuple[ManifestGap, ...]
    silences: tuple[ManifestSilence, ...]


class ManifestParticipant(msgspec.Struct, frozen=True):
    """Who was there, from where, when."""

    id: ParticipantId
    seat: SeatId
    name: str
    role: str
    point: BridgePointId
    point_name: str
    level: str
    people: tuple[str, ...]
    joined_ns: int
    left_ns: int


class TimelineEvent(msgspec.Struct, frozen=True):
    """Something that happened: ``kind`` is the event's name, ``detail`` its words or value."""

    at_ns: int
    kind: str
    participant: ParticipantId | None
    detail: str


class ManifestPart(msgspec.Struct, frozen=True):
    """A run of a media node that served this recording."""

    part: int
    node: str
    at_ns: int


class Manifest(msgspec.Struct, frozen=True):
    """The whole; ``began`` and ``ended`` are START and STOP, that is ``live`` and ``closed``.

    ``audit_head``: hash of the last entry of the installation's audit chain when this was made (``sealed_utc_ns``):
    whoever holds the manifest can show that the entries before it were not changed since.
    """

    format: int
    recording: RecordingId
    reception: ReceptionId
    title: str
    office: str
    agency: AgencyId
    began: Moment
    ended: Moment
    duration_ns: int
    parts: tuple[ManifestPart, ...]
    participants: tuple[ManifestParticipant, ...]
    tracks: tuple[ManifestTrack, ...]
    events: tuple[TimelineEvent, ...]
    software: str
    sealed_utc_ns: int
    audit_head: str
    journal_version: str
    journal_sha256: str
    chain_head: str = ""


def ordered_segments(tracks: Iterable[ManifestTrack]) -> list[ManifestSegment]:
    """The order of the chain: tracks as they stand, segments as they stand in each."""
    return [segment for track in tracks for segment in track.segments]


def link(previous: str, segment: ManifestSegment) -> str:
    """sha256 hex over the link before and the segment without its own."""
    text = msgspec.json.encode((previous, msgspec.structs.replace(segment, link="")))
    return hashlib.sha256(text).hexdigest()


def chained(manifest: Manifest) -> Manifest:
    """The manifest with every link and the chain's head filled in."""
    previous = GENESIS
    tracks = []
    for track in manifest.tracks:
        segments = []
        for segment in track.segments:
            previous = link(previous, segment)
            segments.append(msgspec.structs.replace(segment, link=previous))
        tracks.append(msgspec.structs.replace(track, segments=tuple(segments)))
    return msgspec.structs.replace(manifest, tracks=tuple(tracks), chain_head=previous)


def chain_faults(manifest: Manifest) -> list[str]:
    """Every place where the chain does not hold."""
    faults = []
    previous = GENESIS
    for segment in ordered_segments(manifest.tracks):
        expected = link(previous, segment)
        if segment.link != expected:
            faults.append(segment.key)
        previous = segment.link
    if manifest.chain_head != previous:
        faults.append("chain_head")
    return faults


def serialise_manifest(manifest: Manifest) -> bytes:
    """The canonical form, as stored, hashed and signed."""
    return canonical.serialise(manifest)


def parse_manifest(text: bytes) -> Manifest:
    """Raises MalformedInput; also for a form newer than this programme knows and for text that is not canonical."""
    return canonical.parse(text, Manifest, FORMAT, "manifest")


def total_bytes(tracks: Sequence[ManifestTrack]) -> int:
    """Bytes of all segments."""
    return sum(segment.bytes for segment in ordered_segments(tracks))
