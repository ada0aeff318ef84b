"""The operator's page of a reception's lines from its beginning, also when it is over."""

from collections.abc import Sequence
from typing import NamedTuple

from aiohttp import web

from bridge.linehistory import KeptLook, SeatSummary, summed_up, thinned
from bridge.model import Seat
from bridge.policy import Action
from bridge.quality import BEST, Quality, quality_of
from bridge.reception import Reception
from web.graphs import HEIGHT, WIDTH, Graph, graph_of
from web.keys import PORTS
from web.overview import address
from web.reach import allowed, reception_of
from web.render import render

MOST = 2_160
"""Looks of one page: six hours. The API gives them all."""
_PLACES = WIDTH // 2
"""Of the drawing; more lie closer together than an eye can tell apart."""


class PastLine(NamedTuple):
    """A seat over the whole time."""

    seat: Seat
    summary: SeatSummary
    graph: Graph

    @property
    def quality(self) -> Quality:
        """Of half of the time or more."""
        return quality_of(self.summary.middle)


async def show(request: web.Request) -> web.StreamResponse:
    """One reception."""
    seen, ports = await reception_of(request), request.app[PORTS]
    reception = seen.reception
    await allowed(request, seen.actor, Action.WATCH_ROOMS, reception.concern)
    async with ports.units.reading() as unit:
        looks = await unit.line_looks.of_reception(reception.id, 0, MOST + 1)
    return render(
        request,
        "operator_lines.html",
        reception=reception,
        address=address(reception),
        lines=lines_of(reception, looks[:MOST]),
        looks=looks[:MOST],
        missed=sum(look.missed for look in looks[:MOST]),
        more=len(looks) > MOST,
        size=(WIDTH, HEIGHT),
    )


def lines_of(reception: Reception, looks: Sequence[KeptLook]) -> list[PastLine]:
    """A line for each seat that was measured and is still in the plan."""
    known = [one for one in summed_up(looks) if one.seat in reception.seats]
    return [PastLine(reception.seats[one.seat], one, _graph(one)) for one in known]


def _graph(summary: SeatSummary) -> Graph:
    drawn = thinned(summary.ratings, _PLACES)
    return graph_of(drawn, max(len(drawn), 2), BEST)
