"""``/metrics`` of the web process, and those of the parts behind it, which have no port of their own.

Labels: kinds and statuses of requests, names of parts, states, codes of alarms; no reception, account or address.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector, CollectorRegistry

from bridge.board import WatchedRoom
from bridge.figures import Lateness
from web.health import WELL, parts_of
from web.keys import MEASURED, PORTS
from web.measured import Measured
from web.scraping import check_scraper

_STATES = ("live", "interrupted")


class Observed(NamedTuple):
    """What is told. ``parts``: by name how it is (:mod:`web.health`)."""

    parts: Mapping[str, str]
    rooms: Sequence[WatchedRoom]
    measured: Measured
    lateness: Lateness


async def metrics(request: web.Request) -> web.StreamResponse:
    """``GET /metrics``. Raises NotFound for who may not."""
    check_scraper(request)
    app, ports = request.app, request.app[PORTS]
    observed = Observed(await parts_of(app), ports.rooms.watched(), app[MEASURED], ports.lateness)
    return _text(exposition(observed))


async def part_metrics(request: web.Request) -> web.StreamResponse:
    """``GET /metrics/{part}``: as the part tells them. Raises NotFound, Unavailable."""
    check_scraper(request)
    return _text(await request.app[PORTS].metrics(request.match_info["part"]))


def _text(body: bytes) -> web.Response:
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})


def exposition(observed: Observed) -> bytes:
    """The text."""
    return generate_latest(_Scrape(observed))


class _Scrape(Collector):
    def __init__(self, observed: Observed) -> None:
        self._observed = observed

    def collect(self) -> Iterator[Metric]:
        """One scrape."""
        observed = self._observed
        yield from _parts(observed.parts)
        yield from _rooms(observed.rooms)
        yield from _requests(observed.measured)
        yield from _loop(observed.lateness)
        yield from ProcessCollector(registry=CollectorRegistry()).collect()


def _parts(parts: Mapping[str, str]) -> Iterator[Metric]:
    family = GaugeMetricFamily("diemcau_web_part_up", "1 while a part says that it is well.", labels=["part"])
    for name, state in parts.items():
        family.add_metric([name], float(state == WELL))
    yield family


def _rooms(rooms: Sequence[WatchedRoom]) -> Iterator[Metric]:
    counted = Counter(str(room.reception.state) for room in rooms)
    states = GaugeMetricFamily("diemcau_web_rooms", "Rooms here, by the reception's state.", labels=["state"])
    for state in (*_STATES, *sorted(counted.keys() - set(_STATES))):
        states.add_metric([state], counted[state])
    yield states
    people = sum(len(room.reception.participants) for room in rooms)
    yield GaugeMetricFamily("diemcau_web_participants", "In all rooms of this process.", value=people)
    waiting = Counter(code for room in rooms for code in {alarm.code for alarm in room.alarms})
    alarms = GaugeMetricFamily("diemcau_web_alarms", "Rooms in which an alarm stands, by its code.", labels=["code"])
    for code, count in sorted(waiting.items()):
        alarms.add_metric([code], count)
    yield alarms


def _requests(measured: Measured) -> Iterator[Metric]:
    family = CounterMetricFamily("diemcau_web_requests", "Answered, by kind and status.", labels=["kind", "status"])
    for (kind, status), count in sorted(measured.requests.items()):
        family.add_metric([kind, status], count)
    yield family
    seconds = HistogramMetricFamily("diemcau_web_request_seconds", "Until the answer is made.", labels=["kind"])
    for kind, histogram in measured.seconds.items():
        seconds.add_metric([kind], buckets=histogram.cumulative(), sum_value=histogram.total)
    yield seconds


def _loop(lateness: Lateness) -> Iterator[Metric]:
    name = "diemcau_web_loop_lateness"
    family = HistogramMetricFamily(f"{name}_seconds", "By how much a timer was missed, four times a second.")
    family.add_metric([], buckets=lateness.histogram.cumulative(), sum_value=lateness.histogram.total)
    yield family
    yield GaugeMetricFamily(f"{name}_p99_seconds", "Of the last two minutes.", value=lateness.p99)
