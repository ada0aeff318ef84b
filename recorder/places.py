"""Unix sockets at addresses of the form ``unix:PATH``."""

import socket
from pathlib import Path


def bound_socket(address: str) -> socket.socket:
    """Bound, not listening yet, for this user only; what an earlier run left there is replaced. Raises OSError."""
    path = Path(address.removeprefix("unix:"))
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bound.bind(str(path))
        path.chmod(0o600)
    except OSError:
        bound.close()
        raise
    return bound
