"""The address people type."""

import socket

from deploy.configuration import Configuration


def origin(configuration: Configuration) -> str:
    """The address people type."""
    if configuration.loopback_only and not configuration.web.tls_cert:
        return f"http://localhost:{configuration.web.port}"
    host = configuration.announced[0] if configuration.media.announce else configuration.listen
    if host in ("0.0.0.0", "::"):  # noqa: S104  compared with, not bound to
        host = socket.gethostname()
    return f"https://{host}:{configuration.web.port}"
