"""A viewing copy of real segments: everybody in the right tile at the right moment, everybody heard, damage said."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.errors import Unavailable
from bridge.journal import GapReason
from bridge.media import Codec, GateReason, Source
from deploy.time import SystemClock
from storage.objects.directory import DirectoryObjects
from tests.support.flaky_objects import FlakyObjects
from tests.support.made_recordings import Made, Maker, Person, Take
from tests.support.recordings import Sound, read_sound
from tests.support.viewing_copies import Copy, rendered

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

FRAME_MS = 40
GRAIN_MS = 1
"""Stored times are whole milliseconds."""


@pytest.fixture
async def objects(tmp_path: Path) -> AsyncIterator[DirectoryObjects]:
    store = DirectoryObjects(tmp_path / "objects", SystemClock())
    await store.prepare()
    yield store
    store.close()


@pytest.fixture
def maker(objects: DirectoryObjects, tmp_path: Path) -> Maker:
    return Maker(objects, tmp_path)


async def copy_of(maker: Maker, people: list[Person], seconds: float, tmp_path: Path) -> tuple[Copy, dict[str, str]]:
    manifest = maker.manifest(people, seconds)
    film, faults = await rendered(maker.objects, manifest, tmp_path / "pieces")
    return Copy(film, manifest), faults


def heard(sound: Sound, at: float) -> set[int]:
    return set(sound.tones(at, range(1, 6), 0.3))


async def test_three_points_are_in_their_tiles_on_time_and_heard(maker: Maker, tmp_path: Path) -> None:
    for code in (1, 2, 3):
        await maker.add(Made(code, Source.CAMERA, [Take(0, 3), Take(3, 5.6)]))
        await maker.add(Made(code, Source.MICROPHONE, [Take(0, 2.5), Take(2.5, 5.6)]))
    people = [Person(code, f"Nguyễn Văn {code}", (0, 5.6)) for code in (1, 2, 3)]
    copy, faults = await copy_of(maker, people, 5.6, tmp_path)
    assert faults == {}
    assert copy.lengths() == pytest.approx((140, 5.6, 5.6), abs=0.001)
    seen = list(copy.tiles())
    assert [one.mark.code for one in seen if one.mark] == [1, 2, 3] * 140
    assert all(-GRAIN_MS <= one.late_ms < FRAME_MS for one in seen)
    sound = read_sound(copy.body)
    assert heard(sound, 0.5) == heard(sound, 2.6) == heard(sound, 4.5) == {1, 2, 3}
    assert all(abs(at - round(at)) < 0.01 for at in sound.beeps())
    assert [round(at) for at in sound.beeps()] == [0, 1, 2, 3, 4, 5]


async def test_gaps_take_their_time_and_say_why(maker: Maker, tmp_path: Path) -> None:
    off = [(2, 4, GateReason.CAMERA_OFF)]
    await maker.add(Made(1, Source.CAMERA, [Take(0, 2), Take(4, 6)], silences=off))
    await maker.add(Made(2, Source.CAMERA, [Take(0, 1), Take(3, 6)], gaps=[(1, 3, GapReason.LOSS)]))
    await maker.add(Made(1, Source.MICROPHONE, [Take(0, 2), Take(4, 6)]))
    copy, _ = await copy_of(maker, [Person(1, "A", (0, 6)), Person(2, "B", (0, 6))], 6, tmp_path)
    assert copy.at(2.4)["s1/camera"].says("tắt camera")
    assert copy.at(2.4)["s2/camera"].says("khoảng trống")
    assert not copy.at(2.4)["s2/camera"].says("tắt camera")
    after = copy.at(5)
    assert [after[f"s{code}/camera"].late_ms for code in (1, 2)] == [pytest.approx(0, abs=FRAME_MS)] * 2
    sound = read_sound(copy.body)
    assert (heard(sound, 1), heard(sound, 2.5), heard(sound, 5)) == ({1}, set(), {1})


async def test_sizes_and_codecs_may_change_and_a_screen_is_large(maker: Maker, tmp_path: Path) -> None:
    await maker.add(Made(1, Source.CAMERA, [Take(0, 2), Take(2, 4, (640, 360))], Codec.H264))
    await maker.add(Made(2, Source.CAMERA, [Take(0, 2, (640, 360)), Take(2, 4, (160, 90))]))
    await maker.add(Made(2, Source.SCREEN, [Take(1, 3, (1280, 720))]))
    copy, faults = await copy_of(maker, [Person(1, "A", (0, 4)), Person(2, "B", (0, 4))], 4, tmp_path)
    assert faults == {}
    for at in (0.4, 1.6, 2.4, 3.6):
        found = copy.at(at)
        assert len(found) == (3 if 1 <= at < 3 else 2)
        assert all(abs(one.late_ms) <= FRAME_MS for one in found.values())
    assert copy.at(2)["s2/screen"].luma.width > 2 * copy.at(2)["s2/camera"].luma.width


async def test_what_is_damaged_says_so_and_the_rest_is_there(
    maker: Maker, objects: DirectoryObjects, tmp_path: Path
) -> None:
    await maker.add(Made(1, Source.CAMERA, [Take(0, 2), Take(2, 4), Take(4, 6)]))
    await maker.add(Made(1, Source.MICROPHONE, [Take(0, 2), Take(2, 4), Take(4, 6)]))
    await maker.add(Made(2, Source.CAMERA, [Take(0, 6)]))
    for track, flip in (("t1", 5_000), ("t2", 3_000)):
        file = tmp_path / "objects" / "recordings" / "made1" / track / "00002.webm"
        file.chmod(0o600)
        body = bytearray(file.read_bytes())
        body[flip] ^= 1
        file.write_bytes(body)
    copy, faults = await copy_of(maker, [Person(1, "A", (0, 6)), Person(2, "B", (0, 6))], 6, tmp_path)
    assert sorted(faults) == ["recordings/made1/t1/00002.webm", "recordings/made1/t2/00002.webm"]
    assert copy.at(3)["s1/camera"].says("không tải được")
    assert copy.at(3)["s2/camera"].late_ms <= FRAME_MS
    assert copy.at(1)["s1/camera"].late_ms <= FRAME_MS
    assert copy.at(5)["s1/camera"].late_ms <= FRAME_MS
    sound = read_sound(copy.body)
    assert (heard(sound, 1), heard(sound, 3), heard(sound, 5)) == ({1}, set(), {1})


async def test_sound_alone_and_nobody_at_all(maker: Maker, tmp_path: Path) -> None:
    await maker.add(Made(4, Source.MICROPHONE, [Take(0.5, 2)]))
    copy, _ = await copy_of(maker, [Person(4, "A", (0, 2))], 2, tmp_path)
    assert copy.lengths()[0] == 50
    assert heard(read_sound(copy.body), 1) == {4}
    empty, _ = await copy_of(Maker(maker.objects, tmp_path), [], 1, tmp_path / "empty")
    assert empty.lengths() == pytest.approx((25, 1, 1), abs=0.001)


async def test_begun_again_it_goes_on_behind_the_last_whole_piece(
    maker: Maker, objects: DirectoryObjects, tmp_path: Path
) -> None:
    """The store goes away in the middle; what comes out in the end is what comes out at once."""
    await maker.add(Made(1, Source.CAMERA, [Take(0, 3), Take(3, 6)]))
    await maker.add(Made(1, Source.MICROPHONE, [Take(0, 3), Take(3, 6)]))
    manifest = maker.manifest([Person(1, "A", (0, 6))], 6)
    flaky = FlakyObjects(objects)

    def cut_off(progress: float) -> None:
        flaky.away = progress > 0.2

    with pytest.raises(Unavailable):
        await rendered(flaky, manifest, tmp_path / "pieces", cut_off)
    first = {file.name: file.stat().st_mtime_ns for file in (tmp_path / "pieces").glob("*/*.mkv")}
    assert list(first) == ["00000.mkv"]
    flaky.away = False
    again, _ = await rendered(flaky, manifest, tmp_path / "pieces")
    assert {
        file.name: file.stat().st_mtime_ns for file in (tmp_path / "pieces").glob("*/*.mkv")
    }.items() >= first.items()
    copy = Copy(again, manifest)
    assert all(-GRAIN_MS <= one.late_ms < FRAME_MS for one in copy.tiles())
    assert [round(at) for at in read_sound(copy.body).beeps()] == [0, 1, 2, 3, 4, 5]
    once_more, _ = await rendered(objects, manifest, tmp_path / "pieces")  # all pieces are there: it is only joined
    assert once_more.read_bytes() == copy.body
    whole, _ = await rendered(objects, manifest, tmp_path / "at once")
    assert copy.lengths() == Copy(whole, manifest).lengths()
