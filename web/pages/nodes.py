"""The media nodes, for who tends them: what each carries, no new rooms for one, striking out one that is gone."""

from aiohttp import web

from bridge.ids import NodeId
from bridge.tending import Tending, is_gone
from web.keys import PORTS
from web.render import render, see_other
from web.requests import actor_of

HERE = "/operator/nodes"


def _tending(request: web.Request) -> Tending:
    ports = request.app[PORTS]
    return Tending(ports.units, ports.clock)


def _node(request: web.Request) -> NodeId:
    return NodeId(request.match_info["node"])


async def listing(request: web.Request) -> web.StreamResponse:
    """All of them."""
    rows = await _tending(request).listed(actor_of(request))
    now = request.app[PORTS].clock.utc()
    gone = frozenset(row.id for row in rows if is_gone(row, now))
    return render(request, "operator_nodes.html", rows=rows, gone=gone)


async def drain(request: web.Request) -> web.StreamResponse:
    """No new rooms."""
    await _tending(request).drain(actor_of(request), _node(request))
    raise see_other(HERE)


async def take_back(request: web.Request) -> web.StreamResponse:
    """Rooms again."""
    await _tending(request).take_back(actor_of(request), _node(request))
    raise see_other(HERE)


async def forget(request: web.Request) -> web.StreamResponse:
    """Struck out."""
    await _tending(request).forget(actor_of(request), _node(request))
    raise see_other(HERE)
