"""The control API with its real client: orders, refusals as problems, events, secret."""

import os
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import msgspec
import pytest
from aiohttp import ClientSession, UnixConnector
from prometheus_client.parser import text_string_to_metric_families

from bridge.control import Problem
from bridge.errors import Code, Conflict, Invalid, NotFound, Refusal, Unavailable
from bridge.ids import RecorderId, RecordingId, RoomId, TrackId
from bridge.recorder_control import ArmOrder, SegmentStored, SpoolChanged
from deploy.time import SystemClock, SystemEntropy
from recorder.build import RecorderConfig, build
from recorder.client import HttpRecorderNode
from storage.objects.directory import DirectoryObjects
from tests.support.flaky_objects import FlakyObjects
from tests.support.recorder_process import RecorderUnderTest, order, running_recorder

ONE = RecordingId("one")


@pytest.fixture
async def recorder(tmp_path: Path) -> AsyncIterator[RecorderUnderTest]:
    async with running_recorder(tmp_path) as running:
        yield running


async def test_health_says_who_and_where(recorder: RecorderUnderTest) -> None:
    health = await recorder.api.health()
    assert health.tap_address == recorder.tap_address
    assert health.recordings == 0
    assert health.spool_free_bytes > 0


async def test_arming_twice_is_arming_once(recorder: RecorderUnderTest) -> None:
    first = await recorder.api.arm(ONE, order("one"))
    assert first == await recorder.api.arm(ONE, order("one"))
    assert first.state == "armed"
    assert (await recorder.api.health()).recordings == 1
    with pytest.raises(Conflict):
        await recorder.api.arm(ONE, order("other"))


async def test_an_armed_recording_can_be_forgotten(recorder: RecorderUnderTest) -> None:
    await recorder.api.arm(ONE, order("one"))
    await recorder.api.disarm(ONE)
    with pytest.raises(NotFound) as unknown:
        await recorder.api.status(ONE)
    assert unknown.value.code is Code.UNKNOWN_RECORDING
    assert not list((recorder.folder / "spool").iterdir())


@pytest.mark.parametrize("prefix", ["", "/", "a", "../", "a/../b/", ".a/", "a//", "a b/"])
async def test_a_prefix_that_is_no_place_is_refused(recorder: RecorderUnderTest, prefix: str) -> None:
    with pytest.raises(Invalid) as refused:
        await recorder.api.arm(ONE, ArmOrder(RoomId("room"), prefix, 0))
    assert refused.value.code is Code.INVALID_FIELD


@pytest.mark.parametrize("recording", ["..", ".hidden", "a.b", "-a", "a" * 101, "%2e%2e", "a%2Fb"])
async def test_a_name_that_is_no_name_is_refused(recorder: RecorderUnderTest, recording: str) -> None:
    with pytest.raises(Refusal):
        await recorder.api.arm(RecordingId(recording), order("one"))
    assert not list((recorder.folder / "spool").iterdir())


async def test_what_never_began_cannot_finish(recorder: RecorderUnderTest) -> None:
    await recorder.api.arm(ONE, order("one"))
    with pytest.raises(Conflict) as refused:
        await recorder.api.finished(ONE)
    assert refused.value.code is Code.ILLEGAL_TRANSITION


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("PUT", "/recordings/one", b"{", 400, Code.MALFORMED_MESSAGE),
        ("PUT", "/recordings/one", b"\xff", 400, Code.MALFORMED_MESSAGE),
        ("PUT", "/recordings/one", b'{"room":1}', 400, Code.MALFORMED_MESSAGE),
        ("PUT", "/recordings/one", b" " * 70_000, 413, Code.TOO_LARGE),
        ("GET", "/recordings/none", b"", 404, Code.UNKNOWN_RECORDING),
        ("GET", "/nothing", b"", 404, Code.NOT_FOUND),
        ("POST", "/health", b"", 405, Code.NOT_FOUND),
        ("GET", "/events?after=x", b"", 400, Code.INVALID_FIELD),
    ],
)
async def test_refusals_are_problems(
    recorder: RecorderUnderTest, method: str, path: str, body: bytes, status: int, code: Code
) -> None:
    socket = recorder.control_address.removeprefix("unix:")
    async with (
        ClientSession(connector=UnixConnector(socket)) as session,
        session.request(method, f"http://recorder{path}", data=body) as response,
    ):
        assert response.status == status
        assert response.content_type == "application/problem+json"
        problem = msgspec.json.decode(await response.read(), type=Problem)
    assert (problem.code, problem.status) == (code, status)
    assert "Traceback" not in problem.detail


async def test_events_go_on_where_a_consumer_stopped(recorder: RecorderUnderTest) -> None:
    events = recorder.process.recorder.events
    for state in ("full", "healthy", "full"):
        events.publish(SpoolChanged(ONE, state))
    async with aclosing(recorder.api.events("another run", 2)) as following:
        first = await anext(following)
    assert (first.run, first.number) == (events.run, 1)
    async with aclosing(recorder.api.events(events.run, 2)) as following:
        assert (await anext(following)).number == 3
        events.publish(SpoolChanged(ONE, "healthy"))
        assert (await anext(following)).number == 4


async def test_over_tcp_a_secret_is_asked_for(tmp_path: Path) -> None:
    objects = DirectoryObjects(tmp_path / "objects", SystemClock())
    await objects.prepare()
    config = RecorderConfig(RecorderId("r"), tmp_path / "spool", "127.0.0.1:0", "127.0.0.1:0", secret="s3cret")
    process = build(config, objects, SystemClock(), SystemEntropy())
    await process.start()
    right = HttpRecorderNode(process.control.address, "s3cret")
    wrong = HttpRecorderNode(process.control.address, "guess")
    try:
        assert (await right.health()).tap_address.startswith("127.0.0.1:")
        with pytest.raises(Refusal) as refused:
            await wrong.health()
        assert refused.value.code is Code.NOT_PERMITTED
    finally:
        await right.close()
        await wrong.close()
        await process.close()
        objects.close()


async def test_nobody_answering_is_said_as_such(tmp_path: Path) -> None:
    nobody = HttpRecorderNode(f"unix:{tmp_path}/none.sock")
    with pytest.raises(Unavailable) as refused:
        await nobody.health()
    assert refused.value.code is Code.RECORDER_UNAVAILABLE
    with pytest.raises(Unavailable):
        await anext(nobody.events("", 0))
    await nobody.close()


async def test_nothing_is_begun_on_a_disk_that_is_nearly_full(tmp_path: Path) -> None:
    objects = DirectoryObjects(tmp_path / "objects", SystemClock())
    await objects.prepare()
    recorder = RecorderUnderTest(tmp_path, FlakyObjects(objects), reserve_bytes=1 << 60)
    await recorder.process.start()
    try:
        with pytest.raises(Unavailable) as refused:
            await recorder.api.arm(ONE, order("one"))
        assert refused.value.code is Code.RECORDER_NOT_WRITING
    finally:
        await recorder.close()
        objects.close()


async def test_a_restart_takes_up_what_is_armed_and_forgets_what_is_old(tmp_path: Path) -> None:
    async with running_recorder(tmp_path) as recorder:
        for name in ("one", "old"):
            await recorder.api.arm(RecordingId(name), order(name))
    os.utime(tmp_path / "spool" / "old" / "recording.json", (0, 0))
    (tmp_path / "spool" / "strange").mkdir()
    async with running_recorder(tmp_path) as recorder:
        assert (await recorder.api.status(ONE)).state == "armed"
        with pytest.raises(NotFound):
            await recorder.api.status(RecordingId("old"))
    assert {path.name for path in _folders(tmp_path / "spool")} == {"one", "strange"}


def _folders(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def test_metrics_are_what_prometheus_reads(recorder: RecorderUnderTest) -> None:
    await recorder.api.arm(ONE, order("one"))
    recorder.process.recorder.events.publish(SegmentStored(ONE, TrackId("t"), "key", 1000))
    text = (await recorder.api.metrics()).decode()
    found = {
        (sample.name, *sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["diemcau_recorder_recordings", ("state", "armed")] == 1
    assert found["diemcau_recorder_recordings", ("state", "writing")] == 0
    assert found["diemcau_recorder_segments_total",] == 1
    assert found["diemcau_recorder_stored_bytes_total",] == 1000
    assert found["diemcau_recorder_store_up",] == 1
    assert found["diemcau_recorder_disk_free_bytes", ("disk", "spool")] > 0
    assert {name for _, *labels in found for name, _ in labels} <= {"state", "disk", "le", "recorder", "version"}
