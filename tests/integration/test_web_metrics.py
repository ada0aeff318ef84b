"""``/metrics`` of web: for who may, and for nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bridge.errors import Code, Unavailable
from bridge.ids import NodeId
from deploy.time import SystemClock, SystemEntropy
from recorder.places import listen, way_to
from sfu.build import build
from sfu.client import HttpMediaNode
from sfu.settings import SfuConfig
from tests.support.pages import Pages, serving

SECRET = "correct-horse-battery"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """Nobody may by place, whoever has the secret may."""
    async with serving(tmp_path, scrape_secret=SECRET) as running:
        yield running


def samples(text: str) -> dict[tuple[str, ...], float]:
    return {
        (one.name, *(f"{name}={value}" for name, value in sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
    }


async def test_with_the_secret_one_reads_what_prometheus_reads(pages: Pages) -> None:
    async with pages.reader() as reader, pages.reader(Authorization=f"Bearer {SECRET}") as prometheus:
        await reader.get("/sign-in")
        await reader.get("/api/openapi.json")
        await reader.get("/nowhere")
        answer = await prometheus.get("/metrics")
    found = samples(answer.text)
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert found["diemcau_web_part_up", "part=database"] == 1
    assert found["diemcau_web_requests_total", "kind=page", "status=2xx"] == 1
    assert found["diemcau_web_requests_total", "kind=page", "status=4xx"] == 1
    assert found["diemcau_web_requests_total", "kind=api", "status=2xx"] == 1
    assert found["diemcau_web_request_seconds_count", "kind=page"] == 2
    assert found["diemcau_web_rooms", "state=live"] == 0
    assert found["process_resident_memory_bytes",] > 1_000_000


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {SECRET}"}])
async def test_nobody_else_learns_that_it_is_there(pages: Pages, headers: dict[str, str]) -> None:
    async with pages.reader(**headers) as stranger:
        assert (await stranger.get("/metrics")).status == 404
        assert (await stranger.get("/metrics/sfu-1")).status == 404


async def test_by_default_nobody_may_and_an_empty_secret_opens_nothing(tmp_path: Path) -> None:
    async with serving(tmp_path) as pages, pages.reader(Authorization="Bearer ") as stranger:
        assert (await stranger.get("/metrics")).status == 404


async def test_a_place_counts_unless_a_proxy_nobody_named_speaks_for_it(tmp_path: Path) -> None:
    async with serving(tmp_path, scrapers=("127.0.0.0/8",)) as pages:
        async with pages.reader() as near:
            assert (await near.get("/metrics")).status == 200
        for header in ("X-Forwarded-For", "Forwarded"):
            async with pages.reader(**{header: "127.0.0.1"}) as through:
                assert (await through.get("/metrics")).status == 404
    (tmp_path / "second").mkdir()
    async with serving(tmp_path / "second", scrapers=("10.1.0.0/16",), proxies=("127.0.0.1",)) as pages:
        async with pages.reader(**{"X-Forwarded-For": "10.1.2.3"}) as far:
            assert (await far.get("/metrics")).status == 200
        async with pages.reader(**{"X-Forwarded-For": "10.1.2.3, 10.2.0.1"}) as lying:
            assert (await lying.get("/metrics")).status == 404


async def test_parts_without_a_port_are_read_through_it(pages: Pages, tmp_path: Path) -> None:
    server = build(
        SfuConfig(node=NodeId("sfu-1"), control=f"unix:{tmp_path / 's'}"), SystemClock(), SystemEntropy(), listen
    )
    await server.start()
    node = HttpMediaNode(way_to(server.control))

    async def told(part: str) -> bytes:
        if part != "sfu-1":
            raise Unavailable(Code.NODE_UNAVAILABLE, part)
        return await node.metrics()

    object.__setattr__(pages.ports, "metrics", told)
    async with pages.reader(Authorization=f"Bearer {SECRET}") as prometheus:
        found = samples((await prometheus.get("/metrics/sfu-1")).text)
        assert found["diemcau_sfu_info", "node=sfu-1", "version=0"] == 1
        assert (await prometheus.get("/metrics/sfu-2")).status == 503
        await server.close()
        assert (await prometheus.get("/metrics/sfu-1")).status == 503
    await node.close()
