"""Wires one process each: what its room's ``build`` asks for, from the configuration.

Each imports its own room only when it runs: a media node carries no database (32 MB), a recorder no pages.
"""

from functools import partial
from pathlib import Path

from bridge.figures import Lateness
from bridge.lineforgetting import LineForgetting
from bridge.outbox import OutboxRelay
from bridge.repeats import RepeatTeller
from bridge.sealing import Sealing, SigningPorts
from deploy.configuration import Configuration
from deploy.folder import prepare
from deploy.jobs import Job, run_jobs
from deploy.lateness import LatenessWatch
from deploy.machines import machine_lines
from deploy.names import LOCAL_RECORDER, jobs_control, local_node, recorder_control, recorder_tap
from deploy.realtime import RealTime
from deploy.serving import as_many_files_as_allowed, serve, started, stop_event
from deploy.software import SOFTWARE
from deploy.time import SystemClock, SystemEntropy


async def sfu(configuration: Configuration, worker: int = 1) -> int:
    """A media node; ``worker``: which one of this machine."""
    from recorder.places import listen
    from sfu.build import build
    from sfu.settings import SfuConfig

    as_many_files_as_allowed()
    folder = prepare(configuration)
    local = local_node(configuration, folder, worker)
    lines = machine_lines(configuration, folder)
    config = SfuConfig(
        node=local.id,
        control=local.control,
        secret=configuration.control_secret,
        calling=lines.calling,
        listen=configuration.listen,
        port=local.port,
        tcp=configuration.media.tcp,
        announced=configuration.announced,
        replay_seconds=configuration.media.replay_seconds,
        version=SOFTWARE,
    )
    late = Lateness()
    node = build(config, SystemClock(), SystemEntropy(), partial(listen, answering=lines.answering), late)
    real_time = RealTime()
    if configuration.media.realtime:
        real_time.start()
    try:
        return await serve(node, f"media port {config.port}", late)
    finally:
        real_time.close()


async def recorder(configuration: Configuration) -> int:
    """A recorder. It has the object store and no database."""
    from deploy.objectplace import objects_place
    from recorder.build import RecorderConfig, build
    from storage.objects.build import build_objects

    folder = prepare(configuration)
    place = objects_place(configuration, folder)
    objects = build_objects(place, SystemClock())
    await objects.prepare()
    lines = machine_lines(configuration, folder)
    config = RecorderConfig(
        recorder=LOCAL_RECORDER,
        spool=folder.spool,
        control_address=recorder_control(configuration, folder),
        tap_address=recorder_tap(configuration, folder),
        secret=configuration.control_secret,
        answering=lines.answering,
        segment_seconds=configuration.recording.segment_seconds,
        store=place if isinstance(place, Path) else None,
        version=SOFTWARE,
    )
    try:
        late = Lateness()
        return await serve(build(config, objects, SystemClock(), SystemEntropy(), late), "recorder", late)
    finally:
        objects.close()


async def web(configuration: Configuration) -> int:
    """Pages and signalling."""
    from deploy.stores import opened
    from deploy.webprocess import WebProcess

    folder = prepare(configuration)
    async with opened(configuration, folder) as storage:
        late = Lateness()
        return await serve(WebProcess(configuration, folder, storage, late), f"port {configuration.web.port}", late)


async def jobs(configuration: Configuration) -> int:
    """What runs by itself."""
    from deploy.copying import copying
    from deploy.jobcounts import JobCounts, figures_of
    from deploy.jobsapi import JobsApi
    from deploy.keys import key_publishing, ready_keys
    from deploy.stores import opened, retention_days
    from storage.signing.checker import Signatures

    folder = prepare(configuration)
    keys = ready_keys(configuration, folder)
    signing = SigningPorts(Signatures(), keys, keys)
    stopping = stop_event()
    clock = SystemClock()
    async with opened(configuration, folder) as storage:
        sealing = Sealing(storage.units, storage.objects, clock, signing, SOFTWARE, retention_days(configuration))
        queue, renders = copying(configuration, folder, storage)
        table = [
            Job("keys", 60.0, key_publishing(storage, keys).publish),
            *_table(sealing, OutboxRelay(storage.units, {}), RepeatTeller(storage.units, clock)),
            Job("copies", 1.0, queue.look, quiet=True),
            Job("copies tidy", 3600.0, renders.tidy, quiet=True),
            Job("line tests", 3600.0, LineForgetting(storage.units, clock).forget),
        ]
        counts, late = JobCounts(clock), Lateness()
        figures = partial(figures_of, SOFTWARE, counts, renders.ended, storage.units, late)
        answering = machine_lines(configuration, folder).answering
        api = JobsApi(jobs_control(configuration, folder), configuration.control_secret, figures, answering)
        await started(api, "jobs")
        watch = LatenessWatch(late)
        watch.start()
        queue.start()
        try:
            await run_jobs(table, stopping, counts)
        finally:
            await queue.close()
            watch.close()
            await api.close()
    return 0


async def render(configuration: Configuration) -> int:
    """One viewing copy, for the jobs."""
    from deploy.rendering import render as main

    return await main(configuration)


def _table(sealing: Sealing, outbox: OutboxRelay, repeats: RepeatTeller) -> list[Job]:
    return [
        Job("seal", 1.0, sealing.seal_all),
        Job("verify", 5.0, sealing.verify_new),
        Job("repeats", 30.0, repeats.tell, quiet=True),
        Job("outbox", 30.0, outbox.run, quiet=True),
    ]
