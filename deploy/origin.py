"""The address people type, and every other under which pages may be ours."""

import socket
from urllib.parse import urlsplit

from deploy.configuration import Configuration

_PORT_LEFT_OUT = {"http": 80, "https": 443}
"""Browsers name these neither in the Host header nor in an origin."""


def origin(configuration: Configuration) -> str:
    """The address people type."""
    scheme = _scheme(configuration)
    if scheme == "http":
        return f"http://{_place('localhost', configuration)}"
    host = configuration.announced[0] if configuration.media.announce else configuration.listen
    if host in ("0.0.0.0", "::"):  # noqa: S104  compared with, not bound to
        host = socket.gethostname()
    return f"https://{_place(host, configuration)}"


def near(configuration: Configuration) -> str:
    """Where this very machine reaches the pages: what is announced need not lead back here."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(configuration.listen, configuration.listen)  # noqa: S104  compared
    return f"{_scheme(configuration)}://{_place(host, configuration)}"


def hosts(configuration: Configuration) -> frozenset[str]:
    """What the Host header of a request to us may say beside the address people type."""
    names = {*configuration.announced, "localhost", "127.0.0.1"}
    named = urlsplit(configuration.web.address).netloc
    return frozenset({_place(name, configuration) for name in names} | {named} - {""})


def origins(configuration: Configuration) -> tuple[str, ...]:
    """Whose pages are ours."""
    scheme, web = _scheme(configuration), configuration.web
    ours = {origin(configuration), *(f"{scheme}://{host}" for host in hosts(configuration))}
    return tuple(sorted(ours | {web.address, *web.peers} - {""}))


def _scheme(configuration: Configuration) -> str:
    return "http" if configuration.loopback_only and not configuration.web.tls_cert else "https"


def _place(name: str, configuration: Configuration) -> str:
    port = configuration.web.port
    name = f"[{name}]" if ":" in name else name  # IPv6
    return name if port == _PORT_LEFT_OUT[_scheme(configuration)] else f"{name}:{port}"
