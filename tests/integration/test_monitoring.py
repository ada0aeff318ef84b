"""Dashboard and alert rules name only what real parts tell, with labels that they have, and each alert is explained."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from bridge.control import TapOrder
from bridge.ids import RecordingId
from bridge.media import Source
from tests.support.jobs import jobs_running
from tests.support.pages import serving
from tests.support.recorder_process import order, running_recorder
from tests.support.sfu_clients import ROOM, Picture, only_loopback, stage
from web.jobs_metrics import exposition

ROOT = Path(__file__).resolve().parents[2]
MONITORING = ROOT / "deploy" / "monitoring"
DASHBOARD = json.loads((MONITORING / "grafana.json").read_text("utf-8"))
RULES = yaml.safe_load((MONITORING / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
SCRAPES = yaml.safe_load((MONITORING / "prometheus.yml").read_text("utf-8"))["scrape_configs"]

BY_PROMETHEUS = {"job", "instance"}
"""Labels, and the metric ``up``, that it adds itself."""
LATER = {("diemcau_web_alarms", "code")}
"""Told only while there is one."""
_NAME = re.compile(r"\b(?:diemcau|process)_\w+")
_WITH_LABELS = re.compile(r"\b((?:diemcau|process)_\w+)\{([^}]*)\}")
_BY = re.compile(r"by \(([^)]*)\)")
_LABEL = re.compile(r"(\w+)\s*=~?")


def expressions() -> Iterator[str]:
    """Every PromQL expression of both files."""
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))
    yield from (rule["expr"] for rule in RULES)


@pytest.fixture
async def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[dict[str, set[str]]]:
    """Labels by sample, of a scrape of all four, the node under traffic and tapped."""
    only_loopback(monkeypatch)
    for name in ("node", "recorder", "web"):
        (tmp_path / name).mkdir()
    async with AsyncExitStack() as opened:
        room = await opened.enter_async_context(stage(tmp_path / "node"))
        recorder = await opened.enter_async_context(running_recorder(tmp_path / "recorder"))
        pages = await opened.enter_async_context(serving(tmp_path / "web", scrapers=("127.0.0.1",)))
        ann, bob = await room.join("ann"), await room.join("bob")
        await ann.publish({Source.CAMERA: Picture(60)})
        await (await bob.gets("1")).at_least(5)
        await recorder.api.arm(RecordingId("one"), order("one"))
        await room.node.put_tap(ROOM, TapOrder(RecordingId("one"), recorder.tap_address, recording=True))
        reader = await opened.enter_async_context(pages.reader())
        await reader.get("/sign-in")
        jobs = await opened.enter_async_context(jobs_running(pages.ports.units, tmp_path / "jobs.sock"))
        texts = [await room.node.metrics(), await recorder.api.metrics(), (await reader.get("/metrics")).body]
        texts.append(exposition(await jobs.figures()))
        labels: dict[str, set[str]] = {}
        for text in texts:
            for family in text_string_to_metric_families(text.decode()):
                labels.setdefault(family.name, set())
                for sample in family.samples:
                    labels.setdefault(sample.name, set()).update(sample.labels)
        yield labels


async def test_every_metric_and_label_exists_in_a_real_scrape(told: dict[str, set[str]]) -> None:
    named = {name for expression in expressions() for name in _NAME.findall(expression)}
    assert len(named) > 20
    assert sorted(named - told.keys()) == []
    faults = []
    for expression in expressions():
        known = BY_PROMETHEUS.union(*(told[name] for name in _NAME.findall(expression)), ())
        asked = {label.strip() for labels in _BY.findall(expression) for label in labels.split(",")}
        faults += [(expression, label) for label in asked - known if (_NAME.findall(expression)[0], label) not in LATER]
        for name, labels in _WITH_LABELS.findall(expression):
            faults += [(expression, label) for label in set(_LABEL.findall(labels)) - told[name] - BY_PROMETHEUS]
    assert faults == []


def test_what_is_drawn_comes_from_the_datasource_one_chooses() -> None:
    [variable] = DASHBOARD["templating"]["list"]
    assert (variable["name"], variable["type"], variable["query"]) == ("datasource", "datasource", "prometheus")
    for panel in DASHBOARD["panels"]:
        for holder in (panel, *panel.get("targets", ())):
            if "datasource" in holder:
                assert holder["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_each_alert_is_explained_and_each_job_is_one_that_is_scraped() -> None:
    explained = (ROOT / "OPERATIONS.md").read_text("utf-8")
    assert [rule["alert"] for rule in RULES if f"`{rule['alert']}`" not in explained] == []
    assert {rule["labels"]["severity"] for rule in RULES} == {"critical", "warning"}
    assert [rule["alert"] for rule in RULES if set(rule["annotations"]) != {"summary", "description", "vi"}] == []
    assert [scrape["metrics_path"] for scrape in SCRAPES] == [
        "/metrics",
        "/metrics/sfu-1",
        "/metrics/recorder",
        "/metrics/jobs",
    ]
    assert all(scrape["job_name"].startswith("diemcau-") for scrape in SCRAPES)
