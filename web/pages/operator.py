"""The operator's pages: every live room with its alarms, one room with ten minutes of its lines, the offer to help."""

from collections.abc import Sequence
from typing import NamedTuple

from aiohttp import web

from bridge.board import KEPT, RoomSample, Row, Severity, alarms_of, is_hard
from bridge.commands import OfferHelp, TakeBackHelp
from bridge.help import Help, open_help_of
from bridge.model import Role, Seat
from bridge.policy import Action
from bridge.quality import BEST
from bridge.rules import may_join
from bridge.states import HelpState
from bridge.tending import Tending
from web.boards import Overlooked, overlooked, rows_for
from web.graphs import HEIGHT, WIDTH, Graph, graph_of
from web.keys import ASSETS, PORTS
from web.overview import address
from web.pages.linetest import tests_by_seat
from web.render import render, see_other
from web.requests import account_of, actor_of
from web.scheduling import directory, seat_at

HERE = "/operator"
REFRESH_S = 10
"""A sample is taken as often."""
_LATE_TOP_MS = 20_000.0
"""The recorder's lateness is drawn up to the replay: what is later than that is lost."""


class SeatLine(NamedTuple):
    """A seat on the page of one room. ``now`` None: not measured."""

    seat: Seat
    connected: bool
    graph: Graph
    table: Sequence[float | None]


async def listing(request: web.Request) -> web.StreamResponse:
    """Every room the reader may watch."""
    ports = request.app[PORTS]
    rows = await rows_for(actor_of(request), ports)
    return render(
        request,
        "operator.html",
        rows=rows,
        alarmed=_alarmed(rows),
        tends_nodes=await Tending(ports.units, ports.clock).may(actor_of(request)),
        at=ports.clock.utc(),
        script=request.app[ASSETS].entry("operator").scripts,
        refresh_s=REFRESH_S,
        here_of=here_of,
        is_hard=is_hard,
    )


def _alarmed(rows: Sequence[Row]) -> int:
    return sum(row.severity in (Severity.BAD, Severity.LATE) for row in rows)


def here_of(reception_id: str) -> str:
    """The page of one room."""
    return f"{HERE}/receptions/{reception_id}"


async def show(request: web.Request) -> web.StreamResponse:
    """One room."""
    found, ports = await overlooked(request), request.app[PORTS]
    watched = found.watched
    reception, samples = watched.reception, watched.samples
    seat = reception.seat_of(found.actor.account)
    return render(
        request,
        "operator_room.html",
        found=found,
        reception=reception,
        address=address(reception),
        own=here_of(reception.id),
        alarms=alarms_of(watched),
        lines=lines_of(found),
        tests=await tests_by_seat(request, reception),
        newest=samples[-1] if samples else None,
        late=graph_of([_late_ms(sample) for sample in samples], KEPT, _LATE_TOP_MS),
        size=(WIDTH, HEIGHT),
        help=open_help_of(reception.helps, found.actor.account),
        declined=declined(found),
        may_help=found.may(Action.OFFER_HELP),
        may_enter=seat is not None and may_join(reception, seat.id) is None,
        at=ports.clock.utc(),
        script=request.app[ASSETS].entry("operator").scripts,
        refresh_s=REFRESH_S,
        is_hard=is_hard,
    )


def _late_ms(sample: RoomSample) -> float | None:
    return None if sample.behind_ms is None else float(sample.behind_ms)


def lines_of(found: Overlooked) -> list[SeatLine]:
    """A line for each seat that was measured, or that somebody is expected from."""
    watched = found.watched
    reception = watched.reception
    measured = {seat for sample in watched.samples for seat in sample.seats}
    shown = [seat for seat in reception.seats.values() if seat.id in measured or seat.id not in reception.helps]
    there = {someone.seat for someone in reception.participants.values() if someone.connected}
    return [_line(seat, seat.id in there, watched.samples) for seat in shown]


def _line(seat: Seat, connected: bool, samples: Sequence[RoomSample]) -> SeatLine:
    ratings = [sample.seats[seat.id].rating if seat.id in sample.seats else None for sample in samples]
    return SeatLine(seat, connected, graph_of(ratings, KEPT, BEST), ratings)


def declined(found: Overlooked) -> Help | None:
    """The reader's last offer, when it was declined."""
    own = [one for one in found.watched.reception.helps.values() if one.seat.account == found.actor.account]
    return own[-1] if own and own[-1].state is HelpState.DECLINED else None


async def offer_help(request: web.Request) -> web.StreamResponse:
    """Asks who conducts; sent twice is asked once."""
    found, ports = await overlooked(request), request.app[PORTS]
    account, reception = account_of(request), found.watched.reception
    known = await directory(ports.units)
    seat = seat_at(ports.entropy, account.id, Role.OPERATOR, account.name, known.point_of(account))
    await ports.receptions.execute(found.actor, reception.id, OfferHelp(seat))
    raise see_other(here_of(reception.id))


async def take_back_help(request: web.Request) -> web.StreamResponse:
    """Before it is answered."""
    found = await overlooked(request)
    reception = found.watched.reception
    await request.app[PORTS].receptions.execute(found.actor, reception.id, TakeBackHelp())
    raise see_other(here_of(reception.id))
