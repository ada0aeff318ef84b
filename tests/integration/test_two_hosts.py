"""An installation on three hosts: two with pages and a media node each, one with recorder and jobs. One of the two is
lost in the middle of a session, with the process that had the room and the node that it was on."""

import asyncio
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from bridge import commands as c
from bridge.journal import GapReason
from bridge.manifest import Manifest
from bridge.media import Source
from bridge.model import RecordingRow, Role
from bridge.verification import load_manifest
from deploy.configuration import Configuration, MediaPart, RecordingPart, WebPart, keep
from deploy.points import Invitation, PointPlan
from deploy.time import SystemClock
from deploy.tls import own_context
from storage.engine import Database
from storage.objects.directory import DirectoryObjects
from storage.unit import SqlUnits
from tests.chaos.points import SteadyPoint
from tests.support.hosts import Host, hosts
from tests.support.namespace import NoNamespace
from tests.support.postgres import running_postgres
from tests.support.product import Visitor
from tests.support.redis_server import redis_server

pytestmark = pytest.mark.timeout(240)
CHAIR, SECRETARY = "Trần Thị Chủ Trì", "Lê Văn Thư Ký"
WITHIN_S = 60.0
"""A lease of ten seconds runs out first; on a busy machine."""
_ACCOUNT = re.compile(r"^[│|]\s*([a-z]+)\s*[│|]\s*([\w-]{12,})\s*[│|]", re.MULTILINE)
_PORT = 8080


class Site(NamedTuple):
    """``files``: of each host its configuration."""

    first: Host
    second: Host
    centre: Host
    files: list[Path]
    database_url: str
    passwords: dict[str, str]

    def pages(self, host: Host) -> str:
        return f"https://{host.address}:{_PORT}"

    def visitor(self, host: Host, login: str) -> Visitor:
        return Visitor(self.pages(host), login, self.passwords[login])


def configured(folder: Path, found: list[Host], database_url: str, redis_url: str) -> list[Path]:
    """A file for each host; the last one is the centre."""
    centre = found[-1].address
    files = []
    for number, host in enumerate(found, 1):
        own = f"https://{host.address}:{_PORT}"
        is_centre = host is found[-1]
        others = tuple(f"https://{other.address}:{_PORT}" for other in found[:-1] if other is not host)
        configuration = Configuration(
            data=str(folder / f"host{number}"),
            listen=host.address,
            database_url=database_url,
            redis_url=redis_url,
            control_secret="a secret of these three hosts",
            parts=("recorder", "jobs") if is_centre else ("web", "sfu"),
            web=WebPart() if is_centre else WebPart(port=_PORT, address=own, peers=others),
            media=MediaPart(announce=(host.address,), workers=1, name=f"h{number}", control=f"{host.address}:9000"),
            recording=RecordingPart(control=f"{centre}:9100", tap=f"{centre}:9101", planned_minutes=1),
        )
        file = folder / f"host{number}.toml"
        keep(configuration, file)
        files.append(file)
    return files


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    try:
        with running_postgres() as server, redis_server(tmp_path) as redis, hosts(3) as found:
            url = server.local_url(server.create())
            files = configured(tmp_path, found, url, redis.local_url)
            first, second, centre = found
            migrate = (sys.executable, "-m", "deploy.cli", "db", "migrate", "--config", str(files[0]))
            subprocess.run(migrate, check=True, capture_output=True)
            secrets = tmp_path / "host1" / "secrets"
            shutil.copytree(secrets, tmp_path / "host2" / "secrets")  # as OPERATIONS says
            (tmp_path / "host3" / "secrets").mkdir(parents=True)
            shutil.copy(secrets / "machines.pem", tmp_path / "host3" / "secrets")
            centre.begin(files[2])
            first.begin(files[0])
            passwords = dict(_ACCOUNT.findall(first.ready()))
            second.begin(files[1])
            second.ready()
            centre.ready()
            yield Site(first, second, centre, files, url, passwords)
            second.stop()
            centre.stop()
    except NoNamespace as reason:
        pytest.skip(str(reason))


def point(visitors: list[Visitor], reception: str, code: int, name: str) -> SteadyPoint:
    """It asks the pages of the first host that answers, as behind one address."""

    async def invite() -> Invitation:
        return await visitors[0].invitation(reception)

    plan = PointPlan(code, name, publishes=(Source.CAMERA,), address=None)
    return SteadyPoint(plan, invite, SystemClock(), own_context())


async def all_see(*points: SteadyPoint) -> None:
    """Pictures of everybody else that were painted from now on."""
    now_ms = time.time_ns() // 1_000_000
    async with asyncio.timeout(WITHIN_S):
        while not all(one.sees_after(now_ms) for one in points):  # noqa: ASYNC110  a decoder's counters tell nobody
            await asyncio.sleep(0.05)


async def drained(units: SqlUnits, node: str, draining: bool) -> None:
    """As ``diemcau node drain`` does."""
    async with units.writing() as unit:
        assert await unit.nodes.drain(node, draining)
        await unit.commit()


async def sealed(units: SqlUnits, reception: str) -> RecordingRow:
    """What the jobs of the centre make of it."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            async with units.reading() as unit:
                for row in await unit.recordings.all():
                    if row.reception == reception and row.manifest_key:
                        return row
            await asyncio.sleep(0.2)


def check_parts(manifest: Manifest) -> None:
    assert [part.node for part in manifest.parts] == ["h1-1", "h2-1"]
    second = manifest.parts[1].at_ns
    for part in (1, 2):
        tracks = [track for track in manifest.tracks if track.part == part and track.source is Source.CAMERA]
        assert len({track.participant for track in tracks}) == 2
        assert all(track.segments for track in tracks)
        for track in tracks if part == 1 else ():
            assert [gap.end_ns for gap in track.gaps if gap.reason is GapReason.NODE_RESTARTED] == [second]
    assert len(manifest.participants) == 2  # they came back as who they were


async def test_a_lost_host_loses_neither_its_rooms_nor_their_recording(
    site: Site, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    database = Database(site.database_url)
    units = SqlUnits(database)
    with site.centre.entered():
        async with (
            site.visitor(site.first, "chutri") as chair_here,
            site.visitor(site.second, "chutri") as chair_there,
            site.visitor(site.first, "thuky") as secretary_here,
            site.visitor(site.second, "thuky") as secretary_there,
        ):
            reception = await secretary_here.schedule("Hai máy chủ", {CHAIR: Role.CHAIR, SECRETARY: Role.SECRETARY})
            await secretary_here.open_doors(reception)
            ways = [[chair_here, chair_there], [secretary_here, secretary_there]]
            chair, secretary = (
                point(way, reception, code, name)
                for code, (way, name) in enumerate(zip(ways, (CHAIR, SECRETARY), strict=True), 1)
            )
            try:
                await drained(units, "h2-1", True)  # so that the room is on the host that will be lost
                await chair.join()
                await drained(units, "h2-1", False)
                assert (await secretary_there.invitation(reception)).url == site.pages(site.first)
                await secretary.join()
                await chair.command(c.StartReception("hai máy chủ"))
                await all_see(chair, secretary)
                before = chair.room.you if chair.room else ""
                site.first.lose()
                for way in ways:
                    del way[0]
                lost = time.monotonic()
                await all_see(chair, secretary)
                record_property("figures", f"picture {time.monotonic() - lost:.1f} s after the host was lost")
                assert chair.room is not None
                assert chair.room.you == before
                await chair.until(lambda room: room.recording == "writing")
                await asyncio.sleep(1)
                await chair.command(c.CloseReception())
            finally:
                await chair.close()
                await secretary.close()
        row = await sealed(units, reception)
    objects = DirectoryObjects(tmp_path / "host3" / "objects", SystemClock())
    check_parts(await load_manifest(objects, row.manifest_key, row.manifest_version or None))
    objects.close()
    verify = (sys.executable, "-m", "deploy.cli", "verify", row.id, "--config", str(site.files[2]))
    done = await asyncio.to_thread(subprocess.run, verify, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    await database.close()
