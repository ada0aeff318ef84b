"""Loading things for who may see them; what one may not see looks as if it were not there."""

from collections.abc import Sequence
from typing import NamedTuple

from aiohttp import web

from bridge.accounts import actor_in, actor_of
from bridge.errors import Code, NotFound
from bridge.finding import ReceptionFilter
from bridge.ids import ReceptionId, RecordingId
from bridge.model import Account, ReceptionRow, RecordingRow
from bridge.policy import Action, Actor, Concern, agencies_of, authorise, may
from bridge.reception import Reception, rebuilt
from web.config import WebPorts
from web.keys import PORTS
from web.requests import account_of


class Seen(NamedTuple):
    """A reception, and who asks as they stand in it."""

    reception: Reception
    actor: Actor

    def may(self, action: Action) -> bool:
        """Whether the policy lets them; whether now, the state says."""
        return may(self.actor, action, self.reception.concern)


async def reception_of(request: web.Request) -> Seen:
    """The reception of the address ``…/{reception}…``. Raises NotFound, Refusal(not_signed_in)."""
    account = account_of(request)
    found = await request.app[PORTS].receptions.present(ReceptionId(request.match_info["reception"]))
    actor = actor_in(account, found)
    authorise(actor, Action.SEE_RECEPTION, found.concern)
    return Seen(found, actor)


def open_to(account: Account, begin: int, end: int) -> ReceptionFilter:
    """The receptions of that time that the account may see: of its agency by a role, of any by a seat."""
    agencies = agencies_of(actor_of(account), Action.SEE_RECEPTION)
    return ReceptionFilter(begin, end, agencies, account.id)


async def seen_by(account: Account, ports: WebPorts, rows: Sequence[ReceptionRow]) -> list[Seen]:
    """The rows' receptions as this account stands in them, read in one question; without those it may not see."""
    async with ports.units.reading() as unit:
        histories = await unit.receptions.histories([row.id for row in rows])
    found = [rebuilt(histories[row.id]) for row in rows if row.id in histories]
    seen = [Seen(reception, actor_in(account, reception)) for reception in found]
    return [one for one in seen if one.may(Action.SEE_RECEPTION)]


def concern_of(row: RecordingRow) -> Concern:
    """What the policy looks at for a recording."""
    return Concern(f"recording {row.id}", row.agency)


async def recording_of(request: web.Request, action: Action) -> RecordingRow:
    """The recording of the address ``…/{recording}…``. Raises NotFound(unknown_recording), Refusal(not_signed_in)."""
    actor = actor_of(account_of(request))
    asked = RecordingId(request.match_info["recording"])
    try:
        async with request.app[PORTS].units.reading() as unit:
            row = await unit.recordings.get(asked)
    except NotFound as refusal:  # with the very code of one that is not theirs
        raise NotFound(Code.UNKNOWN_RECORDING, refusal.detail) from refusal
    if not may(actor, action, concern_of(row)):
        raise NotFound(Code.UNKNOWN_RECORDING, f"{action} on recording {row.id} by {actor.account}")
    return row


def sealed(row: RecordingRow) -> RecordingRow:
    """Raises NotFound(not_sealed) while there is no manifest to play or check by."""
    if not row.manifest_key:
        raise NotFound(Code.NOT_SEALED, f"recording {row.id}")
    return row
