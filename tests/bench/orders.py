"""What the bench says to its worker processes, and what they answer: JSON, one message a line."""

import msgspec


class WorkOrder(msgspec.Struct, frozen=True, kw_only=True):
    """The first line a worker reads. ``door``: how one gets into the server (diemcau | galene | ideal | janus)."""

    role: str
    """publishers | receivers"""
    door: str
    publishers: int
    receivers: int
    address: str
    """Of the clients."""
    server: str
    control: str
    """Where the door is: the nodes' control addresses with blanks between (room i on node i modulo their number), a
    WebSocket, nothing for ideal."""
    clip: str
    rooms: int = 1
    """Publisher and receiver number i are in room i modulo this; a receiver gets everybody in its room."""
    seconds: float
    """After that long the worker ends, whatever happens."""


class Ready(msgspec.Struct, frozen=True):
    """Everybody is connected; ``ssrcs`` counts what each receiver was offered."""

    lines: int
    profile: int


class Counted(msgspec.Struct, frozen=True):
    """Since the last ``begin``. Latencies from the marks that one receiver in ten reads."""

    rtp: int = 0
    rtcp: int = 0
    other: int = 0
    checked: int = 0
    undecipherable: int = 0
    missing: int = 0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    late_ms: float = 0.0
    """Publishers: how far behind its time the latest packet was sent."""
    cpu_s: float = 0.0
    """The worker's own."""
