"""``GET /metrics`` of a media node, in Prometheus' text format. Everything is read when somebody scrapes.

Labels are few: directions, reasons out of the code, and the rooms that are tapped now (as many as the node takes at
most). Who takes part is no label.
"""

from collections.abc import Iterable, Iterator, Mapping
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

from bridge.control import NodeHealth, TapFigures
from bridge.figures import Histogram, Lateness
from bridge.ids import RoomId
from sfu.core.seam import CoreFigures

_MS_PER_S = 1000
_DROPPED = "dropped_"
_TOLD_ELSEWHERE = frozenset({"forwarded"})
_NO_DROPS = dict.fromkeys(("gate", "malformed", "socket_full", "srtp", "unreachable"), 0)
_NO_EVENTS = dict.fromkeys(("socket_errors", "tap_broken", "tap_connect_failed", "tap_vanished"), 0)
"""Told from the start, so that the first of them is seen as a rise; others when they were counted once."""
_NAMED: Mapping[str, tuple[str, str, str]] = {
    "nacked": ("nacked_packets", "sent", "Packets asked for again, by who asked: sent to publishers."),
    "pictures_lost": ("picture_loss_requests", "received", ""),
    "key_frames_asked": ("picture_loss_requests", "sent", "Requests for key frames: received from receivers, sent on."),
    "repeated": ("retransmitted_packets", "sent", "Packets sent again, or that came again: sent to receivers."),
    "repaired": ("retransmitted_packets", "received", ""),
}
"""By the core's own word: metric, direction, help where the metric is told first."""


class Observed(NamedTuple):
    """What is told of a node. ``counts``: by what happened."""

    health: NodeHealth
    core: CoreFigures
    counts: Mapping[str, int]
    taps: Mapping[RoomId, TapFigures]
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
        yield from _traffic(observed.core, observed.counts)
        yield from _dropped(observed.counts)
        yield from _requests(observed.counts)
        yield from _lines(observed.core)
        yield from _taps(observed.taps)
        yield from _loop(observed.lateness)
        yield from ProcessCollector(registry=CollectorRegistry()).collect()


def _about(health: NodeHealth) -> Iterator[Metric]:
    info = InfoMetricFamily("diemcau_sfu", "This media node.")
    info.add_metric([], {"node": str(health.node), "version": health.version})
    yield info
    yield GaugeMetricFamily("diemcau_sfu_rooms", "Rooms on this node.", value=health.rooms)
    yield GaugeMetricFamily("diemcau_sfu_participants", "Participants in all rooms.", value=health.participants)


def _traffic(core: CoreFigures, counts: Mapping[str, int]) -> Iterator[Metric]:
    packets = CounterMetricFamily(
        "diemcau_sfu_packets", "RTP packets: in, authenticated; out, once per receiver.", labels=["direction"]
    )
    packets.add_metric(["in"], core.received)
    packets.add_metric(["out"], counts.get("forwarded", 0))
    yield packets
    octets = CounterMetricFamily(
        "diemcau_sfu_payload_bytes", "Payload: in, past the gates; out, once per receiver.", labels=["direction"]
    )
    octets.add_metric(["in"], core.octets_in)
    octets.add_metric(["out"], core.octets_out)
    yield octets


def _dropped(counts: Mapping[str, int]) -> Iterator[Metric]:
    family = CounterMetricFamily("diemcau_sfu_dropped_packets", "Packets not forwarded, by reason.", labels=["reason"])
    counted = {name.removeprefix(_DROPPED): count for name, count in counts.items() if name.startswith(_DROPPED)}
    for reason, count in sorted({**_NO_DROPS, **counted}.items()):
        family.add_metric([reason], count)
    yield family


def _requests(counts: Mapping[str, int]) -> Iterator[Metric]:
    """NACK, PLI and repetitions by name, and whatever else is counted under its own."""
    families: dict[str, CounterMetricFamily] = {}
    for word, (metric, direction, text) in _NAMED.items():
        told = f"diemcau_sfu_{metric}"
        family = families.setdefault(told, CounterMetricFamily(told, text or word, labels=["direction"]))
        family.documentation = text or family.documentation
        family.add_metric([direction], counts.get(word, 0))
    yield from families.values()
    rest = CounterMetricFamily("diemcau_sfu_events", "What else is counted, by the node's own word.", labels=["event"])
    for name, count in sorted({**_NO_EVENTS, **counts}.items()):
        if name not in _NAMED and name not in _TOLD_ELSEWHERE and not name.startswith(_DROPPED):
            rest.add_metric([name], count)
    yield rest


def _lines(core: CoreFigures) -> Iterator[Metric]:
    yield _histogram(
        "diemcau_sfu_round_trip_seconds", "As receivers' reports let it be measured.", [((), core.round_trip)]
    )
    ways = (("up", core.up), ("down", core.down))
    jitter = [((name,), way.jitter) for name, way in ways]
    yield _histogram(
        "diemcau_sfu_jitter_seconds", "Interarrival jitter of each report (RFC 3550).", jitter, ["direction"]
    )
    lost = [((name,), way.lost) for name, way in ways]
    yield _histogram("diemcau_sfu_lost_ratio", "Share lost since the report before, of each.", lost, ["direction"])


def _histogram(
    name: str, text: str, told: Iterable[tuple[tuple[str, ...], Histogram]], labels: Iterable[str] = ()
) -> HistogramMetricFamily:
    family = HistogramMetricFamily(name, text, labels=list(labels))
    for values, histogram in told:
        family.add_metric(values, buckets=histogram.cumulative(), sum_value=histogram.total)
    return family


def _taps(taps: Mapping[RoomId, TapFigures]) -> Iterator[Metric]:
    seconds = GaugeMetricFamily(
        "diemcau_sfu_tap_backlog_seconds", "Age of the oldest packet the recorder has not confirmed.", labels=["room"]
    )
    size = GaugeMetricFamily("diemcau_sfu_tap_backlog_bytes", "What is kept for the recorder.", labels=["room"])
    states = dict.fromkeys(("writing", "degraded", "not_recording"), 0)
    for room, tap in taps.items():
        seconds.add_metric([room], tap.behind_ms / _MS_PER_S)
        size.add_metric([room], tap.backlog_bytes)
        states[tap.state] = states.get(tap.state, 0) + 1
    told = GaugeMetricFamily("diemcau_sfu_taps", "Tapped rooms by how the recorder keeps up.", labels=["state"])
    for state, count in states.items():
        told.add_metric([state], count)
    yield from (seconds, size, told)


def _loop(lateness: Lateness) -> Iterator[Metric]:
    name = "diemcau_sfu_loop_lateness"
    yield _histogram(
        f"{name}_seconds", "By how much a timer was missed, four times a second.", [((), lateness.histogram)]
    )
    yield GaugeMetricFamily(f"{name}_p99_seconds", "Of the last two minutes.", value=lateness.p99)
