"""The spool's journal: what is kept when a track is made again."""

from pathlib import Path

import pytest

from bridge.errors import MalformedInput
from bridge.ids import ParticipantId, TrackId
from bridge.journal import ClockAnchored, Entry, GapDeclared, GapReason, SegmentWritten, TrackEnded, parse_journal
from bridge.media import Codec
from recorder.journal import WHOLE, Journal


def _gap(track: str, at: int) -> GapDeclared:
    return GapDeclared(TrackId(track), at, at + 1, GapReason.LOSS, 1)


def _written(track: str, number: int) -> SegmentWritten:
    name = TrackId(track)
    return SegmentWritten(name, number, "k", "v", 1, "0", "webm", Codec.VP8, 1, 1, 1, 0, 1, 0, 1)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    journal = Journal(tmp_path / "journal.spool")
    entries: list[tuple[tuple[int, int], Entry]] = [
        (WHOLE, ClockAnchored(ParticipantId("x"), 1, 0, 0, False)),
        ((1, 1), _gap("a", 1)),
        ((1, 2), _gap("b", 2)),
        ((1, 1), _written("a", 1)),
        ((1, 1), _gap("a", 3)),
        ((1, 2), TrackEnded(TrackId("b"), 4)),
    ]
    for owner, entry in entries:
        journal.append(owner, entry)
    journal.write(journal.take())
    return journal


def test_what_was_said_is_read_back_and_stored_without_its_owners(journal: Journal) -> None:
    assert [owner for owner, _ in journal.read()] == [WHOLE, (1, 1), (1, 2), (1, 1), (1, 1), (1, 2)]
    assert parse_journal(journal.final()) == [entry for _, entry in journal.read()]


def test_taking_back_keeps_the_first_of_each_and_what_is_stored(journal: Journal) -> None:
    journal.take_back({(1, 1): 1})
    kept = [entry for _, entry in journal.read()]
    assert kept[1:] == [_gap("a", 1), _written("a", 1)]


def test_a_torn_last_line_is_not_taken(journal: Journal, tmp_path: Path) -> None:
    path = tmp_path / "journal.spool"
    path.write_bytes(path.read_bytes()[:-5])
    assert len(journal.read()) == 5


def test_a_line_that_is_not_ours_is_malformed(journal: Journal, tmp_path: Path) -> None:
    for line in (b"x {}\n", b"1/1 {\n", b"1/1/1 {}\n", b"\n"):
        (tmp_path / "journal.spool").write_bytes(line)
        with pytest.raises(MalformedInput):
            journal.read()
