"""Events tied into the audit chain: what their audit entry says, and what is found when they are not so."""

import msgspec

from bridge.commands import OpenDoors
from bridge.events import DoorsOpened, Event, Recorded, SpeakersMoved
from bridge.ids import AgencyId, ParticipantId, ReceptionId, RecordingId
from bridge.ledger import (
    SEAL,
    Tie,
    event_faults,
    line_of,
    parse_tie,
    recording_faults,
    seals_of,
    serialise_seal,
    serialise_tie,
    tied,
    ties_of,
)
from bridge.model import RecordingRow
from bridge.reception_rows import EventLine
from bridge.repositories import AuditEntry

R = ReceptionId("r1")


def stored(*events: Event, after: int = 0) -> list[Recorded]:
    return [Recorded(R, after + number, 7, "someone", event) for number, event in enumerate(events, start=1)]


def entry_of(recorded: list[Recorded], outcome: str = "done") -> AuditEntry:
    return AuditEntry(1, "someone", OpenDoors.__name__, f"reception {R}", outcome, serialise_tie(recorded))


FIRST = stored(DoorsOpened(), SpeakersMoved((ParticipantId("p"),)))
SECOND = stored(DoorsOpened(), after=2)
TIES = ties_of([entry_of(FIRST), entry_of(SECOND)])[R]
LINES = [line_of(one) for one in (*FIRST, *SECOND)]


def test_an_entry_says_which_events_it_stored() -> None:
    tie = parse_tie(entry_of(FIRST))
    assert tie is not None
    assert (tie.reception, tie.names, tie.first, tie.last) == (R, "DoorsOpened,SpeakersMoved", 1, 2)


def test_other_entries_say_nothing_of_events() -> None:
    refused = entry_of(FIRST, "refused:not_permitted")
    elsewhere = msgspec.structs.replace(entry_of(FIRST), object="account a")
    loose = msgspec.structs.replace(entry_of(FIRST), detail=entry_of(FIRST).detail + "0")
    assert [parse_tie(entry) for entry in (refused, elsewhere, loose)] == [None, None, None]


def test_what_is_as_it_was_stored_has_no_fault() -> None:
    assert event_faults(R, TIES, LINES) == []


def test_an_event_of_an_older_form_is_not_taken_for_a_changed_one() -> None:
    """The text is hashed as it stands, also one that this program would write with another field."""
    old = EventLine(R, 1, 7, "someone", '{"type":"DoorsOpened","gone":1}')
    assert event_faults(R, [Tie(R, "DoorsOpened", 1, 1, tied([old]))], [old]) == []


def test_every_changed_field_is_found() -> None:
    for changes in ({"event": LINES[1].event + " "}, {"at_utc_ns": 8}, {"actor": "other"}):
        line = msgspec.structs.replace(LINES[1], **changes)
        (fault,) = event_faults(R, TIES, [LINES[0], line, LINES[2]])
        assert fault == "reception r1: events 1-2 (DoorsOpened,SpeakersMoved) were changed"


def test_what_is_missing_and_what_is_too_much_is_found() -> None:
    assert event_faults(R, TIES, LINES[:2]) == ["reception r1: of events 3-3 (DoorsOpened) some are missing"]
    assert len(event_faults(R, TIES, [])) == 2
    more = msgspec.structs.replace(LINES[2], version=4)
    assert event_faults(R, TIES, [*LINES, more]) == ["reception r1: event 4 is in no audit entry"]
    assert event_faults(R, [], LINES[:1]) == ["reception r1: event 1 is in no audit entry"]


def row(sha256: str, state: str = "sealed", signed_by: str = "key") -> RecordingRow:
    made = RecordingRow(RecordingId("x"), R, AgencyId("a"), "t", state, "recordings/x/", 1, 2, "")
    return msgspec.structs.replace(made, manifest_sha256=sha256, signed_by=signed_by)


def seal(sha256: str) -> dict[str, str]:
    return seals_of([AuditEntry(1, "system", SEAL, "recording x", "done", serialise_seal(sha256, "key"))])


def test_a_recording_is_what_its_seal_says() -> None:
    assert recording_faults(seal("ab"), [row("ab")]) == []
    assert recording_faults({}, [row("", "writing", "")]) == []
    other = ["recording x: its row names another manifest or signing key than the audit"]
    assert recording_faults(seal("ab"), [row("ac")]) == other
    assert recording_faults(seal("ab"), [row("", "writing", "")]) == other
    assert recording_faults({}, [row("ab")]) == other
    for signed_by in ("", "ke", "other"):
        assert recording_faults(seal("ab"), [row("ab", signed_by=signed_by)]) == other
    assert recording_faults(seal("ab"), [row("a")]) == other, "a part of it is not it"
    assert recording_faults(seal("ab"), []) == ["recording x: sealed by the audit, but it has no row"]
    assert recording_faults(seal("ab"), [row("ab", "sealee")]) == ["recording x: 'sealee' is no state"]
