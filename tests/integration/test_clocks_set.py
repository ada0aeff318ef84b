"""Wall clocks that somebody sets by an hour amid a session move nothing in the record, and close nobody's way in."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from bridge import commands as c
from bridge.ids import NS_PER_S, UtcNs
from bridge.manifest import Manifest
from bridge.media import Source
from bridge.sessionclock import SteadyClock
from bridge.verification import load_manifest, verify_recording
from deploy.points import Point
from deploy.time import SystemClock
from signaling.room_lease import RoomLease
from tests.support.clocks import SetClock
from tests.support.house import House, whole_house
from tests.support.receptions import AGENCY_SEAT, CHAIR, CITIZEN, scheduled
from tests.support.room_server import CONFIG, Browser, RoomServer, eventually

HOUR_S = 3600.0


def frames(point: Point) -> int:
    """Pictures of others that it has seen."""
    return min((one.frames for one in (point.downlink.seen if point.downlink else {}).values()), default=0)


async def seconds_pass(point: Point, pictures: int = 15) -> None:
    """Until so many pictures more have come."""
    before = frames(point)
    await eventually(lambda: frames(point) >= before + pictures)


class Span(NamedTuple):
    """On a clock that nobody sets, s: something was between these, however busy the machine."""

    after: float
    before: float

    def since(self, earlier: "Span") -> "Span":
        """How long after the other it was."""
        return Span(self.after - earlier.before, self.before - earlier.after)

    def holds(self, at_s: float) -> bool:
        return self.after - EXACT_S <= at_s <= self.before + EXACT_S


EXACT_S = 0.01
"""Two clocks of one machine that are read one after the other."""


class Watch:
    """What really happened when: by a clock that nobody sets. The first deed is START."""

    def __init__(self) -> None:
        self.deeds: list[tuple[str, Span]] = []

    @contextmanager
    def doing(self, kind: str) -> Iterator[None]:
        """Inside, it is done."""
        after = time.monotonic()
        yield
        self.deeds.append((kind, Span(after, time.monotonic())))

    @property
    def began(self) -> Span:
        return self.deeds[0][1]

    def since_start(self, at: Span) -> Span:
        return at.since(self.began)


def check(manifest: Manifest, watch: Watch) -> None:
    """Every deed where it was; the whole as long as it was."""
    events = iter(manifest.events)
    for kind, at in watch.deeds[:-1]:
        found = next(event for event in events if event.kind == kind)
        assert watch.since_start(at).holds(found.at_ns / NS_PER_S), (kind, found.at_ns, at)
    assert [event.at_ns for event in manifest.events] == sorted(event.at_ns for event in manifest.events)
    assert watch.since_start(watch.deeds[-1][1]).holds(manifest.duration_ns / NS_PER_S)
    assert manifest.ended.utc_ns - manifest.began.utc_ns == manifest.duration_ns
    assert {person.joined_ns for person in manifest.participants} == {0}
    for track in manifest.tracks:
        assert 0 <= track.start_ns <= track.end_ns <= manifest.duration_ns
        for segment in track.segments:
            assert -NS_PER_S < segment.start_ns < segment.end_ns < manifest.duration_ns + NS_PER_S


async def sealed(house: House, reception_id: str) -> Manifest:
    """Verified, too."""
    reception = await house.server.receptions.present(reception_id)  # type: ignore[arg-type]  # an id
    row = await house.sealed(reception)
    assert (await verify_recording(house.objects, row.manifest_key, await house.judge())).holds
    assert row.ended_utc_ns is not None
    manifest = await load_manifest(house.objects, row.manifest_key, row.manifest_version or None)
    assert row.ended_utc_ns - row.began_utc_ns == manifest.duration_ns
    return manifest


async def _set_under_way(house: House, watch: Watch, chair: Point, agency: Point, by_s: float) -> None:
    await seconds_pass(chair)
    _set(house.clock, by_s)
    with watch.doing("AgendaMoved"):
        await chair.command(c.CallNextCase())
    _set(house.node_clock, -by_s)
    await seconds_pass(chair)
    with watch.doing("HandMoved"):
        await agency.command(c.SetHand(True))


def _set(clock: SystemClock, by_s: float) -> None:
    assert isinstance(clock, SetClock)
    clock.by_s = by_s


async def _node_begins_anew(house: House, watch: Watch, chair: Point, agency: Point) -> Span:
    """When its second run began."""
    await house.node.close()
    closed = time.monotonic()
    await house.start_node()
    with watch.doing("HandMoved"):
        await agency.command(c.SetHand(False))
        room = await chair.until(lambda room: not room.participants[1].hand_raised)
    assert room.began_ms is not None
    assert watch.since_start(watch.deeds[-1][1]).holds((room.now_ms - room.began_ms) / 1000)
    await house.begun(2)
    return Span(closed, time.monotonic())


async def _web_begins_anew(house: House, watch: Watch, chair: Point, by_s: float) -> None:
    await house.server.stop()
    _set(house.clock, by_s)
    await house.server.start()
    with watch.doing("ParticipantReturned"):
        await chair.resume()
    with watch.doing("ReceptionInterrupted"):
        await chair.command(c.InterruptReception("pause"))


@pytest.mark.parametrize("by_s", [HOUR_S, -HOUR_S])
async def test_a_set_clock_moves_nothing(tmp_path: Path, by_s: float) -> None:
    """First the rooms' clock, then the node's; then the node begins anew, and web."""
    rooms, node = SetClock(), SetClock()
    async with whole_house(tmp_path, clock=rooms, node_clock=node) as house:
        reception = await scheduled(house.server.receptions, rooms.utc())
        chair, agency = house.point(reception, CHAIR, 1, Source.CAMERA), house.point(reception, AGENCY_SEAT, 2)
        try:
            await chair.join()
            rooms.by_s = -by_s  # in the lobby, too
            await agency.join()
            watch = Watch()
            with watch.doing("ReceptionStarted"):
                await chair.command(c.StartReception("trial"))
            await _set_under_way(house, watch, chair, agency, by_s)
            anew = await _node_begins_anew(house, watch, chair, agency)
            await _web_begins_anew(house, watch, chair, 3 * by_s)
            with watch.doing("ReceptionClosed"):
                await chair.command(c.CloseReception())
        finally:
            for point in (chair, agency):
                await point.close()
        manifest = await sealed(house, reception.id)
        check(manifest, watch)
        assert [(part.part, part.node) for part in manifest.parts] == [(1, "sfu-1"), (2, "sfu-1")]
        assert watch.since_start(anew).holds(manifest.parts[1].at_ns / NS_PER_S)


async def test_tokens_leases_and_seats_survive(tmp_path: Path) -> None:
    clock = SetClock()
    server = RoomServer(tmp_path, clock=clock)
    await server.start()
    try:
        reception = await scheduled(server.receptions, clock.utc())
        chair = await server.browser(reception.id, CHAIR)
        await chair.done(c.StartReception("on paper"))
        for clock.by_s in (HOUR_S, -HOUR_S):
            seat = AGENCY_SEAT if clock.by_s > 0 else CITIZEN
            clock.by_s, ahead = 0.0, clock.by_s
            token = server.token(reception.id, seat)
            clock.by_s = ahead
            newcomer = Browser(server.port)
            await newcomer.connect({"token": token})
            await newcomer.until(lambda came=newcomer: came.welcome is not None)  # type: ignore[misc]
            await chair.done(c.MuteAll())
            assert newcomer.welcome is not None
            await newcomer.close()
            again = Browser(server.port)
            await again.connect({"participant": newcomer.id, "secret": newcomer.welcome.secret})
            await again.until(lambda came=again: came.welcome is not None)  # type: ignore[misc]
        assert (await chair.sees(lambda room: len(room.participants) == 3)).state == "live"
        async with server.units.reading() as unit:
            history = await unit.receptions.history(reception.id)
        started = next(one.at_utc_ns for one in history if type(one.event).__name__ == "ReceptionStarted")
        assert all(one.at_utc_ns - started < 60 * NS_PER_S for one in history if one.at_utc_ns >= started)
    finally:
        await server.close()


@pytest.mark.parametrize("by_s", [HOUR_S, -HOUR_S])
@pytest.mark.parametrize("boots", [("boot-1", "boot-1"), ("boot-1", "boot-2")])
async def test_a_restart_without_the_recorder_takes_no_time_from_the_wall_clock(
    tmp_path: Path, by_s: float, boots: tuple[str, str]
) -> None:
    clock = SetClock()
    server = RoomServer(tmp_path, msgspec.structs.replace(CONFIG, boot=boots[0]), clock=clock)
    await server.start()
    try:
        reception = await scheduled(server.receptions, clock.utc())
        chair = await server.browser(reception.id, CHAIR)
        before = time.monotonic()
        await chair.done(c.StartReception("on paper"))
        after = time.monotonic()
        await eventually(lambda: bool(list(tmp_path.rglob("*.note"))))
        await server.stop()
        last = (await server.receptions.history(reception.id))[-1].at_utc_ns
        server.config = msgspec.structs.replace(server.config, boot=boots[1])
        server.recorder.down = True
        clock.by_s = by_s
        await server.start()
        again = Browser(server.port)
        assert chair.welcome is not None
        await again.connect({"participant": chair.id, "secret": chair.welcome.secret})
        await again.until(lambda: again.welcome is not None)
        least_s = time.monotonic() - after
        await again.done(c.InterruptReception("pause"))
        history = await server.receptions.history(reception.id)
        began = next(one.at_utc_ns for one in history if type(one.event).__name__ == "ReceptionStarted")
        times = [(one.at_utc_ns - began) / NS_PER_S for one in history if one.at_utc_ns >= began]
        assert times == sorted(times)
        assert (last - began) / NS_PER_S <= times[-1] <= time.monotonic() - before
        if boots[0] == boots[1]:
            assert times[-1] >= least_s
        server.recorder.down = False
        await again.done(c.ResumeReception())
        asking = asyncio.ensure_future(again.command(c.CloseReception()))
        await again.until(again.gone.is_set)
        asking.cancel()
        await eventually(lambda: not list(tmp_path.rglob("*.note")))
    finally:
        await server.close()


async def test_a_lease_ends_when_its_time_has_run_whatever_the_clock_says(tmp_path: Path) -> None:
    clock = SetClock()
    server = RoomServer(tmp_path, clock=clock)
    try:
        reception = await scheduled(server.receptions, clock.utc())
        lease = RoomLease(server.units, SteadyClock(clock), reception.id, "web-1", 15)
        now = clock.utc()
        for clock.by_s in (HOUR_S, -HOUR_S):
            await lease.take()
            async with server.units.writing() as unit:
                later = UtcNs(now + 10 * NS_PER_S)
                held = await unit.leases.take(f"room {reception.id}", "web-2", later, later + NS_PER_S)
            assert held.owner == "web-1"
            async with server.units.writing() as unit:
                later = UtcNs(now + 60 * NS_PER_S)
                held = await unit.leases.take(f"room {reception.id}", "web-2", later, later + NS_PER_S)
            assert held.owner == "web-2"
    finally:
        await server.close()
