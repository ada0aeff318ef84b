"""``diemcau debug capture``: headers of one participant's packets into a file that its owner alone can read."""

import os
import pwd
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec
from rich.console import Console

from bridge.accounts import actor_of, checked_login
from bridge.debugging import CaptureRequest, Capturing
from bridge.errors import NotExported, NotFound, NotPermitted
from bridge.ids import ParticipantId, ReceptionId
from bridge.policy import Actor
from bridge.receptions import ReceptionService
from bridge.repositories import UnitsOfWork
from deploy.asking import asked as asked_parts
from deploy.configuration import Configuration
from deploy.folder import prepare
from deploy.stores import opened
from deploy.time import SystemClock, SystemEntropy
from signaling.notices import InProcessNotices


class Asked(msgspec.Struct, frozen=True):
    """What the command was told. ``by``: sign-in name of who asks."""

    room: str
    participant: str
    seconds: int
    by: str
    why: str
    out: Path


async def capture(configuration: Configuration, asked: Asked, console: Console) -> None:
    """Prints where it lies. Raises Refusal, NotExported; then no file is left."""
    async with asked_parts(configuration) as parts, opened(configuration, prepare(configuration)) as storage:
        clock = SystemClock()
        receptions = ReceptionService(storage.units, clock, SystemEntropy(), InProcessNotices())
        request = CaptureRequest(
            await _actor(storage.units, asked.by),
            _hand(),
            ReceptionId(asked.room),
            ParticipantId(asked.participant),
            asked.seconds,
            asked.why,
        )
        with console.status(f"{asked.seconds} s …"):
            await write_capture(Capturing(storage.units, receptions, parts.node_of, clock), request, asked.out)
    console.print(f"{asked.out.stat().st_size} bytes in {asked.out}: headers only", markup=False, soft_wrap=True)


async def write_capture(service: Capturing, request: CaptureRequest, out: Path) -> None:
    """The file exists when all of it came, or not at all. Raises Refusal, NotExported."""
    with _own_file(out) as file:
        async with aclosing(service.capture(request)) as pieces:
            async for piece in pieces:
                file.write(piece)


@contextmanager
def _own_file(out: Path) -> Iterator[BinaryIO]:
    """A new one, to be read by its owner alone; gone again when it could not be filled."""
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise NotExported(f"{out}: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except BaseException as error:  # whatever ends it, half a file is none
        out.unlink()
        if isinstance(error, OSError):
            raise NotExported(f"{out}: {error.strerror}") from error
        raise


async def _actor(units: UnitsOfWork, login: str) -> Actor:
    """Raises NotFound for a login that nobody has, NotPermitted for a closed account."""
    async with units.reading() as unit:
        account = await unit.accounts.by_login(checked_login(login))
        if account is None:
            raise NotFound(detail=f"no account {login}")
        below = await unit.organisation.below(account.agency)
    if account.disabled:
        raise NotPermitted(detail=f"the account {login} is closed")
    return actor_of(account, below)


def _hand() -> str:
    """The machine's user, and whose sudo it was: the account that is named may be anybody's, the hand is not."""
    user = pwd.getpwuid(os.getuid()).pw_name
    behind = os.environ.get("SUDO_USER", "")
    return f"{user} (sudo {behind})" if behind else user
