"""``diemcau demo``: everything started, and synthetic points in a reception, so that one person sees a full room.

The person signs in as the demo chair, starts, gives the floor to a point (it then speaks), ends, and finds the
recording in the archive. The points go when the reception is over.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import msgspec
from rich.console import Console

from bridge.accounts import PASSWORD_BYTES
from bridge.commands import OpenDoors, ScheduleReception
from bridge.errors import NotFound, Refusal
from bridge.ids import AccountId, BridgePointId, CaseId, ParticipantId, SeatId
from bridge.media import Source
from bridge.model import Account, AgendaItem, Level, ReceptionKind, Role, Seat, SeatPerson
from bridge.policy import SYSTEM
from bridge.ports import JoinGrant
from bridge.reception import Reception
from bridge.receptions import ReceptionService
from deploy.configuration import Configuration
from deploy.first_start import CHAIR_LOGIN
from deploy.folder import DataFolder, prepare
from deploy.origin import origin
from deploy.points import LOOPBACK, Invitation, Point, PointPlan
from deploy.stores import opened
from deploy.time import SystemClock, SystemEntropy
from deploy.tls import own_context
from deploy.up import running
from deploy.webprocess import signaling_config
from signaling.notices import InProcessNotices
from signaling.tokens import SignedJoinTokens
from storage.build import Storage
from web.passwords import Argon2Passwords

_TITLE = "Buổi tiếp công dân trực tuyến (trình diễn)"
_FRAMES_PER_S = 12.0
"""Encoded by this very machine: enough to be seen moving."""


async def demo(configuration: Configuration, console: Console, points: int) -> int:
    """Until SIGINT. Raises as :func:`deploy.up.up`."""
    async with running(configuration, console) as supervised:
        if not supervised.stopping.is_set():
            await _play(configuration, console, points, supervised.stopping)
        return await supervised.task


async def _play(configuration: Configuration, console: Console, points: int, stopping: asyncio.Event) -> None:
    """Until everything stops. What befalls the points once it does is no fault: the pages end before them."""
    folder = prepare(configuration)
    async with opened(configuration, folder) as storage:
        stage = Stage(configuration, folder, storage)
        reception, password = await stage.set(points)
        _tell(console, configuration, reception, password)
        playing, stopped = asyncio.create_task(stage.play(reception)), asyncio.create_task(stopping.wait())
        await asyncio.wait({playing, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not stopping.is_set():
            await playing
            console.print("The demo reception is over: its recording is in the archive. Stop with Ctrl-C.")
            await stopped
        playing.cancel()
        await asyncio.gather(playing, return_exceptions=True)


def _tell(console: Console, configuration: Configuration, reception: Reception, password: str) -> None:
    address = f"{origin(configuration)}/receptions/{reception.id}"
    console.print(f"\nDemo: sign in as {CHAIR_LOGIN} with {password}\nthen go to {address}", markup=False)


class Stage:
    """The demo reception and the points that play in it."""

    def __init__(self, configuration: Configuration, folder: DataFolder, storage: Storage) -> None:
        clock, entropy = SystemClock(), SystemEntropy()
        config = signaling_config(configuration, folder)
        self._units = storage.units
        self._clock = clock
        self._entropy = entropy
        self._origin = origin(configuration)
        self._path = config.path
        self._address = LOOPBACK if configuration.loopback_only else None
        self._receptions = ReceptionService(storage.units, clock, entropy, InProcessNotices())
        self._tokens = SignedJoinTokens(
            storage.units, clock, entropy, key=config.key, owner=config.owner, valid_s=config.token_s
        )

    async def set(self, points: int) -> tuple[Reception, str]:
        """A reception with its doors open, and a new password for its chair."""
        chair, password = await self._chair()
        seats = [self._seat(chair.id, Role.CHAIR, chair.name, "Điểm cầu trung tâm", Level.CENTRAL)]
        for number in range(1, points + 1):
            role, level = (Role.AGENCY, Level.PROVINCE) if number == 1 else (Role.CITIZEN, Level.COMMUNE)
            account = AccountId(f"demo-point-{number}")
            seats.append(self._seat(account, role, f"Người mẫu {number}", f"Điểm cầu mẫu {number}", level))
        citizens = tuple(seat.id for seat in seats if seat.role is Role.CITIZEN)
        planned = await self._receptions.schedule(
            SYSTEM,
            ScheduleReception(
                title=_TITLE,
                agency=chair.agency,
                office="Ban Tiếp công dân (mẫu)",
                kind=ReceptionKind.AD_HOC,
                starts_utc_ns=self._clock.utc(),
                seats=tuple(seats),
                agenda=(AgendaItem(1, CaseId(self._entropy.id()), "Vụ việc trình diễn", citizens),),
            ),
        )
        return await self._receptions.execute(SYSTEM, planned.id, OpenDoors()), password

    async def play(self, reception: Reception) -> None:
        """Every synthetic seat is taken by a point, until the reception is over."""
        seats = [seat for seat in reception.seats.values() if seat.role is not Role.CHAIR]
        async with asyncio.TaskGroup() as group:
            for code, seat in enumerate(seats, start=1):
                group.create_task(self._play_one(reception, seat, code))

    async def _play_one(self, reception: Reception, seat: Seat, code: int) -> None:
        plan = PointPlan(code, seat.name, per_second=_FRAMES_PER_S, address=self._address)
        point = Point(plan, self._inviting(reception, seat), self._clock, own_context())
        try:
            await point.join()
            await speak_when_given_the_floor(point)
        except Refusal:
            return  # the reception is over, or another device took the seat
        finally:
            await point.close()

    def _inviting(self, reception: Reception, seat: Seat) -> Callable[[], Awaitable[Invitation]]:
        async def invite() -> Invitation:
            token = self._tokens.mint(JoinGrant(reception.id, seat.id, seat.account))
            return Invitation(self._origin, token, self._path)

        return invite

    async def _chair(self) -> tuple[Account, str]:
        password = self._entropy.token(PASSWORD_BYTES)
        async with self._units.writing() as unit:
            chair = await unit.accounts.by_login(CHAIR_LOGIN)
            if chair is None:
                raise NotFound(detail=f"account {CHAIR_LOGIN}: the demo runs in trial mode on its own data folder")
            stored = Argon2Passwords(self._entropy).hash(password)
            await unit.accounts.replace(
                msgspec.structs.replace(chair, password_hash=stored, must_change_password=False)
            )
            await unit.commit()
        return chair, password

    def _seat(self, account: AccountId, role: Role, name: str, point: str, level: Level) -> Seat:
        return Seat(
            id=SeatId(self._entropy.id()),
            account=account,
            role=role,
            name=name,
            point=BridgePointId(self._entropy.id()),
            point_name=point,
            level=level,
            people=(SeatPerson(name, role),),
        )


async def speak_when_given_the_floor(point: Point) -> None:
    """Raises its hand once, opens its microphone while it has the floor, closes it when it is taken back."""
    speaking = False
    while True:
        speaking = await _floor_becomes(point, not speaking)
        with contextlib.suppress(Refusal):  # taken back in the same moment
            await (point.open(Source.MICROPHONE) if speaking else point.shut(Source.MICROPHONE))


async def _floor_becomes(point: Point, wanted: bool) -> bool:
    def changed(room: object) -> bool:
        return _floor(point) is wanted

    while True:
        try:
            await point.until(changed, seconds=60)
        except TimeoutError:
            continue  # a chair may take their time
        return wanted


def _floor(point: Point) -> bool:
    room = point.room
    if room is None:
        return False
    own: ParticipantId = room.you
    return any(someone.id == own and someone.floor for someone in room.participants)
