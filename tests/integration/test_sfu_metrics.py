"""A real node under traffic, scraped as Prometheus scrapes it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bridge.control import CaptureOrder, TapOrder
from bridge.errors import Conflict, NotFound, Refusal
from bridge.ids import ParticipantId, RecordingId
from bridge.media import Source
from tests.support.pcapng import Capture, Packet, read
from tests.support.sfu_clients import ROOM, WITHIN_S, Picture, Stage, Tone, only_loopback, stage


@pytest.fixture
async def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    """A node with one room."""
    only_loopback(monkeypatch)
    async with stage(tmp_path) as made:
        yield made


async def scraped(room: Stage) -> dict[tuple[str, ...], float]:
    """Every sample by its name and labels."""
    return {
        (one.name, *(f"{name}={value}" for name, value in sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families((await room.node.metrics()).decode())
        for one in family.samples
    }


async def test_a_room_under_traffic(room: Stage, tmp_path: Path) -> None:
    ann, bob = await room.join("ann"), await room.join("bob")
    await ann.publish({Source.CAMERA: Picture(60), Source.MICROPHONE: Tone()})
    await (await bob.gets("1")).at_least(10)
    nobody = f"unix:{tmp_path / 'nobody.sock'}"
    await room.node.put_tap(ROOM, TapOrder(RecordingId("rec"), nobody, recording=True))
    reported = [
        ("diemcau_sfu_round_trip_seconds_count",),
        ("diemcau_sfu_jitter_seconds_count", "direction=up"),
        ("diemcau_sfu_lost_ratio_count", "direction=down"),
    ]
    async with asyncio.timeout(WITHIN_S):
        while True:
            found = await scraped(room)
            if all(found[one] for one in reported):
                break
            await asyncio.sleep(0.2)
    assert found["diemcau_sfu_rooms",] == 1
    assert found["diemcau_sfu_participants",] == 2
    assert found["diemcau_sfu_packets_total", "direction=in"] > 10
    assert found["diemcau_sfu_packets_total", "direction=out"] > 10
    assert found["diemcau_sfu_payload_bytes_total", "direction=out"] > 1000
    assert found["diemcau_sfu_tap_backlog_seconds", f"room={ROOM}"] > 0
    assert found["diemcau_sfu_tap_backlog_bytes", f"room={ROOM}"] > 0
    assert not [key for key in found for label in key[1:] if "ann" in label or "bob" in label]
    figures = await room.node.figures()
    assert figures.received >= found["diemcau_sfu_packets_total", "direction=in"]
    assert [(len(one.participants), one.tap is not None) for one in figures.rooms] == [(2, True)]


async def test_a_capture_holds_headers_both_ways_and_ends(room: Stage) -> None:
    ann, bob = await room.join("ann"), await room.join("bob")
    await ann.publish({Source.CAMERA: Picture(60), Source.MICROPHONE: Tone()})
    await (await bob.gets("1")).at_least(10)
    for name, line, inbound in (("ann", 0, True), ("bob", 1, False)):
        # It comes as it grows; reports of both sides come each second.
        media = _media(await captured(room, name, lambda file: bool(_reports(file) and _media(file))))
        assert {(one.interface, one.inbound) for one in media} == {(line, inbound)}
        assert all(len(one.kept) < 40 < one.length for one in media)
    await captured(room, "ann", lambda file: bool(file.counts), seconds=1)  # it ends with what was counted


def _media(file: Capture) -> list[Packet]:
    srtp = [one for one in file.packets if one.kept[0] >> 6 == 2]
    return [one for one in srtp if one.kept[1] & 0x7F >= 96 and not 192 <= one.kept[1] <= 223]


def _reports(file: Capture) -> list[Packet]:
    return [one for one in file.packets if "deciphered" in one.comment]


async def captured(room: Stage, name: str, enough: Callable[[Capture], bool], seconds: int = 60) -> Capture:
    """From now on, until that is in it; then nobody listens any more."""
    content = b""
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                async with aclosing(room.node.capture(ROOM, ParticipantId(name), CaptureOrder(seconds))) as pieces:
                    async for piece in pieces:
                        content += piece
                        if enough(file := read(content)):
                            return file
            except Conflict:  # who hung up tells nobody
                await asyncio.sleep(0.1)


async def test_how_a_connection_comes_about_is_in_a_capture_that_began_before_it(room: Stage) -> None:
    ann, bob = await room.join("ann"), await room.join("bob")
    async with aclosing(room.node.capture(ROOM, ParticipantId("ann"), CaptureOrder(60))) as pieces:
        content = await anext(pieces)
        await ann.publish({Source.MICROPHONE: Tone()})
        await (await bob.gets("0")).at_least(5)
        while not _media(read(content)):
            content += await anext(pieces)
    came = [one for one in read(content).packets if one.interface == 0]
    checks = [one for one in came if one.kept[:2] == b"\0\x01"]
    answers = [one for one in came if one.kept[:2] == b"\x01\x01"]
    assert {one.kept[8:20] for one in answers} & {one.kept[8:20] for one in checks}
    assert {one.inbound for one in checks} == {True}
    assert {one.inbound for one in answers} == {False}
    assert all(len(one.kept) < one.length for one in (*checks, *answers))
    shaken = [one for one in came if 20 <= one.kept[0] <= 23 and one.kept[3:5] == b"\0\0"]
    assert {(one.inbound, one.kept[13]) for one in shaken if one.kept[0] == 22} >= {(True, 1), (False, 2), (False, 11)}
    assert all(len(one.kept) <= 25 for one in shaken)


async def test_one_capture_at_a_time_and_only_of_who_is_there(room: Stage) -> None:
    await room.join("ann")
    with pytest.raises(NotFound):
        await anext(room.node.capture(ROOM, ParticipantId("eve"), CaptureOrder(1)))
    async with aclosing(room.node.capture(ROOM, ParticipantId("ann"), CaptureOrder(60))) as pieces:
        await anext(pieces)
        with pytest.raises(Conflict):
            await anext(room.node.capture(ROOM, ParticipantId("ann"), CaptureOrder(1)))
    with pytest.raises(Refusal):
        await anext(room.node.capture(ROOM, ParticipantId("ann"), CaptureOrder(61)))
    async with asyncio.timeout(WITHIN_S):
        while not await _begins(room):  # noqa: ASYNC110  whoever hung up tells nobody
            await asyncio.sleep(0.1)


async def _begins(room: Stage) -> bool:
    """Whether a capture may begin: who hung up does not keep the next one waiting, though nothing is sent."""
    async with aclosing(room.node.capture(ROOM, ParticipantId("ann"), CaptureOrder(1))) as pieces:
        try:
            await anext(pieces)
        except Conflict:
            return False
        return True
