"""One live session of three points: people who come, act, see each other and go, while something is killed."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import msgspec

from bridge import commands as c
from bridge.errors import Code, Refusal
from bridge.ids import ParticipantId, ReceptionId
from bridge.media import Source
from bridge.model import Role
from bridge.states import ReceptionState
from deploy.points import PointPlan
from deploy.time import SystemClock
from tests.chaos.installation import Installation
from tests.chaos.plan import AFTER_S, AWAY, Choice, Part
from tests.chaos.points import LineLost, SteadyPoint
from tests.support.clients import until
from tests.support.product import Product, Visitor

SEATS = {
    "chutri": ("Trần Thị Chủ Trì", Role.CHAIR),
    "coquan": ("Phạm Đại Diện Sở", Role.AGENCY),
    "congdan": ("Nguyễn Văn Công Dân", Role.CITIZEN),
}
PER_SECOND = 10.0
_WITHIN_S = 90.0
_AGAIN_S = 0.3
_ACT_EVERY_S = (0.4, 0.9)


class Act(msgspec.Struct, frozen=True):
    """A hand that was raised or lowered, and that this was acknowledged."""

    participant: ParticipantId
    raised: bool
    at_utc_ns: int


class Played(msgspec.Struct):
    """What a session was, as those who were there know it."""

    reception: ReceptionId
    points: list[SteadyPoint] = []
    people: list[ParticipantId] = []
    acts: list[Act] = []
    refused: dict[str, str] = {}
    """While the database was away for long: what was asked, and the code of the refusal."""
    struck_utc_ns: int = 0
    back_s: float = 0.0
    flow_s: float = 0.0
    """From the strike until everybody saw a fresh picture of everybody; 0 when it came after the end."""
    closed_at: float = 0.0


class Cast:
    """The three people, signed in once."""

    def __init__(self, visitors: dict[str, Visitor]) -> None:
        self._visitors = visitors

    async def reception(self) -> ReceptionId:
        """A new one with open doors."""
        chair = self._visitors["chutri"]
        made = await chair.schedule("Chaos", dict(SEATS.values()))
        await chair.open_doors(made)
        return ReceptionId(made)

    def point(self, login: str, reception: ReceptionId, code: int) -> SteadyPoint:
        """Not joined yet. Only the chair speaks."""
        publishes = (Source.MICROPHONE, Source.CAMERA) if login == "chutri" else (Source.CAMERA,)
        plan = PointPlan(code, login, per_second=PER_SECOND, publishes=publishes)
        return SteadyPoint(plan, partial(self._visitors[login].invitation, reception), SystemClock())


@asynccontextmanager
async def cast(product: Product) -> AsyncIterator[Cast]:
    """Signed in until the end."""
    async with AsyncExitStack() as stack:
        visitors = {login: await stack.enter_async_context(product.reader(login)) for login in SEATS}
        yield Cast(visitors)


async def play(installation: Installation, people: Cast, choice: Choice) -> Played:
    """From the doors to the close. Raises TimeoutError when the session does not go on."""
    played = Played(await people.reception())
    async with AsyncExitStack() as stack:
        for code, login in enumerate(SEATS, start=1):
            point = people.point(login, played.reception, code)
            stack.push_async_callback(point.close)
            played.points.append(point)
        await _gather(played)
        strike = asyncio.create_task(_strike(installation, choice, played))
        stack.push_async_callback(_ended, strike)
        await _persist(played.points[0], c.StartReception("chaos"), _is(ReceptionState.LIVE))
        started = time.monotonic()
        actors = [asyncio.create_task(_act(point, choice, played)) for point in played.points]
        stack.push_async_callback(_ended, *actors)
        await _live(installation, choice, played, started, strike)
        await _ended(*actors)
        await _persist(played.points[0], c.CloseReception(), lambda _: False)
        played.closed_at = time.monotonic()
        await strike
    return played


async def _gather(played: Played) -> None:
    """Everybody is in the room and sends."""
    for point in played.points:
        room = await point.join()
        played.people.append(room.you)
    await until(lambda: all(point.uplink and point.uplink.state == "connected" for point in played.points), _WITHIN_S)
    await _persist(played.points[0], c.SetMicrophone(True), lambda _: False)


async def _strike(installation: Installation, choice: Choice, played: Played) -> None:
    await asyncio.sleep(choice.at_s)
    played.struck_utc_ns, played.back_s = await installation.strike(choice)


async def _live(
    installation: Installation, choice: Choice, played: Played, started: float, strike: "asyncio.Task[None]"
) -> None:
    """At least ``live_s``; what was killed meanwhile is back for ``AFTER_S``, and everybody sees everybody again."""
    if choice.part is Part.DATABASE_AWAY:
        await _ask_without_database(installation, played)
    if not choice.while_live:
        await asyncio.sleep(max(0.0, started + choice.live_s - time.monotonic()))
        return
    await strike
    fresh_ms = time.time_ns() // 1_000_000
    try:
        await until(lambda: all(point.sees_after(fresh_ms) for point in played.points), _WITHIN_S)
    except TimeoutError as late:
        blind = [point.plan.name for point in played.points if not point.sees_after(fresh_ms)]
        raise TimeoutError(f"{', '.join(blind)} do not see everybody again within {_WITHIN_S:.0f} s") from late
    if choice.part in AWAY:
        await until(lambda: played.points[0].healths[-1] == "writing", _WITHIN_S)
    played.flow_s = time.time() - played.struck_utc_ns / 1e9
    await asyncio.sleep(max(AFTER_S, started + choice.live_s - time.monotonic()))


async def _ask_without_database(installation: Installation, played: Played) -> None:
    """What must be stored first is refused meanwhile."""
    while not played.struck_utc_ns and not await _database_is_away(installation):  # noqa: ASYNC110  it has to be asked
        await asyncio.sleep(0.1)
    for command in (c.InterruptReception(), c.CloseReception()):
        try:
            await played.points[0].command(command)
        except (Refusal, LineLost) as refusal:
            played.refused[type(command).__name__] = str(getattr(refusal, "code", refusal))
        else:
            played.refused[type(command).__name__] = "done"


async def _database_is_away(installation: Installation) -> bool:
    try:
        async with installation.storage.units.reading() as unit:
            await unit.audit.head()
    except Refusal as refusal:
        return refusal.code is Code.STORAGE_UNAVAILABLE
    return False


async def _act(point: SteadyPoint, choice: Choice, played: Played) -> None:
    """Hands go up and down; one that is not acknowledged is asked for again."""
    rng = random.Random(f"{choice.seed}/{choice.number}/{point.plan.code}")
    raised = True
    while point.ended is None:
        await asyncio.sleep(rng.uniform(*_ACT_EVERY_S))
        try:
            await point.command(c.SetHand(raised))
        except (Refusal, LineLost):
            continue
        played.acts.append(Act(played.people[point.plan.code - 1], raised, time.time_ns()))
        raised = not raised


async def _persist(point: SteadyPoint, command: c.RoomCommand, done: Callable[[SteadyPoint], bool]) -> None:
    """Until it is acknowledged, or ``done`` without that, or the room has ended. Raises TimeoutError."""
    last = ""
    try:
        async with asyncio.timeout(_WITHIN_S):
            while point.ended is None and not done(point):
                try:
                    return await point.command(command)
                except (Refusal, LineLost) as fault:
                    last = f"{type(fault).__name__}: {fault}"
                await asyncio.sleep(_AGAIN_S)
    except TimeoutError as late:
        raise TimeoutError(f"{type(command).__name__} not done within {_WITHIN_S:.0f} s: {last}") from late


def _is(state: ReceptionState) -> Callable[[SteadyPoint], bool]:
    return lambda point: point.room is not None and point.room.state == state


async def _ended(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
