"""Settings of a media node. They come from ``deploy``; nothing here reads the environment."""

import ssl

import msgspec

from bridge.ids import NodeId


class SfuConfig(msgspec.Struct, frozen=True, kw_only=True):
    """``control``: where the control API listens, ``unix:PATH`` or ``HOST:PORT``. ``secret``: what whoever orders it
    must show (bearer), empty on a Unix socket, which is its owner's alone. ``calling``: of the tap's lines to other
    machines; Unix sockets go without."""

    node: NodeId
    control: str
    secret: str = ""
    calling: ssl.SSLContext | None = None
    listen: str = "127.0.0.1"
    """Numeric address of the media port; ``::`` is every address, of IPv4 too."""
    port: int = 0
    """Number of the media port, UDP and TCP; 0: any free one."""
    tcp: bool = True
    """Whether browsers may come by TCP where UDP is blocked."""
    announced: tuple[str, ...] = ()
    """Numeric addresses told to browsers as candidates, the preferred first; empty: ``listen`` alone."""
    replay_seconds: float = 20.0
    """How long what the recorder did not confirm is kept for it."""
    replay_bytes: int = 256 * 1024 * 1024
    """Most memory the replay of one room may take; beyond it the oldest goes, declared like the too old."""
    rooms: int = 200
    participants: int = 64
    """In one room; beyond either limit: ``room_full``."""
    events_kept: int = 4096
    """Control events kept for a consumer that comes back."""
    version: str = "0"
