"""One frozen, validated configuration: defaults, then TOML, then ``DIEMCAU_…`` environment, then the command line.

A key ``web.port`` is ``[web] port = …`` in TOML and ``DIEMCAU_WEB_PORT`` in the environment. Raises ConfigurationFault
with every fault at once, each naming its key.
"""

import os
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import available_timezones

import msgspec

from bridge.rules import MAX_PARTICIPANTS
from bridge.turn import TurnRelays
from deploy.monitoringpart import LogPart, MonitoringPart, monitoring_faults
from deploy.part_faults import AUTO, jobs_faults, media_faults, place_faults, turn_faults

ENVIRONMENT_PREFIX = "DIEMCAU_"


PARTS = ("web", "sfu", "recorder", "jobs")
"""What a machine runs, in closing order: nobody new comes in, then the nodes' last packets reach the recorder, then the
rest."""
CORES_LEFT = 2
"""For pages, recorder, database, and the kernel's own work with packets."""


class ConfigurationFault(Exception):
    """What is wrong with the configuration, one line per fault."""


class Mode(StrEnum):
    """``trial``: demo accounts, one day of retention. ``production``: neither."""

    TRIAL = "trial"
    PRODUCTION = "production"


class WebPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pages and signalling. ``proxies``: addresses of our own reverse proxies, whose word on who asks is taken. Where
    several web processes share one installation, ``address``: the origin at which browsers reach this very one's rooms;
    ``peers``: those of the others."""

    port: int = 8080
    tls_cert: str = ""
    tls_key: str = ""
    proxies: tuple[str, ...] = ()
    address: str = ""
    peers: tuple[str, ...] = ()


class MediaPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The media nodes. ``port`` of the first, 0: web port + 1; the others take the next ones; UDP and, unless ``tcp``
    is false, TCP. ``announce``: numeric addresses that browsers are told, the preferred first; empty: the listen
    address. ``workers``: how many run here, 0: one for each core but two. ``name``: of this machine's nodes in the
    registry, where there are several machines. ``control``: HOST:PORT at which processes on other machines order the
    first (the others take the next ports), empty: a Unix socket. ``test_seconds``: of each way when people test their
    connection. ``realtime``: they go before everything else of the machine where the system allows it."""

    port: int = 0
    tcp: bool = True
    workers: int = 0
    name: str = "sfu"
    control: str = ""
    announce: tuple[str, ...] = ()
    replay_seconds: int = 20
    test_seconds: int = 10
    realtime: bool = True


class TurnPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Relays of yours (coturn) for browsers that reach the node by neither UDP nor TCP. ``secret``: its
    ``static-auth-secret``; ``relay_only``: browsers use nothing else; ``valid_hours``: of the credentials."""

    urls: tuple[str, ...] = ()
    secret: str = ""
    relay_only: bool = False
    valid_hours: int = 12


class StoreKind(StrEnum):
    """``directory``: files in the data folder, for trials. ``minio``: a locked bucket."""

    DIRECTORY = "directory"
    MINIO = "minio"


class StorePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where objects lie. ``endpoint`` empty with ``minio``: a server of our own on loopback, supervised like the rest,
    its keys made by us; its ``port`` 0: web port + 2, its ``program`` empty: what ``make minio`` built. With an
    ``endpoint`` (http(s)://HOST:PORT) bucket and keys are yours; ``certificates``: PEM file of its authority."""

    kind: StoreKind = StoreKind.DIRECTORY
    endpoint: str = ""
    bucket: str = "diemcau"
    access_key: str = ""
    secret_key: str = ""
    region: str = "us-east-1"
    certificates: str = ""
    port: int = 0
    program: str = ""


class RecordingPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The recorder and the archive. ``retention_days`` counts in production; trial keeps one day. ``planned_minutes``:
    how long a session is to fit on the recorder's disks when it starts. ``control`` and ``tap``: HOST:PORT where
    processes on other machines order the recorder, and media nodes hand over; empty: Unix sockets."""

    segment_seconds: int = 60
    planned_minutes: int = 120
    provisional_days: int = 90
    retention_days: int = 3653
    control: str = ""
    tap: str = ""


class ArchivePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sealed recordings. ``signing_key`` and ``signing_certificate``: PEM files of the office's X.509 key and its
    certificate, issuers behind it; without them recordings are signed with a key of our own (Ed25519). ``trusted``:
    files with public keys or certificates, or fingerprints, by which a machine without the keys knows our own."""

    signing_key: str = ""
    signing_certificate: str = ""
    trusted: tuple[str, ...] = ()


class JobsPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Viewing copies, rendered one at a time: encoder threads, and their share of the machine in percent of a core;
    ``render_piece_seconds``: of the copy, what a kill costs at most. ``control``: HOST:PORT at which web on another
    machine reads their figures; empty: a Unix socket."""

    render_threads: int = 1
    render_cpu_percent: int = 100
    render_piece_seconds: int = 60
    control: str = ""


class RoomPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The room's own times (officials away: interrupted, then closed); ``loudest`` microphones at a time, 0: all."""

    interrupt_after_seconds: int = 300
    close_after_seconds: int = 3600
    resume_seconds: int = 30
    loudest: int = 0


class Configuration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole. ``data``: the one folder everything is written to. ``database_url`` empty: SQLite in it.
    ``contact``: whom to call, as pages say it; ``zone``: the office's time zone (IANA). ``parts``: what `diemcau up`
    runs on this machine; ``control_secret``: what processes on several machines show one another; ``redis_url``: by
    which several web processes hear of one another's changes."""

    mode: Mode = Mode.TRIAL
    data: str = "diemcau-data"
    listen: str = "127.0.0.1"
    office: str = "Trụ sở Tiếp công dân"
    contact: str = ""
    zone: str = "Asia/Ho_Chi_Minh"
    language: str = "vi"
    database_url: str = ""
    parts: tuple[str, ...] = PARTS
    control_secret: str = ""
    redis_url: str = ""
    web: WebPart = WebPart()
    media: MediaPart = MediaPart()
    turn: TurnPart = TurnPart()
    recording: RecordingPart = RecordingPart()
    archive: ArchivePart = ArchivePart()
    room: RoomPart = RoomPart()
    store: StorePart = StorePart()
    jobs: JobsPart = JobsPart()
    monitoring: MonitoringPart = MonitoringPart()
    log: LogPart = LogPart()

    @property
    def folder(self) -> Path:
        """The data folder, absolute."""
        return Path(self.data).expanduser().absolute()

    @property
    def has_pages(self) -> bool:
        """Whether this machine answers people's browsers."""
        return PARTS[0] in self.parts

    @property
    def has_jobs(self) -> bool:
        """Whether this machine seals, and so has the keys."""
        return PARTS[-1] in self.parts

    @property
    def has_other_machines(self) -> bool:
        """Whether orders, voices or figures go between machines."""
        return bool(self.media.control or self.recording.control or self.recording.tap or self.jobs.control)

    @property
    def media_port(self) -> int:
        """Port of the first media node, UDP and TCP."""
        return self.media.port or self.web.port + 1

    @property
    def media_workers(self) -> int:
        """Media nodes of this machine."""
        return self.media.workers or max(1, len(os.sched_getaffinity(0)) - CORES_LEFT)

    def media_port_of(self, worker: int) -> int:
        """UDP port of the worker of that number, from 1. Our own MinIO's port between them is left out."""
        port = self.media_port + worker - 1
        return port + 1 if self.own_store and self.media_port < self.store_port <= port else port

    @property
    def store_port(self) -> int:
        """TCP port of our own MinIO server."""
        return self.store.port or self.web.port + 2

    @property
    def own_store(self) -> bool:
        """Whether a MinIO server of our own is to run."""
        return self.store.kind is StoreKind.MINIO and not self.store.endpoint

    @property
    def announced(self) -> tuple[str, ...]:
        """Addresses in ICE candidates."""
        return self.media.announce or (self.listen,)

    @property
    def relays(self) -> TurnRelays:
        """As the pages hand them out."""
        turn = self.turn
        return TurnRelays(turn.urls, turn.secret, turn.valid_hours * 3_600, turn.relay_only)

    @property
    def loopback_only(self) -> bool:
        """Whether nobody but this machine can reach it."""
        return self.listen.startswith("127.") or self.listen in ("::1", "localhost")


SECRET_KEYS = frozenset(
    {"database_url", "store.secret_key", "monitoring.secret", "control_secret", "redis_url", "turn.secret"}
)
"""Printed hidden: a database address carries its password."""
HIDDEN = "(hidden)"


def load(
    file: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    environment: Mapping[str, str] | None = None,
) -> Configuration:
    """The configuration from all its sources; ``overrides`` are dotted keys from the command line (None: not given)."""
    merged: dict[str, Any] = _from_file(file) if file else {}
    for key, value in _from_environment(os.environ if environment is None else environment).items():
        _put(merged, key, value)
    for key, value in (overrides or {}).items():
        if value is not None:
            _put(merged, key, value)
    try:
        configuration = msgspec.convert(merged, Configuration, strict=False)
    except msgspec.ValidationError as error:
        raise ConfigurationFault(str(error)) from error
    faults = _faults(configuration)
    if faults:
        raise ConfigurationFault("\n".join(faults))
    return _with_own_addresses(configuration)


def _with_own_addresses(configuration: Configuration) -> Configuration:
    """``media.announce = auto`` in any of the sources. Raises ConfigurationFault when the machine has none."""
    if configuration.media.announce != (AUTO,):
        return configuration
    from deploy.addresses import own_addresses  # costs a fifth of a start, and is seldom asked

    own = own_addresses(ipv6=":" in configuration.listen)
    if not own:
        raise ConfigurationFault("--announce auto: this machine has no address but loopback; name one")
    media = msgspec.structs.replace(configuration.media, announce=own)
    return msgspec.structs.replace(configuration, media=media)


def _from_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationFault(f"{file}: {error}") from error


def known_keys() -> dict[str, Any]:
    """Every dotted key with its type."""
    keys: dict[str, Any] = {}
    for name, kind in get_type_hints(Configuration).items():
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            keys |= {f"{name}.{inner}": hint for inner, hint in get_type_hints(kind).items()}
        else:
            keys[name] = kind
    return keys


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    names = {ENVIRONMENT_PREFIX + key.replace(".", "_").upper(): key for key in known_keys()}
    return {
        key: tuple(filter(None, text.split(","))) if key in _LISTS else text
        for name, key in names.items()
        if (text := environment.get(name)) is not None
    }


_LISTS = frozenset({"media.announce", "monitoring.scrapers", "web.proxies", "web.peers", "parts", "turn.urls"})
"""Keys whose text is a comma-separated list."""


def _put(merged: dict[str, Any], key: str, value: Any) -> None:
    section, _, name = key.rpartition(".")
    target = merged.setdefault(section, {}) if section else merged
    target[name] = value


def _room_faults(room: RoomPart) -> list[str]:
    return [] if 0 <= room.loudest <= MAX_PARTICIPANTS else [f"room.loudest: not between 0 and {MAX_PARTICIPANTS}"]


def _faults(configuration: Configuration) -> list[str]:
    web, faults = configuration.web, []
    if not 1 <= web.port <= 65_534:
        faults.append(f"web.port: {web.port} is not between 1 and 65534")
    faults += place_faults(configuration)
    faults += [f"parts: {part} is none of {', '.join(PARTS)}" for part in configuration.parts if part not in PARTS]
    if bool(web.tls_cert) != bool(web.tls_key):
        faults.append("web.tls_cert and web.tls_key go together")
    if not 5 <= configuration.recording.segment_seconds <= 600:
        faults.append("recording.segment_seconds: not between 5 and 600")
    archive = configuration.archive
    if bool(archive.signing_key) != bool(archive.signing_certificate):
        faults.append("archive.signing_key and archive.signing_certificate go together")
    if not 1 <= configuration.recording.planned_minutes <= 1440:
        faults.append("recording.planned_minutes: not between 1 and 1440")
    faults += _store_faults(configuration) + jobs_faults(configuration.jobs) + _room_faults(configuration.room)
    faults += media_faults(configuration.media) + turn_faults(configuration.turn)
    faults += monitoring_faults(configuration.monitoring)
    if configuration.zone not in available_timezones():
        faults.append(f"zone: {configuration.zone} is no IANA time zone")
    if configuration.language not in ("vi", "en"):
        faults.append(f"language: {configuration.language} is not vi or en")
    return faults


def _store_faults(configuration: Configuration) -> list[str]:
    store, faults = configuration.store, []
    if store.kind is StoreKind.MINIO and store.endpoint and not (store.access_key and store.secret_key):
        faults.append("store.endpoint: needs store.access_key and store.secret_key")
    if not 0 <= store.port <= 65_535:
        faults.append(f"store.port: {store.port} is not between 0 and 65535")
    if store.endpoint and not store.endpoint.startswith(("http://", "https://")):
        faults.append(f"store.endpoint: {store.endpoint} is not of the form http(s)://HOST:PORT")
    return faults


def printed(configuration: Configuration, *, secrets: bool = False) -> str:
    """As TOML, with secrets hidden unless asked for."""
    plain = msgspec.to_builtins(configuration)
    for key in () if secrets else SECRET_KEYS:
        part, _, name = key.rpartition(".")
        holder = plain[part] if part else plain
        if holder[name]:
            holder[name] = HIDDEN
    sections = {key: value for key, value in plain.items() if isinstance(value, dict)}
    lines = [_line(key, value) for key, value in plain.items() if key not in sections]
    for name, section in sections.items():
        lines += ["", f"[{name}]", *(_line(key, value) for key, value in section.items())]
    return "\n".join(lines)


def keep(configuration: Configuration, file: Path) -> None:
    """As it was resolved, secrets and all, for a child process; readable by the owner alone."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf8") as stream:
        stream.write(printed(configuration, secrets=True))


def _line(key: str, value: Any) -> str:
    return f"{key} = {msgspec.json.encode(value).decode()}"
