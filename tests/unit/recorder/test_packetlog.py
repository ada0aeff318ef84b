"""What is confirmed is on disk, in order; what is not needed is deleted; what a kill tore is not read."""

from pathlib import Path

import pytest

from bridge.tap import Frame, FrameKind, pack_frame
from recorder.packetlog import PacketLog, read_chunk, read_track


def _append(log: PacketLog, track: int, *numbers: int) -> None:
    for number in numbers:
        log.append(track, number, pack_frame(FrameKind.RTP, track, number, number * 10, b"body"))


def _write(log: PacketLog) -> dict[int, int]:
    work, reached = log.take()
    log.write(work)
    return reached


def _numbers(folder: Path, track: int) -> list[int]:
    return [frame.number for frame in read_track(folder, track)]


@pytest.fixture
def log(tmp_path: Path) -> PacketLog:
    return PacketLog(tmp_path)


def test_what_was_appended_is_read_back(log: PacketLog, tmp_path: Path) -> None:
    _append(log, 1, 1, 2, 3)
    _append(log, 2, 1)
    assert _write(log) == {1: 3, 2: 1}
    assert _numbers(tmp_path, 1) == [1, 2, 3]
    first = next(read_track(tmp_path, 2))
    assert first == Frame(FrameKind.RTP, first.track, first.number, first.arrival, b"body")
    assert _write(log) == {}
    log.close()


def test_chunks_below_the_floor_are_deleted(log: PacketLog, tmp_path: Path) -> None:
    for numbers in ((1, 2), (3, 4), (5,)):
        _append(log, 1, *numbers)
        log.rotate(1)
    _append(log, 1, 6)
    _write(log)
    log.forget(1, 4)
    _write(log)
    assert _numbers(tmp_path, 1) == [3, 4, 5, 6]
    log.forget(1, 99)
    _write(log)
    assert _numbers(tmp_path, 1) == [6]
    log.close()


def test_dropped_frames_leave_nothing_and_count_as_durable(log: PacketLog, tmp_path: Path) -> None:
    _append(log, 1, 1, 2)
    _write(log)
    _append(log, 1, 3)
    log.drop(1)
    assert _write(log) == {1: 3}
    assert _numbers(tmp_path, 1) == []
    log.close()


def test_a_torn_frame_is_not_read_and_the_log_goes_on_behind_it(log: PacketLog, tmp_path: Path) -> None:
    _append(log, 1, 1, 2, 3)
    _write(log)
    log.close()
    chunk = tmp_path / "000001" / "000001.log"
    whole = chunk.read_bytes()
    for cut in range(1, len(whole) // 3):
        chunk.write_bytes(whole[:-cut])
        assert [frame.number for frame in read_chunk(chunk)] == [1, 2]
    again = PacketLog(tmp_path)
    assert again.durable() == {1: 2}
    _append(again, 1, 3, 4)
    _write(again)
    assert _numbers(tmp_path, 1) == [1, 2, 3, 4]
    again.close()


def test_a_write_that_fails_leaves_no_half_frame_and_is_done_later(log: PacketLog, tmp_path: Path) -> None:
    _append(log, 1, 1)
    _write(log)
    blocked = tmp_path / "000002"
    blocked.write_bytes(b"a file where a folder should be")
    _append(log, 1, 2)
    _append(log, 2, 1)
    work, _ = log.take()
    with pytest.raises(OSError, match="000002"):
        log.write(work)
    assert _numbers(tmp_path, 1) == [1, 2]
    blocked.unlink()
    log.write(work)
    assert work == []
    assert _numbers(tmp_path, 2) == [1]
    assert _numbers(tmp_path, 1) == [1, 2]
    log.close()
