"""Several media nodes: rooms are spread over them, and move from one that is killed; the recording goes on."""

import asyncio
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge import commands as c
from bridge.ids import NS_PER_S, NodeId
from bridge.journal import GapReason
from bridge.manifest import Manifest, ManifestTrack
from bridge.media import Source
from bridge.verification import load_manifest, verify_recording
from tests.chaos.points import SteadyPoint
from tests.support.node_processes import HouseOfNodes, house_of_nodes
from tests.support.receptions import AGENCY_SEAT, CHAIR, scheduled
from tests.support.recordings import read_pictures
from tests.support.room_server import WITHIN_S, eventually


async def all_see(*points: SteadyPoint) -> None:
    """Until pictures come to everybody that were painted from now on."""
    now_ms = time.time_ns() // 1_000_000
    await eventually(lambda: all(point.sees_after(now_ms) for point in points))


async def talk(*points: SteadyPoint) -> None:
    """Until everybody has sent some more pictures, and the others see them."""
    until = [len(point.sendings[-1].pictures) + 15 for point in points]
    for point, count in zip(points, until, strict=True):
        await eventually(lambda point=point, count=count: len(point.sendings[-1].pictures) >= count)  # type: ignore[misc]  # a lambda's defaults
    await all_see(*points)


async def marks_of(house: HouseOfNodes, track: ManifestTrack) -> list[tuple[float, float]]:
    """(media time, the machine's wall clock when it was painted) of each picture, s."""
    found = []
    for segment in track.segments:
        body = b"".join([chunk async for chunk in house.objects.read(segment.key)])
        pictures = read_pictures(body, segment.start_ns / NS_PER_S)[1]
        found += [(picture.at, picture.mark.utc_ms / 1000) for picture in pictures]
    return found


def cameras(manifest: Manifest, part: int) -> list[ManifestTrack]:
    return [track for track in manifest.tracks if track.part == part and track.source is Source.CAMERA]


async def check_record(house: HouseOfNodes, manifest: Manifest) -> None:
    """Both parts with everybody; between them a declared gap; every picture where it was painted."""
    first, second = manifest.parts
    assert second.at_ns > first.at_ns == 0
    for part in (1, 2):
        tracks = cameras(manifest, part)
        assert len({track.participant for track in tracks}) == 2, (part, tracks)
        for track in tracks:
            marks = await marks_of(house, track)
            assert len(marks) > 5
            late = sorted(at - (painted - manifest.began.utc_ns / NS_PER_S) for at, painted in marks)
            # A busy machine encodes and sends some pictures late; the least late says where the part was placed.
            assert -0.2 < late[0] < 0.4, (part, late)
    for track in cameras(manifest, 1):
        (gap,) = [one for one in track.gaps if one.reason is GapReason.NODE_RESTARTED]
        assert gap.end_ns == second.at_ns
        assert gap.start_ns < gap.end_ns


async def eventually_left(house: HouseOfNodes, node: NodeId) -> None:
    """Until a node has no room any more."""
    async with asyncio.timeout(WITHIN_S):
        while (await house.server.places.node(node).health()).rooms:  # noqa: ASYNC110  a node's health has no event
            await asyncio.sleep(0.1)


@pytest.mark.timeout(150)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stands still"])
async def test_a_lost_node_loses_its_room_to_another(
    tmp_path: Path, record_property: Callable[[str, object], None], number: signal.Signals
) -> None:
    """One that only stood still goes on with a room that has left it, and ends nobody's recording."""
    async with house_of_nodes(tmp_path, 2) as house:
        reception = await scheduled(house.server.receptions, house.server.clock.utc())
        chair, agency = house.steady_point(reception, CHAIR, 1), house.steady_point(reception, AGENCY_SEAT, 2)
        try:
            await chair.join()
            await agency.join()
            await chair.command(c.StartReception("trial"))
            await talk(chair, agency)
            node = await house.node_of(reception)
            house.signal_node(node, number)
            lost = time.monotonic()
            await all_see(chair, agency)
            record_property("figures", f"picture {time.monotonic() - lost:.1f} s after the node was lost")
            await chair.until(lambda room: room.recording == "writing")
            moved = await house.node_of(reception)
            assert moved != node
            if number is signal.SIGSTOP:
                house.signal_node(node, signal.SIGCONT)
                await eventually_left(house, node)
            await talk(chair, agency)
            assert chair.room is not None
            assert chair.room.recording == "writing"
            await chair.command(c.CloseReception())
        finally:
            await chair.close()
            await agency.close()
        row = await house.sealed(reception)
        assert (await verify_recording(house.objects, row.manifest_key, await house.judge())).holds
        manifest = await load_manifest(house.objects, row.manifest_key, row.manifest_version or None)
        assert [part.node for part in manifest.parts] == [node, moved]
        await check_record(house, manifest)
        assert "not_recording" in chair.healths
