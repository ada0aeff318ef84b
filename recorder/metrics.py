"""``GET /metrics`` of a recorder, in Prometheus' text format. No recording, room or track is a label: they would grow
without end, and ``GET /stats`` tells of each."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from prometheus_client import generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector, CollectorRegistry

from bridge.figures import Lateness
from bridge.recorder_control import RecorderHealth
from recorder.events import Published
from recorder.recording import Figures

_STATES = ("armed", "writing", "degraded")


class Observed(NamedTuple):
    """What is told of a recorder. ``figures``: of each unfinished recording; ``received_bytes``: from nodes."""

    health: RecorderHealth
    figures: Sequence[Figures]
    received_bytes: int
    published: Published
    lateness: Lateness


def exposition(observed: Observed) -> bytes:
    """The text."""
    return generate_latest(_Scrape(observed))


class _Scrape(Collector):
    def __init__(self, observed: Observed) -> None:
        self._observed = observed

    def collect(self) -> Iterator[Metric]:
        """One scrape."""
        observed = self._observed
        yield from _about(observed.health)
        yield from _recordings(observed.figures)
        yield from _spool(observed)
        yield from _stored(observed.published)
        yield from _loop(observed.lateness)
        yield from ProcessCollector(registry=CollectorRegistry()).collect()


def _about(health: RecorderHealth) -> Iterator[Metric]:
    info = InfoMetricFamily("diemcau_recorder", "This recorder.")
    info.add_metric([], {"recorder": str(health.recorder), "version": health.version})
    yield info
    answers = float(health.store_answers)
    yield GaugeMetricFamily("diemcau_recorder_store_up", "1 while the object store answers.", value=answers)


def _recordings(figures: Sequence[Figures]) -> Iterator[Metric]:
    counted = Counter(one.status.state for one in figures)
    states = GaugeMetricFamily("diemcau_recorder_recordings", "Not finished, by state.", labels=["state"])
    for state in (*_STATES, *sorted(counted.keys() - set(_STATES))):
        states.add_metric([state], counted[state])
    yield states
    connected = sum(one.connected for one in figures)
    yield GaugeMetricFamily("diemcau_recorder_connected", "Recordings whose node is connected.", value=connected)
    malformed = sum(one.malformed for one in figures)
    yield GaugeMetricFamily(
        "diemcau_recorder_malformed_packets", "Dropped in recordings that are not finished.", value=malformed
    )


def _spool(observed: Observed) -> Iterator[Metric]:
    waiting = sum(one.waiting_bytes for one in observed.figures)
    yield GaugeMetricFamily(
        "diemcau_recorder_upload_waiting_bytes", "Finished files that lie in the spool alone.", value=waiting
    )
    free = GaugeMetricFamily("diemcau_recorder_disk_free_bytes", "By what is written to the disk.", labels=["disk"])
    for disk in observed.health.disks:
        free.add_metric([disk.holds], disk.free_bytes)
    yield free
    received = observed.received_bytes
    yield CounterMetricFamily("diemcau_recorder_received_bytes", "What nodes sent to be recorded.", value=received)


def _stored(published: Published) -> Iterator[Metric]:
    yield CounterMetricFamily("diemcau_recorder_segments", "Segments stored under lock.", value=published.segments)
    yield CounterMetricFamily("diemcau_recorder_stored_bytes", "Their bytes.", value=published.stored_bytes)
    away = published.store_away
    yield CounterMetricFamily("diemcau_recorder_store_failures", "Times the store went away.", value=away)
    yield CounterMetricFamily("diemcau_recorder_spool_full", "Times a disk was full.", value=published.spool_full)


def _loop(lateness: Lateness) -> Iterator[Metric]:
    name = "diemcau_recorder_loop_lateness"
    family = HistogramMetricFamily(f"{name}_seconds", "By how much a timer was missed, four times a second.")
    family.add_metric([], buckets=lateness.histogram.cumulative(), sum_value=lateness.histogram.total)
    yield family
    yield GaugeMetricFamily(f"{name}_p99_seconds", "Of the last two minutes.", value=lateness.p99)
