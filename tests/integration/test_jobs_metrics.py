"""What the process ``jobs`` tells of itself: counted by its table, asked over its socket, worded for Prometheus."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bridge.archive import ViewingCopy, ViewingCopyState
from bridge.errors import Code, Unavailable
from bridge.ids import AccountId, RecordingId, UtcNs
from bridge.jobfigures import JobsFigures
from deploy.jobsapi import HttpJobs
from deploy.time import SystemClock
from storage.build import Storage, StorageConfig, build
from tests.support.jobs import jobs_running
from web.jobs_metrics import exposition


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    opened = build(StorageConfig(f"sqlite:///{tmp_path / 'd.db'}", tmp_path / "objects"), SystemClock())
    await opened.migrate()
    await opened.prepare()
    yield opened
    await opened.close()


def samples(figures: JobsFigures) -> dict[tuple[str, ...], float]:
    return {
        (one.name, *(f"{name}={value}" for name, value in sorted(one.labels.items()))): one.value
        for family in text_string_to_metric_families(exposition(figures).decode())
        for one in family.samples
    }


async def test_what_did_well_what_did_not_and_what_waits(storage: Storage, tmp_path: Path) -> None:
    asked = ViewingCopy(RecordingId("r"), ViewingCopyState.ASKED, AccountId("an"), UtcNs(1), UtcNs(1))
    async with storage.units.writing() as unit:
        await unit.viewing_copies.put(asked)
        await unit.commit()
    began = SystemClock().utc() / 1e9
    async with jobs_running(storage.units, tmp_path / "s") as jobs:
        told = samples(await jobs.figures())
    assert told["diemcau_jobs_info", "version=1.2"] == 1
    assert told["diemcau_jobs_runs_total", "outcome=done", "task=seal"] == 1
    assert told["diemcau_jobs_runs_total", "outcome=failed", "task=seal"] == 0
    assert told["diemcau_jobs_runs_total", "outcome=failed", "task=verify"] == 1
    assert told["diemcau_jobs_run_seconds_count", "task=verify"] == 1
    assert told["diemcau_jobs_last_done_timestamp_seconds", "task=seal"] >= began
    assert told["diemcau_jobs_copies_total", "outcome=ready"] == 1
    assert told["diemcau_jobs_copies_waiting", "state=asked"] == 1
    assert told["diemcau_jobs_copies_waiting", "state=rendering"] == 0
    assert told["diemcau_jobs_recordings", "state=sealed"] == 0
    assert told["diemcau_jobs_outbox_rows",] == 0
    assert told["diemcau_jobs_loop_lateness_seconds_count",] == 1
    assert told["process_resident_memory_bytes",] > 1_000_000


async def test_with_the_database_away_the_rest_is_told(storage: Storage, tmp_path: Path) -> None:
    async with jobs_running(storage.units, tmp_path / "s") as jobs:
        (tmp_path / "d.db").write_bytes(b"no database any more" * 500)
        told = samples(await jobs.figures())
    assert told["diemcau_jobs_runs_total", "outcome=done", "task=seal"] == 1
    assert not any(name.startswith(("diemcau_jobs_recordings", "diemcau_jobs_outbox")) for name, *_ in told)


async def test_without_the_secret_or_the_process_nobody_answers(storage: Storage, tmp_path: Path) -> None:
    async with jobs_running(storage.units, tmp_path / "s"):
        with pytest.raises(Unavailable, match="answered 401"):
            await HttpJobs(f"unix:{tmp_path / 's'}", "wrong").figures()
    with pytest.raises(Unavailable) as gone:
        await HttpJobs(f"unix:{tmp_path / 's'}").figures()
    assert gone.value.code is Code.JOBS_UNAVAILABLE
