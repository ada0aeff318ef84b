"""What can be wrong with single parts of the configuration."""

import ipaddress
import re
from typing import TYPE_CHECKING

from bridge.turn import LEAST_SECRET, is_turn_address

if TYPE_CHECKING:
    from deploy.configuration import Configuration, JobsPart, MediaPart, TurnPart

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)
_ORIGIN = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?", re.ASCII)
_HOST_AND_PORT = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})", re.ASCII)

LEAST_CONTROL_SECRET = 20
"""Characters of ``control_secret``: whoever guesses it commands the media."""

AUTO = "auto"
"""As ``media.announce``: this machine's own addresses."""


def _is_announced(text: str) -> bool:
    """An IPv4 or IPv6 literal (without brackets or zone, which no candidate may have), or ``auto``."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return text == AUTO
    return "%" not in text


def media_faults(media: "MediaPart") -> list[str]:
    """One line each."""
    faults = [f"media.announce: {one} is no numeric address" for one in media.announce if not _is_announced(one)]
    if not 0 <= media.port <= 65_535:
        faults.append(f"media.port: {media.port} is not between 0 and 65535")
    if not 1 <= media.replay_seconds <= 120:
        faults.append(f"media.replay_seconds: {media.replay_seconds} is not between 1 and 120")
    if not 1 <= media.test_seconds <= 15:
        faults.append(f"media.test_seconds: {media.test_seconds} is not between 1 and 15")
    return faults


def turn_faults(turn: "TurnPart") -> list[str]:
    """One line each."""
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


def jobs_faults(jobs: "JobsPart") -> list[str]:
    """One line each."""
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


def place_faults(configuration: "Configuration") -> list[str]:
    """One line each: of what runs where, and how machines reach one another."""
    media, web, faults = configuration.media, configuration.web, []
    for key, origin in (("web.address", web.address), *(("web.peers", peer) for peer in web.peers)):
        if origin and not _ORIGIN.fullmatch(origin):
            faults.append(f"{key}: {origin} is not of the form http(s)://HOST or http(s)://HOST:PORT")
    if web.peers and not (web.address and configuration.redis_url and configuration.database_url):
        faults.append("web.peers: needs web.address, redis_url and database_url")
    if not 0 <= media.workers <= 64:
        faults.append(f"media.workers: {media.workers} is not between 0 and 64")
    elif configuration.media_port <= 65_535 < configuration.media_port_of(configuration.media_workers):
        faults.append(f"media.port: {configuration.media_workers} nodes do not fit from {configuration.media_port} on")
    if not _NAME.fullmatch(media.name):
        faults.append(f"media.name: {media.name} is not of 1 to 40 small letters, digits and hyphens")
    addresses = {"media.control": media.control, "jobs.control": configuration.jobs.control}
    addresses |= {f"recording.{name}": getattr(configuration.recording, name) for name in ("control", "tap")}
    for key, address in addresses.items():
        if address and not _HOST_AND_PORT.fullmatch(address):
            faults.append(f"{key}: {address} is not of the form HOST:PORT")
        elif address and key != "recording.tap" and len(configuration.control_secret) < LEAST_CONTROL_SECRET:
            faults.append(f"{key}: needs control_secret, of {LEAST_CONTROL_SECRET} characters or more")
    return faults
