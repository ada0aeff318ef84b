"""Says in the registry that this machine's media nodes live and what they carry, and ends the ones that are drained.

Done by the supervisor, which lives as long as they do: a node parses what strangers send and has no database.
"""

import asyncio
import logging
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from ssl import SSLContext
from typing import Protocol

from bridge.control import NodeHealth
from bridge.errors import Refusal
from bridge.ids import NS_PER_S
from bridge.nodes import BEAT_S
from bridge.ports import Clock
from bridge.repositories import NodeRow, UnitsOfWork
from deploy.names import LocalNode
from recorder.places import way_to
from sfu.client import HttpMediaNode

_log = logging.getLogger(__name__)
FIRST_S = 0.2
"""A node that starts is waited for so closely: until it is known no room can be made."""


class Keeper(Protocol):
    """Who runs the processes."""

    def pid(self, name: str) -> int | None:
        """None while it does not run."""
        ...

    def rest(self, name: str) -> None:
        """End it, and do not start it again before :meth:`wake`."""
        ...

    def wake(self, name: str) -> None: ...


class Beating:
    """One node, and whether it rests: its drain has come to its end."""

    def __init__(
        self, local: LocalNode, announced: str, secret: str, keeper: Keeper, calling: SSLContext | None = None
    ) -> None:
        self.client = HttpMediaNode(way_to(local.control, calling), secret=secret)
        self.rests = False
        self._local = local
        self._announced = announced
        self._keeper = keeper
        self._used: tuple[int, int, float] | None = None
        """(process, when, seconds of processor time) at the beat before."""

    async def row(self, clock: Clock) -> NodeRow:
        """As it is now. Raises Unavailable."""
        health: NodeHealth = await self.client.health()
        return NodeRow(
            id=self._local.id,
            kind="sfu",
            control=self._local.control,
            announced=self._announced,
            seen_utc_ns=clock.utc(),
            load=self._load(clock.mono()),
            rooms=health.rooms,
            participants=health.participants,
            version=health.version,
        )

    def _load(self, now_ns: int) -> float:
        """Share of a core since the beat before; 0 at the first."""
        pid = self._keeper.pid(self._local.part)
        before, self._used = self._used, None
        used = None if pid is None else processor_seconds(pid)
        if pid is None or used is None:
            return 0.0
        self._used = (pid, now_ns, used)
        if before is None or before[0] != pid or before[1] == now_ns:
            return 0.0
        return round((used - before[2]) * NS_PER_S / (now_ns - before[1]), 4)

    def mind(self, said: Mapping[str, NodeRow]) -> None:
        """End it when it is to carry no more and carries nothing; start it again when that is taken back."""
        row = said.get(self._local.id)
        if row is None:
            return
        rests = row.draining and row.rooms == 0
        if rests is not self.rests:
            (self._keeper.rest if rests else self._keeper.wake)(self._local.part)
            _log.warning("node %s %s", self._local.id, "is drained and ends" if rests else "starts again")
        self.rests = rests


class Heartbeats:
    """:meth:`run` until cancelled, then :meth:`close`."""

    def __init__(self, nodes: Sequence[Beating], units: UnitsOfWork, clock: Clock) -> None:
        self.all_beat = not nodes
        """Whether every one of them answered the last time."""
        self._nodes = nodes
        self._units = units
        self._clock = clock

    async def run(self) -> None:
        """A row for each node that answers, every few seconds."""
        while True:
            try:
                await self.beat()
            except Exception:  # noqa: BLE001  a node that is not said to live loses its rooms: the next beat is tried
                self.all_beat = False
                _log.exception("media nodes are not said to live")
                await asyncio.sleep(BEAT_S)
            else:
                await asyncio.sleep(BEAT_S if self.all_beat else FIRST_S)

    async def beat(self) -> None:
        """Once."""
        asked = [one for one in self._nodes if not one.rests]
        answers = await asyncio.gather(*(one.row(self._clock) for one in asked), return_exceptions=True)
        rows = [answer for answer in answers if isinstance(answer, NodeRow)]
        try:
            await self._write(rows)
        except Refusal as refusal:
            _log.warning("media nodes are not said to live: %s", refusal)
        else:
            self.all_beat = len(rows) == len(asked)
        for answer in answers:  # only now: the others' rows are written
            if isinstance(answer, BaseException) and not isinstance(answer, Refusal):
                raise answer

    async def _write(self, rows: Sequence[NodeRow]) -> None:
        if not self._nodes:
            return
        async with self._units.writing() as unit:
            for row in rows:
                await unit.nodes.heartbeat(row)
            said = {row.id: row for row in await unit.nodes.of_kind("sfu")}
            await unit.commit()
        for one in self._nodes:
            one.mind(said)

    async def close(self) -> None:
        """Idempotent."""
        for one in self._nodes:
            await one.client.close()


def processor_seconds(pid: int) -> float | None:
    """Of a process since its start, as the kernel counts it; None when it is gone."""
    try:
        said = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    user, system = said.rpartition(")")[2].split()[11:13]  # fields 14 and 15 of proc(5); the name may hold blanks
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
