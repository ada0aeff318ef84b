"""Assembles a manifest from the recorder's journal (what was written) and the reception's events (what happened)."""

from collections.abc import Container, Iterator, Sequence
from typing import TypeVar

import msgspec

from bridge import events as e
from bridge import journal as j
from bridge.errors import MalformedInput
from bridge.events import Recorded
from bridge.evolution import rebuilt
from bridge.ids import ParticipantId, TrackId
from bridge.manifest import (
    FORMAT,
    Manifest,
    ManifestGap,
    ManifestPart,
    ManifestParticipant,
    ManifestSegment,
    ManifestSilence,
    ManifestTrack,
    TimelineEvent,
    chained,
)
from bridge.media import Moment
from bridge.model import Audience
from bridge.reception import Reception

Line = TypeVar("Line")

_TIMELINE = (
    e.ReceptionStarted,
    e.ReceptionInterrupted,
    e.ReceptionResumed,
    e.ReceptionClosed,
    e.AgendaMoved,
    e.ParticipantJoined,
    e.ParticipantLost,
    e.ParticipantReturned,
    e.ParticipantLeft,
    e.MicrophoneMoved,
    e.CameraMoved,
    e.ScreenMoved,
    e.HandMoved,
    e.FloorGiven,
    e.FloorTaken,
    e.MessageSent,
    e.ChairTaken,
    e.ChairReturned,
    e.SpeakersMoved,
    e.RecordingMoved,
    e.HelpOffered,
    e.HelpAccepted,
    e.HelpDeclined,
    e.HelpEnded,
)
_UNTOLD = ("type", "participant", "session")
"""Of an event's values: its kind and who stand beside them; which sign-in opened a line is nobody's outside."""


class Assembly(msgspec.Struct, frozen=True):
    """What a manifest is made of. ``journal_version``, ``journal_sha256``: of the journal as it is stored."""

    entries: Sequence[j.Entry]
    history: Sequence[Recorded]
    journal_version: str
    journal_sha256: str
    audit_head: str
    software: str
    sealed_utc_ns: int


def _only(entries: Sequence[j.Entry], shape: type[Line]) -> Line:
    found = [entry for entry in entries if isinstance(entry, shape)]
    if len(found) != 1:
        raise MalformedInput(f"journal has {len(found)} {shape.__name__} lines, 1 expected")
    return found[0]


def assemble(source: Assembly) -> Manifest:
    """The chained manifest. Raises MalformedInput when the journal is not whole, NotFound for an empty history."""
    began = _only(source.entries, j.RecordingBegan)
    ended = _only(source.entries, j.RecordingEnded)
    reception = rebuilt(source.history)
    return chained(
        Manifest(
            format=FORMAT,
            recording=began.recording,
            reception=reception.id,
            title=reception.title,
            office=reception.office,
            agency=reception.agency,
            began=began.moment,
            # By the recording's own clock: the node's wall clock may have been set since START.
            ended=Moment(ended.moment.mono_ns, began.moment.utc_ns + ended.at_ns),
            duration_ns=ended.at_ns,
            parts=_parts(source.entries, began),
            participants=_participants(reception, source, began.moment, ended.at_ns),
            tracks=_tracks(source, began, ended.at_ns),
            events=_events(source.history, began.moment, ended.at_ns),
            software=source.software,
            sealed_utc_ns=source.sealed_utc_ns,
            audit_head=source.audit_head,
            journal_version=source.journal_version,
            journal_sha256=source.journal_sha256,
        )
    )


def _parts(entries: Sequence[j.Entry], began: j.RecordingBegan) -> tuple[ManifestPart, ...]:
    later = [entry for entry in entries if isinstance(entry, j.PartBegan) and entry.part > 1]
    first = ManifestPart(1, began.node, 0)
    return (first, *(ManifestPart(part.part, part.node, part.at_ns) for part in later))


def _tracks(source: Assembly, began: j.RecordingBegan, duration_ns: int) -> tuple[ManifestTrack, ...]:
    entries = source.entries
    ends = {entry.track: entry.last_packet_ns for entry in entries if isinstance(entry, j.TrackEnded)}
    heard = [entry for entry in entries if isinstance(entry, j.TrackBegan)]
    tracks = [
        ManifestTrack(
            id=entry.track,
            participant=entry.participant,
            source=entry.source,
            codec=entry.codec,
            part=entry.part,
            start_ns=entry.first_packet_ns,
            end_ns=ends.get(entry.track, duration_ns),
            segments=_segments(entries, entry.track, began.moment),
            gaps=_gaps(entries, entry.track),
            silences=_silences(entries, entry.track),
        )
        for entry in heard
    ]
    return (*tracks, *_unheard(source, _parts(entries, began), {entry.track for entry in heard}))


def _unheard(source: Assembly, parts: Sequence[ManifestPart], heard: Container[TrackId]) -> Iterator[ManifestTrack]:
    """Tracks of which no packet was accepted: their gate was closed until they ended, or their node died. The journal
    has only what it declares of them; whose they were says the event of their publishing."""
    happened = (recorded.event for recorded in source.history)
    published = {event.track: event for event in happened if isinstance(event, e.SourcePublished)}
    for event in published.values():
        gaps, silences = _gaps(source.entries, event.track), _silences(source.entries, event.track)
        spans = [(gap.start_ns, gap.end_ns) for gap in gaps]
        spans += [(silence.start_ns, silence.end_ns) for silence in silences]
        start, end = min(spans, default=(0, 0))[0], max((span[1] for span in spans), default=0)
        if event.track in heard or start == end:
            continue
        yield ManifestTrack(
            id=event.track,
            participant=event.participant,
            source=event.source,
            codec=event.codec,
            part=max((part.part for part in parts if part.at_ns <= start), default=1),
            start_ns=start,
            end_ns=end,
            segments=(),
            gaps=gaps,
            silences=silences,
        )


def _gaps(entries: Sequence[j.Entry], track: TrackId) -> tuple[ManifestGap, ...]:
    return tuple(
        ManifestGap(gap.start_ns, gap.end_ns, gap.reason, gap.packets)
        for gap in entries
        if isinstance(gap, j.GapDeclared) and gap.track == track
    )


def _silences(entries: Sequence[j.Entry], track: TrackId) -> tuple[ManifestSilence, ...]:
    return tuple(
        ManifestSilence(silence.start_ns, silence.end_ns, silence.reason)
        for silence in entries
        if isinstance(silence, j.SilenceDeclared) and silence.track == track
    )


_AS_WRITTEN = tuple(
    name for name in ManifestSegment.__struct_fields__ if name in frozenset(j.SegmentWritten.__struct_fields__)
)


def _segments(entries: Sequence[j.Entry], track: TrackId, began: Moment) -> tuple[ManifestSegment, ...]:
    written = sorted(
        (entry for entry in entries if isinstance(entry, j.SegmentWritten) and entry.track == track),
        key=lambda entry: entry.number,
    )
    return tuple(
        ManifestSegment(
            **{name: getattr(entry, name) for name in _AS_WRITTEN},
            start_utc_ns=began.utc_ns + entry.start_ns,
            end_utc_ns=began.utc_ns + entry.end_ns,
        )
        for entry in written
    )


def same_record(found: Manifest, made: Manifest) -> bool:
    """Whether a manifest that lies in the store already is the one we would make now.

    Between the two a killed sealer may have been updated, the audit goes on, and events may follow the closing: what
    was sealed of them is all that happened until then, the closing with it.
    """
    happened = len(found.events)
    is_closed = any(event.kind == e.ReceptionClosed.__name__ for event in found.events)
    return is_closed and found.events == made.events[:happened] and _settled(found) == _settled(made)


def _settled(manifest: Manifest) -> Manifest:
    return msgspec.structs.replace(manifest, events=(), software="", sealed_utc_ns=0, audit_head="")


def _participants(
    reception: Reception, source: Assembly, began: Moment, duration_ns: int
) -> tuple[ManifestParticipant, ...]:
    """Who was there between START and STOP. Whoever was heard or seen was, from their first packet on, also when a room
    that nobody told the recording's time (:mod:`bridge.sessionclock`) noted their joining under a wall clock ahead."""
    heard: dict[ParticipantId, int] = {}
    for entry in source.entries:
        if isinstance(entry, j.TrackBegan):
            heard[entry.participant] = min(entry.first_packet_ns, heard.get(entry.participant, duration_ns))
    joined: dict[ParticipantId, tuple[e.ParticipantJoined, int]] = {}
    left: dict[ParticipantId, int] = {}
    for recorded, at in _placed(source.history, began):
        if isinstance(recorded.event, e.ParticipantJoined):
            # who was sent back to wait and came in again was there from the first time on
            joined.setdefault(recorded.event.participant, (recorded.event, at))
            left.pop(recorded.event.participant, None)
        elif isinstance(recorded.event, e.ParticipantLeft):
            left[recorded.event.participant] = at
    return tuple(
        _participant(
            reception,
            event,
            max(0, min(at, heard.get(who, duration_ns))),
            min(left.get(who, duration_ns), duration_ns),
        )
        for who, (event, at) in joined.items()
        if who in heard or (left.get(who, duration_ns) > 0 and at < duration_ns)
    )


def _participant(reception: Reception, event: e.ParticipantJoined, joined: int, left: int) -> ManifestParticipant:
    seat = reception.seats[event.seat]
    return ManifestParticipant(
        id=event.participant,
        seat=seat.id,
        name=seat.name,
        role=seat.role,
        point=seat.point,
        point_name=seat.point_name,
        level=seat.level,
        people=tuple(person.name for person in seat.people),
        joined_ns=joined,
        left_ns=left,
    )


def _placed(history: Sequence[Recorded], began: Moment) -> list[tuple[Recorded, int]]:
    """Each event with its place on the recording's clock, by which the room has stored it since START. Before START the
    wall clock was nobody's: what stands before it in the stream and is not of its very moment was before it."""
    starts = (recorded.version for recorded in history if isinstance(recorded.event, e.ReceptionStarted))
    started = next(starts, 0)
    placed = []
    for recorded in history:
        at = recorded.at_utc_ns - began.utc_ns
        placed.append((recorded, min(at, -1) if at and recorded.version < started else at))
    return placed


def _events(history: Sequence[Recorded], began: Moment, duration_ns: int) -> tuple[TimelineEvent, ...]:
    return tuple(
        TimelineEvent(
            min(at, duration_ns),
            type(recorded.event).__name__,
            getattr(recorded.event, "participant", None),
            _detail(recorded),
        )
        for recorded, at in _placed(history, began)
        if isinstance(recorded.event, _TIMELINE) and at > -1
    )


def _detail(recorded: Recorded) -> str:
    """The event's remaining values as JSON: what a reader of the manifest may need without this programme."""
    values = msgspec.to_builtins(recorded.event)
    if isinstance(recorded.event, e.MessageSent) and recorded.event.audience is Audience.OFFICIALS:
        # Exports are handed to the parties: of the officials' line the record that leaves says only that it was used.
        del values["text"]
    return msgspec.json.encode({k: v for k, v in values.items() if k not in _UNTOLD}).decode()
