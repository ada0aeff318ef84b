"""One frozen, validated configuration: defaults, then TOML, then ``DIEMCAU_…`` environment, then the command line.

A key ``web.port`` is ``[web] port = …`` in TOML and ``DIEMCAU_WEB_PORT`` in the environment. Raises ConfigurationFault
with every fault at once, each naming its key.
"""

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, get_type_hints
from zoneinfo import available_timezones

import msgspec

from bridge.turn import LEAST_SECRET, TurnRelays, is_turn_address

ENVIRONMENT_PREFIX = "DIEMCAU_"


class ConfigurationFault(Exception):
    """What is wrong with the configuration, one line per fault."""


class Mode(StrEnum):
    """``trial``: demo accounts, one day of retention. ``production``: neither."""

    TRIAL = "trial"
    PRODUCTION = "production"


class WebPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pages and signalling. ``proxies``: addresses of our own reverse proxies, whose word on who asks is taken."""

    port: int = 8080
    tls_cert: str = ""
    tls_key: str = ""
    proxies: tuple[str, ...] = ()


class MediaPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The media node. ``port`` 0: web port + 1, UDP and, unless ``tcp`` is false, TCP. ``announce``: numeric addresses
    that browsers are told, the preferred first; empty: the listen address. ``test_seconds``: of each way when people
    test their connection."""

    port: int = 0
    tcp: bool = True
    announce: tuple[str, ...] = ()
    replay_seconds: int = 20
    test_seconds: int = 10


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
    how long a session is to fit on the recorder's disks when it starts."""

    segment_seconds: int = 60
    planned_minutes: int = 120
    provisional_days: int = 90
    retention_days: int = 3653


class ArchivePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sealed recordings. ``signing_key`` and ``signing_certificate``: PEM files of the office's X.509 key and its
    certificate, issuers behind it; without them recordings are signed with a key of our own (Ed25519). ``trusted``:
    files with public keys or certificates, or fingerprints, by which a machine without the keys knows our own."""

    signing_key: str = ""
    signing_certificate: str = ""
    trusted: tuple[str, ...] = ()


class JobsPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Viewing copies, rendered one at a time: encoder threads, and their share of the machine in percent of a core;
    ``render_piece_seconds``: of the copy, what a kill costs at most."""

    render_threads: int = 1
    render_cpu_percent: int = 100
    render_piece_seconds: int = 60


class RoomPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The room's own times. Officials away: interrupted by the system, then closed."""

    interrupt_after_seconds: int = 300
    close_after_seconds: int = 3600
    resume_seconds: int = 30


class Configuration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole. ``data``: the one folder everything is written to. ``database_url`` empty: SQLite in it.
    ``contact``: whom to call, as pages say it; ``zone``: the office's time zone (IANA)."""

    mode: Mode = Mode.TRIAL
    data: str = "diemcau-data"
    listen: str = "127.0.0.1"
    office: str = "Trụ sở Tiếp công dân"
    contact: str = ""
    zone: str = "Asia/Ho_Chi_Minh"
    language: str = "vi"
    database_url: str = ""
    web: WebPart = WebPart()
    media: MediaPart = MediaPart()
    turn: TurnPart = TurnPart()
    recording: RecordingPart = RecordingPart()
    archive: ArchivePart = ArchivePart()
    room: RoomPart = RoomPart()
    store: StorePart = StorePart()
    jobs: JobsPart = JobsPart()

    @property
    def folder(self) -> Path:
        """The data folder, absolute."""
        return Path(self.data).expanduser().absolute()

    @property
    def media_port(self) -> int:
        """Port of the media node, UDP and TCP."""
        return self.media.port or self.web.port + 1

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


SECRET_KEYS = frozenset({"database_url", "store.secret_key", "turn.secret"})
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
    from deploy.addresses import own_addresses

    media = msgspec.structs.replace(configuration.media, announce=own_addresses(ipv6=":" in configuration.listen))
    return msgspec.structs.replace(configuration, media=media)


def _from_file(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationFault(f"{file}: {error}") from error


AUTO = "auto"
"""As ``media.announce``: this machine's own addresses."""


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


_LISTS = frozenset({"media.announce", "web.proxies", "turn.urls"})
"""Keys whose text is a comma-separated list."""


def _put(merged: dict[str, Any], key: str, value: Any) -> None:
    section, _, name = key.rpartition(".")
    target = merged.setdefault(section, {}) if section else merged
    target[name] = value


def _faults(configuration: Configuration) -> list[str]:
    web, faults = configuration.web, []
    if not 1 <= web.port <= 65_534:
        faults.append(f"web.port: {web.port} is not between 1 and 65534")
    if bool(web.tls_cert) != bool(web.tls_key):
        faults.append("web.tls_cert and web.tls_key go together")
    if not 5 <= configuration.recording.segment_seconds <= 600:
        faults.append("recording.segment_seconds: not between 5 and 600")
    archive = configuration.archive
    if bool(archive.signing_key) != bool(archive.signing_certificate):
        faults.append("archive.signing_key and archive.signing_certificate go together")
    if not 1 <= configuration.recording.planned_minutes <= 1440:
        faults.append("recording.planned_minutes: not between 1 and 1440")
    faults += _store_faults(configuration) + _jobs_faults(configuration.jobs)
    faults += _media_faults(configuration.media) + _turn_faults(configuration.turn)
    if configuration.zone not in available_timezones():
        faults.append(f"zone: {configuration.zone} is no IANA time zone")
    if configuration.language not in ("vi", "en"):
        faults.append(f"language: {configuration.language} is not vi or en")
    return faults


def _is_announced(text: str) -> bool:
    """An IPv4 or IPv6 literal (without brackets or zone, which no candidate may have), or ``auto``."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return text == AUTO
    return "%" not in text


def _media_faults(media: MediaPart) -> list[str]:
    faults = [f"media.announce: {one} is no numeric address" for one in media.announce if not _is_announced(one)]
    if not 0 <= media.port <= 65_535:
        faults.append(f"media.port: {media.port} is not between 0 and 65535")
    if not 1 <= media.replay_seconds <= 120:
        faults.append(f"media.replay_seconds: {media.replay_seconds} is not between 1 and 120")
    if not 1 <= media.test_seconds <= 15:
        faults.append(f"media.test_seconds: {media.test_seconds} is not between 1 and 15")
    return faults


def _turn_faults(turn: TurnPart) -> list[str]:
    faults = [
        f"turn.urls: {url} is not of the form turn(s):HOST[:PORT]" for url in turn.urls if not is_turn_address(url)
    ]
    if turn.urls and len(turn.secret) < LEAST_SECRET:
        faults.append(f"turn.secret: needs {LEAST_SECRET} characters at least")
    if turn.relay_only and not turn.urls:
        faults.append("turn.relay_only: needs turn.urls")
    if not 1 <= turn.valid_hours <= 168:
        faults.append(f"turn.valid_hours: {turn.valid_hours} is not between 1 and 168")
    return faults


def _jobs_faults(jobs: JobsPart) -> list[str]:
    limits = {
        "render_threads": (jobs.render_threads, 1, 64),
        "render_cpu_percent": (jobs.render_cpu_percent, 5, 6_400),
        "render_piece_seconds": (jobs.render_piece_seconds, 1, 600),
    }
    return [
        f"jobs.{name}: {value} is not between {least} and {most}"
        for name, (value, least, most) in limits.items()
        if not least <= value <= most
    ]


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
