"""``diemcau up``: everything on one machine: checks, then the processes, then one screen that says where to go."""

import asyncio
import fcntl
import logging
import signal
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from ssl import SSLContext

import aiohttp
from rich.console import Console
from rich.table import Table

from bridge.receptions import ReceptionService
from deploy.configuration import PARTS, Configuration, ConfigurationFault, Mode, keep
from deploy.first_start import DemoAccount, FirstStart
from deploy.firstlink import new_first_link
from deploy.folder import DataFolder, FolderFault, prepare
from deploy.heartbeats import Beating, Heartbeats
from deploy.keys import ready_keys, said_of_key
from deploy.logs import LogForm, set_up_logs
from deploy.machines import machine_lines
from deploy.names import SFU, local_nodes
from deploy.origin import near, origin
from deploy.storeproof import check_store, prove_lock
from deploy.stores import migrated, opened, units_opened
from deploy.supervisor import Part, Supervisor
from deploy.time import SystemClock, SystemEntropy
from deploy.tls import own_context, server_context
from signaling.notices import InProcessNotices
from web.passwords import Argon2Passwords

STORE = "store"
"""Closed last: whatever the others still have to store has a place to go."""

_READY_S = 60.0
_POLL_S = 0.2


async def up(configuration: Configuration, console: Console) -> int:
    """Runs until SIGINT or SIGTERM. Raises ConfigurationFault, FolderFault in one line before anything starts."""
    async with running(configuration, console) as supervised:
        return await supervised


@asynccontextmanager
async def running(configuration: Configuration, console: Console) -> AsyncIterator[asyncio.Task[int]]:
    """Everything started and ready; the task ends with the exit code. Leaving ends everything."""
    set_up_logs("up", LogForm.TEXT, logging.WARNING)
    folder = prepare(configuration)
    with _alone(folder):
        _check_announced(configuration)
        _check_ports(configuration)
        found = await _prepared(configuration, folder) if configuration.has_pages else ""
        calling = machine_lines(configuration, folder).calling
        supervisor = Supervisor(_parts(configuration, folder), folder.logs)
        _on_signals(supervisor)
        task = asyncio.create_task(supervisor.run(), name="supervisor")
        try:
            async with _beating(configuration, folder, supervisor, calling) as heartbeats:
                await _ready(configuration, folder, task, heartbeats)
                if not task.done() and configuration.has_pages:
                    await prove_lock(configuration, folder)
                _tell(console, configuration, folder, found)
                yield task
        finally:
            supervisor.stop()
            await task


async def _prepared(configuration: Configuration, folder: DataFolder) -> Sequence[DemoAccount] | str:
    """What the machine with the pages does before anything starts; the answer is for the screen."""
    check_store(configuration)
    server_context(configuration, folder)
    if configuration.has_jobs:
        ready_keys(configuration, folder)
    await migrated(configuration, folder)
    return await _first_start(configuration, folder)


@asynccontextmanager
async def _beating(
    configuration: Configuration, folder: DataFolder, supervisor: Supervisor, calling: SSLContext | None
) -> AsyncIterator[Heartbeats]:
    """Inside, the media nodes of this machine stand in the registry."""
    announced, secret = configuration.announced[0], configuration.control_secret
    nodes = [
        Beating(node, f"{announced}:{node.port}", secret, supervisor, calling)
        for node in local_nodes(configuration, folder)
    ]
    async with units_opened(configuration, folder) as units:
        heartbeats = Heartbeats(nodes, units, SystemClock())
        beating = asyncio.create_task(heartbeats.run(), name="heartbeats")
        try:
            yield heartbeats
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
            await heartbeats.close()


@contextmanager
def _alone(folder: DataFolder) -> Iterator[None]:
    with (folder.root / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FolderFault(f"data folder {folder.root} is in use by another instance; give --data") from error
        yield


def _check_announced(configuration: Configuration) -> None:
    """All addresses can be listened on, but none of them is told to browsers by that."""
    if configuration.listen in ("0.0.0.0", "::") and not configuration.media.announce:  # noqa: S104  compared
        raise ConfigurationFault(
            f"--listen {configuration.listen} needs --announce ADDRESS or auto: browsers must be told where media goes"
        )


def _check_ports(configuration: Configuration) -> None:
    wanted = []
    if configuration.has_pages:
        wanted.append((socket.SOCK_STREAM, configuration.listen, configuration.web.port, "--port (pages)"))
    for worker in range(1, configuration.media_workers + 1) if SFU in configuration.parts else ():
        port = configuration.media_port_of(worker)
        wanted.append((socket.SOCK_DGRAM, configuration.listen, port, "media.port (media)"))
        if configuration.media.tcp:
            wanted.append((socket.SOCK_STREAM, configuration.listen, port, "media.port (media, TCP)"))
    if configuration.own_store:
        wanted.append((socket.SOCK_STREAM, "127.0.0.1", configuration.store_port, "store.port (MinIO)"))
    for kind, listen, port, name in wanted:
        family = socket.AF_INET6 if ":" in listen else socket.AF_INET
        with socket.socket(family, kind) as probe:
            if kind is socket.SOCK_STREAM:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((listen, port))
            except OSError as error:
                place = f"{listen}:{port}"
                raise ConfigurationFault(f"{name}: {place} cannot be taken: {error.strerror}") from error


async def _first_start(configuration: Configuration, folder: DataFolder) -> Sequence[DemoAccount] | str:
    """In trial mode the demo's accounts, else the first administrator's link; empty where there are accounts."""
    clock, entropy = SystemClock(), SystemEntropy()
    async with opened(configuration, folder) as storage:
        if configuration.mode is not Mode.TRIAL:
            return await new_first_link(configuration, storage)
        receptions = ReceptionService(storage.units, clock, entropy, InProcessNotices())
        first = FirstStart(storage.units, Argon2Passwords(entropy), clock, entropy)
        return await first.run(receptions)


def _parts(configuration: Configuration, folder: DataFolder) -> list[Part]:
    """Each child reads the configuration as it was resolved here."""
    file = folder.sockets / "resolved.toml"
    keep(configuration, file)
    common = ("--config", str(file))
    parts: list[Part] = []
    for name in PARTS:
        if name == SFU:
            nodes = local_nodes(configuration, folder)
            parts += [Part(node.part, (SFU, *common, "--worker", str(node.worker))) for node in nodes]
        elif name in configuration.parts:
            parts.append(Part(name, (name, *common)))
    return [*parts, Part(STORE, (STORE, *common))] if configuration.own_store else parts


def _on_signals(supervisor: Supervisor) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, supervisor.stop)


async def _ready(
    configuration: Configuration, folder: DataFolder, task: asyncio.Task[int], heartbeats: Heartbeats
) -> None:
    """Until all nodes of this machine and, with pages, ``/healthz`` answer well. Raises ConfigurationFault when they do
    not within a minute."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _READY_S
    async with aiohttp.ClientSession() as client:
        while loop.time() < until:
            is_healthy = heartbeats.all_beat and (not configuration.has_pages or await _healthy(client, configuration))
            if task.done() or is_healthy:
                return
            await asyncio.sleep(_POLL_S)
    raise ConfigurationFault(f"not ready after {_READY_S:.0f} s; what each part said lies in {folder.logs}")


async def _healthy(client: aiohttp.ClientSession, configuration: Configuration) -> bool:
    headers = {"Host": origin(configuration).partition("//")[2]}
    try:
        async with client.get(f"{near(configuration)}/healthz", ssl=own_context(), headers=headers) as answer:
            parts = (await answer.json())["parts"]
    except (aiohttp.ClientError, OSError):
        return False
    return all(parts[name] == "ok" for name in ("database", "node", "recorder", "store"))


def _tell(
    console: Console, configuration: Configuration, folder: DataFolder, found: Sequence[DemoAccount] | str
) -> None:
    where = origin(configuration) if configuration.has_pages else f"{', '.join(configuration.parts)} of this machine"
    console.print(f"\nĐiểm Cầu: {where}", markup=False)
    console.print(f"data: {folder.root}   logs: {folder.logs}   mode: {configuration.mode}", markup=False)
    if configuration.has_jobs:
        console.print(said_of_key(configuration, folder), markup=False, soft_wrap=True)
    if isinstance(found, str):
        _tell_link(console, found)
    elif found:
        table = Table("login", "password", "name", "point", title="Demo accounts (passwords are shown this once)")
        for account in found:
            table.add_row(account.login, account.password, account.name, account.place)
        console.print(table)
    console.print("Stop with Ctrl-C.", markup=False)


def _tell_link(console: Console, link: str) -> None:
    if link:
        console.print("Nobody can sign in yet. The first administrator opens, within 24 hours and once:", markup=False)
        console.print(link, markup=False, soft_wrap=True)
