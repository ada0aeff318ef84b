"""Trying a line: who may, how often, and what is kept of it. Works without a sign-in and without a room.

A run is a sealed word that the browser sends with each step, so that any web process takes the next one; how often
each step was done is counted in the process that does it.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NoBase64
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum

import msgspec

from bridge.control import ProbeOffer
from bridge.errors import Code, Invalid, Refusal
from bridge.ids import NS_PER_S
from bridge.linetests import KEPT, LinePath, LineTest, PathResult, Tester, number_of
from bridge.pace import EVERYBODY, after_mistake, check_pace
from bridge.trying_rows import Tried
from web.config import WebPorts

RUN_S = 120
"""Four paths of ten seconds, connecting included."""
_RUNS = 1_000
_ADDRESSES = 10_000
_ECHOES = 32
"""WebSocket echoes at once: of 2 Mb/s both ways."""
_MOST_SDP = 32 * 1024
_ABOUT = "line test"


class Step(Enum):
    """What a run may do, and how often: a browser that lost its way tries a path once more."""

    PROBE = 6
    ECHO = 2
    REPORT = 1


class _Run(msgspec.Struct, frozen=True):
    id: str
    until_utc_ns: int
    tester: Tester


class LineDesk:
    """One for all pages."""

    def __init__(self, ports: WebPorts) -> None:
        self._ports = ports
        self._tried: dict[str, Tried] = {}
        self._done: OrderedDict[tuple[str, Step], int] = OrderedDict()
        self._echoes = 0

    def begin(self, tester: Tester, address: str) -> str:
        """A run. Raises Refusal(too_many_requests): each counts as a guess does, ten at once from an address and one
        more each six seconds."""
        now = self._ports.clock.utc()
        check_pace(self._tried, address, now)
        self._tried |= {tried.key: tried for tried in after_mistake(self._tried, address, now)}
        while len(self._tried) > _ADDRESSES:
            del self._tried[next(key for key in self._tried if key != EVERYBODY)]
        run = _Run(self._ports.entropy.id(), self._ports.clock.utc() + RUN_S * NS_PER_S, tester)
        sealed = self._ports.secrets.seal(msgspec.json.encode(run), _ABOUT)
        return urlsafe_b64encode(sealed.encode()).decode()

    async def probe(self, run: str, sdp: str) -> str:
        """The node's answer. Raises Refusal as :meth:`bridge.ports.ProbedNode.probe`, and token_invalid."""
        if len(sdp) > _MOST_SDP:
            raise Invalid(Code.TOO_LARGE, field="sdp", limit=str(_MOST_SDP))
        self._take(run, Step.PROBE)
        return (await self._ports.probed.probe(ProbeOffer(sdp))).sdp

    @contextmanager
    def echoing(self, run: str) -> Iterator[None]:
        """While a WebSocket is echoed. Raises Refusal: token_invalid, too_many_requests."""
        self._take(run, Step.ECHO)
        if self._echoes >= _ECHOES:
            raise Refusal(Code.TOO_MANY_REQUESTS, f"{_ECHOES} echoes", seconds="20")
        self._echoes += 1
        try:
            yield
        finally:
            self._echoes -= 1

    async def report(self, run: str, paths: tuple[PathResult, ...], device: str) -> str:
        """Kept; its number. Raises Refusal(token_invalid), Invalid."""
        if len({one.path for one in paths}) != len(LinePath) or len(paths) != len(LinePath):
            raise Invalid(Code.INVALID_FIELD, "each path once", field="paths")
        tester = self._take(run, Step.REPORT)
        entropy = self._ports.entropy
        number = number_of(entropy.bits(32))
        test = LineTest(
            id=entropy.id(),
            number=number,
            at_utc_ns=self._ports.clock.utc(),
            who=tester.who,
            agency=tester.agency,
            account=tester.account,
            reception=tester.reception,
            seat=tester.seat,
            device=device,
            paths=paths,
        )
        try:
            async with self._ports.units.writing() as unit:
                await unit.line_tests.keep(test, KEPT)
                await unit.commit()
        except BaseException:  # whatever it was: nothing is kept, so the browser may send it again
            self._give_back(run, Step.REPORT)
            raise
        return number

    def _give_back(self, run: str, step: Step) -> None:
        found = self._opened(run)
        if found is not None and (place := (found.id, step)) in self._done:
            self._done[place] -= 1

    def _take(self, run: str, step: Step) -> Tester:
        found = self._opened(run)
        if found is None or found.until_utc_ns < self._ports.clock.utc():
            raise Refusal(Code.TOKEN_INVALID, "run of a line test")
        place = (found.id, step)
        done = self._done.get(place, 0)
        if done >= step.value:
            raise Refusal(Code.TOKEN_INVALID, f"{step.name} again")
        self._done[place] = done + 1
        while len(self._done) > len(Step) * _RUNS:
            self._done.popitem(last=False)
        return found.tester

    def _opened(self, run: str) -> _Run | None:
        try:
            said = self._ports.secrets.open(urlsafe_b64decode(run.encode()).decode(), _ABOUT)
        except (NoBase64, UnicodeError, ValueError):
            return None
        return None if said is None else msgspec.json.decode(said, type=_Run)
