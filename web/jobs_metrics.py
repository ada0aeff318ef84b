"""``/metrics/jobs``: what the process ``jobs`` tells of itself, in Prometheus' words.

A row of its table is the label ``task``: ``job`` is Prometheus' own.
"""

from collections.abc import Iterator, Mapping

from prometheus_client import generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from bridge.ids import NS_PER_S
from bridge.jobfigures import Backlog, JobFigures, JobsFigures


def exposition(figures: JobsFigures) -> bytes:
    """The text."""
    return generate_latest(_Scrape(figures))


class _Scrape(Collector):
    def __init__(self, figures: JobsFigures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """One scrape."""
        figures = self._figures
        info = InfoMetricFamily("diemcau_jobs", "This process.")
        info.add_metric([], {"version": figures.version})
        yield info
        yield from _tasks(figures.jobs)
        yield _by("diemcau_jobs_copies", "Viewing copies that ended here.", "outcome", figures.copies)
        if figures.backlog is not None:
            yield from _backlog(figures.backlog)
        yield from _loop(figures)
        yield CounterMetricFamily("process_cpu_seconds", "Without the renderer.", value=figures.processor_s)
        yield GaugeMetricFamily("process_resident_memory_bytes", "The same.", value=figures.resident_bytes)


def _tasks(jobs: tuple[JobFigures, ...]) -> Iterator[Metric]:
    runs = CounterMetricFamily("diemcau_jobs_runs", "Ended, by task and how.", labels=["task", "outcome"])
    name = "diemcau_jobs_last_done_timestamp_seconds"
    last = GaugeMetricFamily(name, "When one last ended well, or the process began.", labels=["task"])
    seconds = HistogramMetricFamily("diemcau_jobs_run_seconds", "How long they took.", labels=["task"])
    for job in jobs:
        runs.add_metric([job.name, "done"], job.done)
        runs.add_metric([job.name, "failed"], job.failed)
        last.add_metric([job.name], job.last_done_utc_ns / NS_PER_S)
        seconds.add_metric([job.name], buckets=job.seconds.cumulative, sum_value=job.seconds.total)
    yield from (runs, last, seconds)


def _backlog(backlog: Backlog) -> Iterator[Metric]:
    yield _states("diemcau_jobs_recordings", "Not yet verified, by state.", backlog.recordings)
    yield _states("diemcau_jobs_copies_waiting", "Viewing copies under way, by state.", backlog.copies)
    yield GaugeMetricFamily("diemcau_jobs_outbox_rows", "Not handed on yet; counted to 500.", value=backlog.outbox)


def _loop(figures: JobsFigures) -> Iterator[Metric]:
    name = "diemcau_jobs_loop_lateness"
    family = HistogramMetricFamily(f"{name}_seconds", "By how much a timer was missed, four times a second.")
    family.add_metric([], buckets=figures.lateness.cumulative, sum_value=figures.lateness.total)
    yield family
    yield GaugeMetricFamily(f"{name}_p99_seconds", "Of the last two minutes.", value=figures.late_p99_s)


def _by(name: str, help_: str, label: str, values: Mapping[str, int]) -> Metric:
    family = CounterMetricFamily(name, help_, labels=[label])
    for value, count in sorted(values.items()):
        family.add_metric([value], count)
    return family


def _states(name: str, help_: str, values: Mapping[str, int]) -> Metric:
    family = GaugeMetricFamily(name, help_, labels=["state"])
    for state, count in sorted(values.items()):
        family.add_metric([state], count)
    return family
