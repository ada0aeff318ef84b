"""Loading things for who may see them; what one may not see looks as if it were not there, and the audit is told."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from aiohttp import web

from bridge.accounts import actor_in
from bridge.errors import Code, NotFound, NotPermitted
from bridge.evolution import rebuilt
from bridge.finding import ReceptionFilter
from bridge.ids import ReceptionId, RecordingId
from bridge.model import STAFF_SIDE, ReceptionRow, RecordingRow
from bridge.policy import Action, Actor, Concern, agencies_of, authorise, may
from bridge.reception import Reception
from bridge.repeats import note
from bridge.repositories import AuditEntry, UnitOfWork
from web.keys import PORTS
from web.requests import actor_of


class Seen(NamedTuple):
    """A reception, and who asks as they stand in it."""

    reception: Reception
    actor: Actor

    def may(self, action: Action) -> bool:
        """Whether the policy lets them; whether now, the state says."""
        return may(self.actor, action, self.reception.concern)


def shown_to(seen: Seen) -> Reception:
    """As much of it as they are shown: who comes as a citizen sees the officials, their own seat and their own cases,
    and nobody else who is received."""
    reception, actor = seen
    if actor.seat_role in STAFF_SIDE or actor.seat_role is None or seen.may(Action.CHANGE):
        return reception
    seats = {key: seat for key, seat in reception.seats.items() if key == actor.seat or seat.role in STAFF_SIDE}
    return msgspec.structs.replace(
        reception,
        seats=seats,
        agenda=tuple(item for item in reception.agenda if actor.seat in item.seats),
        participants={key: one for key, one in reception.participants.items() if one.seat in seats},
    )


async def reception_of(request: web.Request) -> Seen:
    """The reception of the address ``…/{reception}…``. Raises NotFound, Refusal(not_signed_in)."""
    someone = actor_of(request)
    found = await request.app[PORTS].receptions.present(ReceptionId(request.match_info["reception"]))
    actor = actor_in(someone, found)
    await allowed(request, actor, Action.SEE_RECEPTION, found.concern)
    return Seen(found, actor)


def open_to(actor: Actor, begin: int, end: int) -> ReceptionFilter:
    """The receptions of that time that the actor may see: of agencies by a role, of any by a seat."""
    agencies = agencies_of(actor, Action.SEE_RECEPTION)
    return ReceptionFilter(agencies=agencies, account=actor.account, from_utc_ns=begin, before_utc_ns=end)


async def seen_by(someone: Actor, unit: UnitOfWork, rows: Sequence[ReceptionRow]) -> list[Seen]:
    """The rows' receptions as they stand in them, read in one question; without those they may not see."""
    histories = await unit.receptions.histories([row.id for row in rows])
    found = [rebuilt(histories[row.id]) for row in rows if row.id in histories]
    seen = [Seen(reception, actor_in(someone, reception)) for reception in found]
    return [one for one in seen if one.may(Action.SEE_RECEPTION)]


def concern_of(row: RecordingRow) -> Concern:
    """What the policy looks at for a recording."""
    return Concern(f"recording {row.id}", row.agency)


async def recording_of(request: web.Request, action: Action) -> RecordingRow:
    """The recording of the address ``…/{recording}…``. Raises NotFound(unknown_recording), Refusal(not_signed_in)."""
    actor, asked = actor_of(request), RecordingId(request.match_info["recording"])
    try:
        async with request.app[PORTS].units.asking() as unit:
            row = await unit.recordings.get(asked)
        await allowed(request, actor, action, concern_of(row))
    except (NotFound, NotPermitted) as refusal:  # one that is not there and one that is not theirs: the very same
        raise NotFound(Code.UNKNOWN_RECORDING, refusal.detail) from refusal
    return row


async def allowed(request: web.Request, actor: Actor, action: Action, concern: Concern) -> None:
    """Asks the policy and tells the audit of a refusal: who reaches for what is not theirs leaves a trace, who only
    guesses at what is not there does not. Raises NotFound, NotPermitted."""
    try:
        authorise(actor, action, concern)
    except (NotFound, NotPermitted) as refusal:
        ports = request.app[PORTS]
        outcome = f"refused:{refusal.code}"
        entry = AuditEntry(ports.clock.utc(), actor.account, str(action), concern.name, outcome, request.path)
        async with ports.units.writing() as unit:
            await note(unit, entry, actor.account)
            await unit.commit()
        raise


def sealed(row: RecordingRow) -> RecordingRow:
    """Raises NotFound(not_sealed) while there is no manifest to play or check by."""
    if not row.manifest_key:
        raise NotFound(Code.NOT_SEALED, f"recording {row.id}")
    return row
