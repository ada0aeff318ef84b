"""What the room's socket is set up with; read and checked by deploy."""

from collections.abc import Iterable

import msgspec

from bridge.live import LiveSettings
from bridge.office import OfficeText
from bridge.watch import WatchTimes


class SignalingConfig(msgspec.Struct, frozen=True, kw_only=True):
    """``owner``: this process in leases and join tokens, the address under which its socket is reached; stable over
    restarts, so that it takes its own rooms back at once. ``key``: 32 random bytes or more, kept secret. ``boot``:
    names this run of the machine and with it the monotonic clock; empty: unknown.

    Times in seconds, sizes in bytes.
    """

    owner: str
    key: bytes
    boot: str = ""
    path: str = "socket.io"
    origins: tuple[str, ...] = ()
    """Whose pages may open the socket. None named: those of the very host that was asked, over plain http only (the
    library does not see that a line is TLS)."""
    ping_interval_s: float = 10
    ping_timeout_s: float = 10
    end_s: float = 10
    """How long a room that ends with its process waits for what is under way, and then for what is not stored yet."""
    max_message: int = 256 * 1024
    """An answer to a downlink of 30 participants with three tracks each is about 80 kB."""
    max_uplink_sdp: int = 64 * 1024
    """A browser's offer of three m-lines is about 10 kB."""
    messages_per_s: float = 20
    messages_burst: int = 60
    token_s: int = 120
    resume_s: float = 30
    wait_s: float = 300
    """How long a place in the waiting area is kept without its line: telephones sleep."""
    lease_s: float = 10
    """Renewed each third of it. Who is dead so long is succeeded; people wait for it, and a resume counts 30 s."""
    tick_s: float = 1
    idle_s: float = 60
    """A room in which nobody is and that is not under way is given up after that."""
    enter_s: float = 10
    """A socket that has not entered a room by then is closed."""
    unstored: int = 5000
    """Events of one room kept in memory while the database is away: hours of talk, some MB."""
    watch: WatchTimes = WatchTimes()
    live: LiveSettings = LiveSettings()


def with_office(config: SignalingConfig, nearest_first: Iterable[OfficeText]) -> SignalingConfig:
    """With the resume time and length of a session that the office of a reception set, where it did."""
    texts = list(nearest_first)
    resume = next((text.resume_seconds for text in texts if text.resume_seconds is not None), config.resume_s)
    planned = next(
        (text.session_minutes for text in texts if text.session_minutes is not None), config.live.planned_minutes
    )
    live = msgspec.structs.replace(config.live, planned_minutes=planned)
    return msgspec.structs.replace(config, resume_s=resume, live=live)
