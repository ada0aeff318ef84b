"""A local journal's lines: whatever was cut off or written twice, each event is stored once and in order."""

import msgspec

from bridge.events import Cause, Event, HandMoved, ParticipantJoined, ReceptionClosed, Recorded
from bridge.ids import ParticipantId, ReceptionId
from bridge.kept import Batch, KeptBatch, intended_close, own_versions, parse_kept, serialise_kept, still_missing
from bridge.media import Moment
from bridge.policy import SYSTEM
from tests.support.receptions import CHAIR, actor

ME = ParticipantId("me")
UP, DOWN = HandMoved(ME, True), HandMoved(ME, False)
JOINED = ParticipantJoined(ME, CHAIR.id)


def batch(at: int, *events: Event) -> Batch:
    return Batch(actor(CHAIR, ME), "Test", events, at)


def kept(at: int, *events: Event, after: int = 0) -> KeptBatch:
    return KeptBatch(after, batch(at, *events))


def stored(version: int, at: int, event: Event) -> Recorded:
    return Recorded(ReceptionId("r"), version, at, CHAIR.account, event)


def test_a_journal_reads_as_it_was_written() -> None:
    lines = [kept(5, UP), kept(6, DOWN, JOINED, after=3)]
    assert parse_kept(b"".join(map(serialise_kept, lines))).batches == tuple(lines)


def test_a_torn_last_line_was_never_kept_wherever_it_is_torn() -> None:
    first, second = serialise_kept(kept(5, UP)), serialise_kept(kept(6, DOWN))
    for end in range(len(second)):
        read = parse_kept(first + second[:end])
        assert (len(read.batches), read.damaged) == (1, ()), second[:end]


def test_a_damaged_line_is_named_and_loses_no_other() -> None:
    read = parse_kept(serialise_kept(kept(5, UP)) + b'{"after": 1, "ba\xff\n' + serialise_kept(kept(6, DOWN)))
    assert [one.batch.at_utc_ns for one in read.batches] == [5, 6]
    assert read.damaged == (2,)


def test_what_is_stored_is_not_missing_and_the_rest_is_in_order() -> None:
    lines = [kept(5, UP, after=7), kept(6, DOWN, after=7), kept(7, UP, JOINED, after=7)]
    history = [stored(8, 5, UP), stored(9, 7, JOINED)]
    assert still_missing(lines, history) == [batch(6, DOWN), batch(7, UP)]


def test_the_same_deed_at_another_time_or_by_another_is_another() -> None:
    lines = [kept(5, UP, after=7)]
    assert still_missing(lines, [stored(8, 6, UP)]) == [batch(5, UP)]
    assert still_missing(lines, [Recorded(ReceptionId("r"), 8, 5, "x", UP)]) == [batch(5, UP)]


def test_what_was_stored_before_the_line_is_not_the_line() -> None:
    assert still_missing([kept(5, UP, after=8)], [stored(8, 5, UP)]) == [batch(5, UP)]


def test_a_line_written_twice_is_one() -> None:
    assert still_missing([kept(5, UP), kept(5, UP, after=1)], []) == [batch(5, UP)]


def test_of_a_journal_that_is_all_stored_nothing_is_missing() -> None:
    assert still_missing([kept(5, UP), kept(6, DOWN)], [stored(3, 5, UP), stored(4, 6, DOWN)]) == []
    assert still_missing([], [stored(3, 5, UP)]) == []


def test_ones_own_events_are_known_among_news() -> None:
    news = [stored(4, 1, JOINED), stored(5, 5, UP), stored(6, 5, DOWN), stored(7, 9, UP)]
    assert own_versions(news, batch(5, UP, DOWN)) == {5, 6}
    assert own_versions(news, batch(5, DOWN, UP)) == frozenset()
    assert own_versions(news, batch(9, UP)) == {7}
    assert own_versions([], batch(9, UP)) == own_versions(news, Batch(SYSTEM, "", (), 0)) == frozenset()


def test_an_intended_end_counts_until_the_stream_has_one_and_is_no_missing_event() -> None:
    closed = ReceptionClosed(Cause.CHAIR, "done", Moment(1, 5))
    lines = [kept(5, UP), msgspec.structs.replace(kept(6, closed), is_intent=True)]
    assert parse_kept(b"".join(map(serialise_kept, lines))).batches == tuple(lines)
    assert still_missing(lines, []) == [batch(5, UP)]
    assert intended_close(lines, [stored(1, 5, UP)]) == batch(6, closed)
    otherwise = ReceptionClosed(Cause.SYSTEM, "", Moment(1, 9))
    assert intended_close(lines, [stored(1, 9, otherwise)]) is None
    assert intended_close(lines[:1], []) is None
