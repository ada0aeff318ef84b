"""The reckoning of `make chaos`: it must find what is lost, or all its loops prove nothing."""

from bridge.ids import ParticipantId, TrackId
from bridge.journal import GapReason
from bridge.manifest import ManifestGap, ManifestSegment, ManifestTrack
from bridge.media import Codec, Source
from deploy.marks import Mark
from tests.chaos.accounts import Account, Span, Window, gap_seconds, overlap, reckon, undeclared, union
from tests.chaos.points import Sending, Sent
from tests.support.recordings import SeenAt

MS = 1_000_000
BEGAN_MS = 1_000_000
WINDOW = Window(BEGAN_MS * MS, (BEGAN_MS + 10_000) * MS)


def mark(number: int) -> Mark:
    """Ten a second from the beginning on."""
    return Mark(1, number, BEGAN_MS + number * 100)


def sending(numbers: range, began_ms: int = BEGAN_MS) -> Sending:
    return Sending(began_ms * MS, [Sent(mark(one), (mark(one).utc_ms + 20) * MS) for one in numbers])


def reckoned(seen: list[int], holes: list[Span], window: Window = WINDOW, *sendings: Sending) -> Account:
    account = Account()
    shown = [SeenAt(number / 10 + 0.03, mark(number)) for number in seen]
    reckon(account, sendings or (sending(range(50)),), shown, holes, window)
    return account


def test_everything_there_is_whole() -> None:
    account = reckoned(list(range(50)), [])
    assert (account.sent, account.accepted, account.recorded) == (50, 50, 50)
    assert (account.in_gaps, account.lost, account.twice) == (0, [], [])


def test_a_missing_picture_is_lost_unless_a_gap_says_so() -> None:
    seen = [number for number in range(50) if number not in (20, 21, 22)]
    assert reckoned(seen, []).lost == [mark(20), mark(21), mark(22)]
    assert reckoned(seen, [(4.0, 5.0)]).lost == [mark(20), mark(21), mark(22)]
    declared = reckoned(seen, [(2.0, 2.33)])
    assert (declared.in_gaps, declared.lost) == (3, [])


def test_a_picture_that_is_there_twice_is_told() -> None:
    assert reckoned([*range(50), 7], []).twice == [mark(7)]


def test_nothing_at_all_is_lost_where_it_was_painted() -> None:
    assert len(reckoned([], []).lost) == 50
    assert reckoned([], [(0.0, 5.0)]).in_gaps == 50


def test_what_was_sent_before_start_and_after_stop_was_not_accepted() -> None:
    window = Window((BEGAN_MS + 1000) * MS, (BEGAN_MS + 3000) * MS)
    account = reckoned([], [(-5.0, 5.0)], window)
    assert (account.sent, account.accepted) == (50, 20)


def test_what_went_to_a_dead_node_was_not_accepted_but_what_a_new_one_got_was() -> None:
    window = Window(WINDOW.began_utc_ns, WINDOW.ended_utc_ns, (BEGAN_MS + 2000) * MS)
    before, after = sending(range(30)), sending(range(40, 50), BEGAN_MS + 4000)
    account = reckoned(list(range(20)), [], window, before, after)
    assert account.accepted == 20 + 10
    assert account.lost == [mark(number) for number in range(40, 50)]


def segment(number: int, start_s: float, end_s: float) -> ManifestSegment:
    start, end = round(start_s * 1e9), round(end_s * 1e9)
    times = (start, end, start, end, start, end)
    return ManifestSegment(number, f"k{number}", "", 1, "", "webm", Codec.VP8, 320, 180, 1, *times)


def track(segments: list[ManifestSegment], *gaps: Span) -> ManifestTrack:
    holes = tuple(ManifestGap(round(a * 1e9), round(b * 1e9), GapReason.LOSS, 1) for a, b in gaps)
    return ManifestTrack(
        TrackId("t"), ParticipantId("p"), Source.CAMERA, Codec.VP8, 1, 0, 10 * 10**9, tuple(segments), holes, ()
    )


def test_a_hole_between_files_must_be_declared() -> None:
    files = [segment(1, 0.5, 4.0), segment(2, 6.0, 10.0)]
    assert undeclared(track(files)) == [(0.0, 0.5), (4.0, 6.0)]
    assert undeclared(track(files, (0.0, 0.5), (4.0, 6.0))) == []
    assert undeclared(track([], (0.0, 10.0))) == []
    assert undeclared(track([])) == [(0.0, 10.0)]


def test_files_over_one_another_are_the_same_stored_twice() -> None:
    assert overlap(track([segment(1, 0, 5), segment(2, 5, 10)])) == 0
    assert overlap(track([segment(1, 0, 5.5), segment(2, 5, 10)])) == 0.5


def test_gaps_count_once_and_not_before_the_first_key_frame() -> None:
    holes = track([], (0.0, 0.5), (2.0, 4.0), (3.0, 5.0))
    assert gap_seconds(holes) == 3.0
    assert gap_seconds(holes, stalled=True) == 0.0
    assert union([(3, 4), (1, 2), (2, 2.5)]) == [(1, 2.5), (3, 4)]
