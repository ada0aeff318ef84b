"""A real node under traffic, scraped as Prometheus scrapes it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bridge.control import TapOrder
from bridge.ids import RecordingId
from bridge.media import Source
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
    async with asyncio.timeout(WITHIN_S):
        while not (found := await scraped(room))["diemcau_sfu_round_trip_seconds_count",]:  # noqa: ASYNC110  no event
            await asyncio.sleep(0.2)
    assert found["diemcau_sfu_rooms",] == 1
    assert found["diemcau_sfu_participants",] == 2
    assert found["diemcau_sfu_packets_total", "direction=in"] > 10
    assert found["diemcau_sfu_packets_total", "direction=out"] > 10
    assert found["diemcau_sfu_payload_bytes_total", "direction=out"] > 1000
    assert found["diemcau_sfu_jitter_seconds_count", "direction=up"] > 0
    assert found["diemcau_sfu_lost_ratio_count", "direction=down"] > 0
    assert found["diemcau_sfu_tap_backlog_seconds", f"room={ROOM}"] > 0
    assert found["diemcau_sfu_tap_backlog_bytes", f"room={ROOM}"] > 0
    assert not [key for key in found for label in key[1:] if "ann" in label or "bob" in label]
    figures = await room.node.figures()
    assert figures.received >= found["diemcau_sfu_packets_total", "direction=in"]
    assert [(len(one.participants), one.tap is not None) for one in figures.rooms] == [(2, True)]
