"""Manifest: canonical, chained, and assembled from journal and events."""

import hashlib
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import events as e
from bridge import journal as j
from bridge.assembly import Assembly, assemble
from bridge.errors import MalformedInput
from bridge.events import Recorded
from bridge.ids import NodeId, ParticipantId, RecordingId, RoomId, SeatId, TrackId
from bridge.manifest import Manifest, chain_faults, parse_manifest, serialise_manifest
from bridge.media import Codec, GateReason, Moment, Source
from bridge.model import Audience, Level, Role
from bridge.states import AttendanceState
from tests.unit.bridge.receptions import RECORDING, recorded, scheduled_event, seat

BEGAN = Moment(mono_ns=1_000, utc_ns=50_000)
ENDED = Moment(mono_ns=61_000, utc_ns=110_000)


def segment(track: str, number: int) -> j.SegmentWritten:
    return j.SegmentWritten(
        track=TrackId(track),
        number=number,
        key=f"recordings/x/{track}/{number:05d}.webm",
        version="",
        bytes=10,
        sha256=hashlib.sha256(f"{track}{number}".encode()).hexdigest(),
        container="webm",
        codec=Codec.VP8,
        width=320,
        height=180,
        frames=25,
        start_ns=number * 1000,
        end_ns=number * 1000 + 900,
        arrival_start_ns=number * 1000,
        arrival_end_ns=number * 1000 + 900,
    )


def track(name: str) -> j.TrackBegan:
    return j.TrackBegan(TrackId(name), ParticipantId("p-chair"), 1, 1, Source.CAMERA, Codec.VP8, 90_000, 100)


def entries() -> list[j.Entry]:
    return [
        j.RecordingBegan(RecordingId("rec1"), RoomId("r1"), NodeId("n1"), BEGAN, "0.1"),
        track("a"),
        segment("a", 2),
        segment("a", 1),
        track("b"),
        segment("b", 1),
        j.GapDeclared(TrackId("b"), 5, 9, j.GapReason.LOSS, 2),
        j.SilenceDeclared(TrackId("b"), 20, 30, GateReason.MUTED),
        j.TrackEnded(TrackId("b"), 40_000),
        j.RecordingEnded(ENDED, 60_000),
    ]


def manifest(more: Sequence[j.Entry] = (), happened: Sequence[Recorded] = ()) -> Manifest:
    history = [
        *recorded([scheduled_event(), e.DoorsOpened()]),
        *recorded([e.ParticipantJoined(ParticipantId("p-chair"), SeatId("seat-chair"))], 2, 40_000),
        *recorded([e.ReceptionStarted(RECORDING, BEGAN, "r")], 3, 50_000),
        *recorded([e.FloorGiven(ParticipantId("p-chair"))], 4, 60_000),
        *happened,
        *recorded([e.ReceptionClosed(e.Cause.CHAIR, "", ENDED)], 5 + len(happened), 110_000),
    ]
    return assemble(Assembly([*entries(), *more], history, "v1", "ab" * 32, "cd" * 32, "0.1", 120_000))


def test_of_the_officials_line_the_record_that_leaves_says_only_that_it_was_used() -> None:
    chair = ParticipantId("p-chair")
    sent = [e.MessageSent(chair, Audience.ALL, "to all"), e.MessageSent(chair, Audience.OFFICIALS, "among us")]
    told = [
        event.detail for event in manifest(happened=recorded(sent, 5, 70_000)).events if event.kind == "MessageSent"
    ]
    assert told == ['{"audience":"all","text":"to all"}', '{"audience":"officials"}']
    assert b"among us" not in serialise_manifest(manifest(happened=recorded(sent, 5, 70_000)))


def test_assembled_from_journal_and_events() -> None:
    made = manifest()
    assert (made.began, made.ended, made.duration_ns) == (BEGAN, ENDED, 60_000)
    assert [[s.number for s in t.segments] for t in made.tracks] == [[1, 2], [1]]
    assert made.tracks[0].end_ns == 60_000
    assert made.tracks[1].end_ns == 40_000
    assert [gap.packets for gap in made.tracks[1].gaps] == [2]
    assert [silence.reason for silence in made.tracks[1].silences] == [GateReason.MUTED]
    assert [(s.start_utc_ns, s.end_utc_ns) for s in made.tracks[1].segments] == [(51_000, 51_900)]
    assert (made.journal_version, made.sealed_utc_ns) == ("v1", 120_000)
    person = made.participants[0]
    assert (person.joined_ns, person.left_ns, person.name) == (0, 60_000, "chair")
    assert [(event.kind, event.at_ns) for event in made.events] == [
        ("ReceptionStarted", 0),
        ("FloorGiven", 10_000),
        ("ReceptionClosed", 60_000),
    ]


def test_help_is_told_and_by_which_sign_in_somebody_came_is_not() -> None:
    helper = seat("helper", Role.OPERATOR, Level.PROVINCE)
    came = ParticipantId("p-helper")
    happened: list[e.Event] = [
        e.HelpOffered(helper),
        e.HelpAccepted(helper.id),
        e.SeatAdded(helper),
        e.AttendanceMoved(helper.id, AttendanceState.DEVICE_CHECKED),
        e.AttendanceMoved(helper.id, AttendanceState.WAITING),
        e.AttendanceMoved(helper.id, AttendanceState.ADMITTED),
        e.ParticipantJoined(came, helper.id, "hash-of-a-session"),
        e.ParticipantLeft(came, e.Departure.HELP_ENDED),
        e.HelpEnded(helper.id, e.HelpEnd.WITHDRAWN),
    ]
    made = manifest(happened=recorded(happened, 5, 70_000))
    kinds = ["HelpOffered", "HelpAccepted", "ParticipantJoined", "ParticipantLeft", "HelpEnded"]
    assert [event.kind for event in made.events][2:-1] == kinds
    assert [(one.name, one.role) for one in made.participants] == [("chair", "chair"), ("helper", "operator")]
    assert b"hash-of-a-session" not in serialise_manifest(made)


def published(name: str) -> e.SourcePublished:
    return e.SourcePublished(ParticipantId("p-chair"), TrackId(name), Source.CAMERA, Codec.VP8)


def test_a_track_whose_gate_never_opened_is_there_with_its_silence() -> None:
    """No packet of it was accepted, so the recorder never said what it is; the event of its publishing does."""
    closed = TrackId("closed")
    journal: list[j.Entry] = [
        j.PartBegan(2, NodeId("n1"), ENDED, 1_000),
        j.SilenceDeclared(TrackId("nobody's"), 0, 9, GateReason.PAUSED),
        j.SilenceDeclared(TrackId("brief"), 9, 9, GateReason.PAUSED),
        j.SilenceDeclared(closed, 1_000, 2_000, GateReason.PAUSED),
        j.SilenceDeclared(closed, 2_000, 3_000, GateReason.CAMERA_OFF),
        j.GapDeclared(closed, 3_000, 4_000, j.GapReason.NODE_RESTARTED, 0),
    ]
    events = [*recorded([published("a"), published("closed"), published("closed"), published("brief")], 5, 60_000)]
    made = manifest(journal, events)
    assert [track.id for track in made.tracks] == ["a", "b", "closed"]
    track = made.tracks[2]
    assert (track.part, track.start_ns, track.end_ns, track.segments) == (2, 1_000, 4_000, ())
    assert (track.participant, track.source, track.codec) == ("p-chair", Source.CAMERA, Codec.VP8)
    assert [one.reason for one in track.silences] == [GateReason.PAUSED, GateReason.CAMERA_OFF]
    assert [one.reason for one in track.gaps] == [j.GapReason.NODE_RESTARTED]
    assert chain_faults(made) == []


def test_who_was_recorded_is_named_though_their_joining_was_noted_by_a_clock_ahead() -> None:
    """While web restarts and the recorder is away, a room has only the wall clock, which may have been set."""
    late = ParticipantId("p-late")
    joined = recorded([e.ParticipantJoined(late, SeatId("seat-citizen"))], 5, 3_600_000)
    began = msgspec.structs.replace(track("late"), participant=late)
    assert [one.id for one in manifest([], joined).participants] == ["p-chair"]
    person = manifest([began], joined).participants[1]
    assert (person.id, person.joined_ns, person.left_ns) == ("p-late", 100, 60_000)


def test_round_trip_and_chain() -> None:
    made = manifest()
    assert parse_manifest(serialise_manifest(made)) == made
    assert chain_faults(made) == []


@pytest.mark.parametrize("field", ["sha256", "bytes", "start_ns", "key"])
def test_a_changed_segment_breaks_the_chain(field: str) -> None:
    made = manifest()
    first = made.tracks[0].segments[0]
    value = getattr(first, field)
    changed = msgspec.structs.replace(first, **{field: value + (1 if isinstance(value, int) else "x")})
    tracks = (msgspec.structs.replace(made.tracks[0], segments=(changed, *made.tracks[0].segments[1:])), made.tracks[1])
    assert chain_faults(msgspec.structs.replace(made, tracks=tracks))


def test_removed_and_swapped_segments_break_the_chain() -> None:
    made = manifest()
    a, b = made.tracks
    assert chain_faults(msgspec.structs.replace(made, tracks=(a,)))
    assert chain_faults(msgspec.structs.replace(made, tracks=(b, a)))
    shorter = msgspec.structs.replace(a, segments=a.segments[1:])
    assert chain_faults(msgspec.structs.replace(made, tracks=(shorter, b)))


@given(st.data())
def test_any_changed_byte_is_noticed(data: st.DataObject) -> None:
    made = manifest()
    text = bytearray(serialise_manifest(made))
    place = data.draw(st.integers(0, len(text) - 1))
    text[place] ^= data.draw(st.integers(1, 255))
    assert hashlib.sha256(text).digest() != hashlib.sha256(serialise_manifest(made)).digest()
    try:
        assert parse_manifest(bytes(text)) != made
    except MalformedInput:
        return


def test_what_is_nested_without_end_is_malformed() -> None:
    """An unknown field is read over, however deep."""
    deep = b"[" * 100_000 + b"]" * 100_000
    with pytest.raises(MalformedInput):
        parse_manifest(b'{"x":' + deep + b"}")
    with pytest.raises(MalformedInput):
        j.parse_journal(b'{"type":"RecordingEnded","x":' + deep + b"}\n")


def test_a_form_from_the_future_is_refused() -> None:
    future = msgspec.structs.replace(manifest(), format=99)
    with pytest.raises(MalformedInput, match="99"):
        parse_manifest(serialise_manifest(future))


@pytest.mark.parametrize("missing", [j.RecordingBegan, j.RecordingEnded])
def test_a_journal_without_begin_or_end_is_not_sealed(missing: type) -> None:
    left = [entry for entry in entries() if not isinstance(entry, missing)]
    with pytest.raises(MalformedInput, match=missing.__name__):
        assemble(Assembly(left, recorded([scheduled_event()]), "", "", "", "", 0))


def test_journal_round_trip_and_a_killed_writers_last_line() -> None:
    text = b"".join(j.serialise_entry(entry) for entry in entries())
    assert j.parse_journal(text) == entries()
    assert j.parse_journal(text[:-5]) == entries()[:-1]
    with pytest.raises(MalformedInput, match="line 1"):
        j.parse_journal(b"{}\n")
