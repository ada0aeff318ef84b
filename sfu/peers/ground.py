"""What every peer object stands on: the core, the port, time, randomness, and where events go."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from itertools import count
from typing import Protocol

from bridge.control import NodeEvent
from bridge.media import Source
from bridge.ports import Clock, Entropy
from sfu.core.seam import CoreEvent, DownId, ForwardingCore, UpId
from sfu.sdp import LocalIce
from sfu.settings import SfuConfig
from sfu.transport.ice import Credentials
from sfu.transport.port import MediaPort


class UplinkHost(Protocol):
    """Whose uplink it is: asked and told about its tracks."""

    def expect(self, source: Source) -> tuple[bool, bool]:
        """(gate open, tapped) of a source that is about to be received."""
        ...

    def handle(self, event: CoreEvent) -> None:
        """Something happened to one of its up tracks."""
        ...

    def gone(self, up: UpId) -> None:
        """An up track ended."""
        ...


class TapTrack(Protocol):
    """Where the accepted packets of one recorded track go."""

    def rtp(self, arrival_ns: int, packet: bytes) -> None: ...


@dataclass
class Ground:
    """One per node. ``candidates``: (address, port) as announced; set when the port is bound.
    ``hosts`` and ``taps`` say who hears of an up track's events and packets."""

    config: SfuConfig
    core: ForwardingCore
    port: MediaPort
    clock: Clock
    entropy: Entropy
    publish: Callable[[NodeEvent], None]
    candidates: tuple[tuple[str, int], ...] = ()
    hosts: dict[UpId, UplinkHost] = field(default_factory=dict)
    taps: dict[UpId, TapTrack] = field(default_factory=dict)
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    """Deliveries to recorders under way; the node ends them when it closes."""
    counts: Counter[str] = field(default_factory=Counter)
    _ups: "count[int]" = field(default_factory=lambda: count(1))
    _downs: "count[int]" = field(default_factory=lambda: count(1))

    def next_up(self) -> UpId:
        """A handle never used before."""
        return UpId(next(self._ups))

    def next_down(self) -> DownId:
        """A handle never used before."""
        return DownId(next(self._downs))

    def spawn(self, work: Coroutine[None, None, None], name: str) -> None:
        """Run it in the background until it ends or the node closes."""
        task = asyncio.create_task(work, name=name)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def local_ice(self, credentials: Credentials) -> LocalIce:
        """This node's side of a transport, for SDP."""
        return LocalIce(credentials.ufrag, credentials.pwd, self.port.fingerprint, self.candidates, tcp=self.config.tcp)
