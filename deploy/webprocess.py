"""The web process: pages, signalling, and the ports between them."""

import asyncio
from urllib.parse import urlsplit

from aiohttp import web

from bridge.disk import before_start
from bridge.figures import Lateness
from bridge.ids import NodeId
from bridge.live import LiveSettings
from bridge.receptions import ReceptionService
from bridge.watch import WatchTimes
from deploy.configuration import Configuration, Mode
from deploy.folder import DataFolder
from deploy.jobsapi import HttpJobs
from deploy.keys import known_keys
from deploy.machines import machine_lines
from deploy.names import LOCAL_RECORDER, jobs_control, recorder_control
from deploy.origin import hosts, origin, origins
from deploy.places import RegisteredPlaces
from deploy.stores import provisional_days
from deploy.time import SystemClock, SystemEntropy, boot_name
from deploy.tls import server_context
from recorder.client import HttpRecorderNode
from recorder.places import way_to
from recorder.remux import PyAvRemuxer
from sfu.client import HttpMediaNode
from sfu.transport.sockets import hosts_of
from signaling.build import build as build_signaling
from signaling.notices import InProcessNotices
from signaling.settings import SignalingConfig
from storage.build import Storage
from storage.localjournal import FileJournal
from storage.secretbox import AesSecretBox
from storage.signing.checker import Signatures
from web.build import build as build_web
from web.config import WebConfig, WebPorts
from web.jobs_metrics import exposition as jobs_exposition
from web.passwords import Argon2Passwords

_DAY_S = 86_400
_SHUTDOWN_S = 2.0
_USUAL_SEATS = 3
"""The centre, an agency, a citizen: by them ``/healthz`` judges the recorder's disks."""


def web_config(configuration: Configuration) -> WebConfig:
    """What the pages are told."""
    address = origin(configuration)
    return WebConfig(
        origin=address,
        hosts=tuple(sorted(hosts(configuration) - {urlsplit(address).netloc})),
        office=configuration.office,
        contact=configuration.contact,
        zone=configuration.zone,
        proxies=configuration.web.proxies,
        announced=configuration.announced,
        turn=configuration.relays,
        line_test_seconds=configuration.media.test_seconds,
        language=configuration.language,
        socket_origins=tuple(filter(None, (configuration.web.address, *configuration.web.peers))),
        session_minutes=configuration.recording.planned_minutes,
        resume_seconds=configuration.room.resume_seconds,
        trial=configuration.mode is Mode.TRIAL,
        scrapers=configuration.monitoring.scrapers,
        scrape_secret=configuration.monitoring.secret,
    )


def signaling_config(configuration: Configuration, folder: DataFolder) -> SignalingConfig:
    """What the sockets are told. The owner's name is stable over restarts: its rooms come back at once."""
    room = configuration.room
    return SignalingConfig(
        owner=configuration.web.address or f"web-{configuration.web.port}",
        key=folder.secret("tokens").encode(),
        boot=boot_name(),
        origins=origins(configuration),
        resume_s=room.resume_seconds,
        watch=WatchTimes(room.interrupt_after_seconds, room.close_after_seconds),
        live=LiveSettings(
            provisional_days(configuration) * _DAY_S, configuration.recording.planned_minutes, room.loudest
        ),
    )


def _notices(configuration: Configuration, entropy: SystemEntropy) -> InProcessNotices:
    """Over Redis where there are several processes. One alone does not carry its library (7 MB)."""
    if not configuration.redis_url:
        return InProcessNotices()
    from signaling.redis_notices import RedisNotices

    return RedisNotices(configuration.redis_url, entropy)


class WebProcess:
    """Started and closed by :func:`deploy.serving.serve`. Closing order: listener, rooms and sockets, clients."""

    def __init__(self, configuration: Configuration, folder: DataFolder, storage: Storage, lateness: Lateness) -> None:
        self._configuration = configuration
        self._folder = folder
        clock, entropy = SystemClock(), SystemEntropy()
        notices = _notices(configuration, entropy)
        secret, calling = configuration.control_secret, machine_lines(configuration, folder).calling
        self._recorder = HttpRecorderNode(recorder_control(configuration, folder), secret, calling)
        self._jobs = HttpJobs(jobs_control(configuration, folder), secret, calling)

        def connect(address: str) -> HttpMediaNode:
            return HttpMediaNode(way_to(address, calling), secret=secret)

        places = RegisteredPlaces(storage.units, clock, {LOCAL_RECORDER: self._recorder}, connect)
        self._places = places
        self._looking: asyncio.Task[None] | None = None
        receptions = ReceptionService(storage.units, clock, entropy, notices)
        signaling = signaling_config(configuration, folder)
        self._signaling = build_signaling(
            signaling,
            units=storage.units,
            receptions=receptions,
            journal=FileJournal(folder.journal(signaling.owner.replace("://", "-").replace(":", "-"))),
            places=places,
            notices=notices,
            clock=clock,
            entropy=entropy,
        )
        self._app = build_web(
            web_config(configuration),
            WebPorts(
                units=storage.units,
                receptions=receptions,
                tokens=self._signaling.tokens,
                rooms=self._signaling.rooms,
                objects=storage.objects,
                signatures=Signatures(),
                known_keys=known_keys(configuration, folder, storage.units),
                remuxer=PyAvRemuxer(),
                passwords=Argon2Passwords(entropy),
                secrets=AesSecretBox(folder.secret("factors"), entropy),
                probed=places,
                clock=clock,
                entropy=entropy,
                probes={
                    "node": places.answers,
                    "recorder": self._recorder.health,
                    "store": storage.objects.answers,
                    "disks": self._disks,
                    "decisions": self._signaling.decisions,
                },
                metrics=self._metrics_of,
                lateness=lateness,
            ),
        )
        self._signaling.attach(self._app)
        self._runner: web.AppRunner | None = None

    async def _disks(self) -> str:
        """Whether a session of the planned length still fits: ok | low | short."""
        health = await self._recorder.health()
        minutes = self._configuration.recording.planned_minutes
        return before_start(health.disks, minutes, _USUAL_SEATS, health.bits_per_s).space

    async def _metrics_of(self, part: str) -> bytes:
        """Of the recorder, the jobs, or the media node of that name. Raises Unavailable."""
        if part == "recorder":
            return await self._recorder.metrics()
        if part == "jobs":
            return jobs_exposition(await self._jobs.figures())
        return await self._places.node(NodeId(part)).metrics()

    async def start(self) -> None:
        """Raises OSError when the port is taken."""
        self._looking = asyncio.create_task(self._places.run(), name="registry")
        await self._signaling.start()
        self._runner = web.AppRunner(self._app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
        await self._runner.setup()
        context = server_context(self._configuration, self._folder)
        for host in hosts_of(self._configuration.listen):
            site = web.TCPSite(self._runner, host, self._configuration.web.port, ssl_context=context)
            await site.start()

    async def close(self) -> None:
        """Idempotent."""
        await self._signaling.close()
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
        await self._places.close()
