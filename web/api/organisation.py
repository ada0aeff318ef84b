"""REST for agencies and bridge points: set-up, by the same services as its pages."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from aiohttp import web

from bridge.ids import AgencyId, BridgePointId
from bridge.model import Agency, BridgePoint
from bridge.policy import Actor
from bridge.setup import PointText, SettingUp, SetUp
from web.api.bodies import json_response, made_response, read_body, read_query
from web.api.wire import (
    AgenciesPage,
    AgencyChange,
    AgencyRequest,
    AgencyView,
    PointChange,
    PointRequest,
    PointsPage,
    PointView,
)
from web.config import WebPorts
from web.paging import Paged, PageQuery, parse_cursor
from web.requests import actor_of

Named = TypeVar("Named", Agency, BridgePoint)


def _agency_view(agency: Agency) -> AgencyView:
    return AgencyView(agency.id, agency.name, agency.level, agency.parent)


def _point_view(point: BridgePoint) -> PointView:
    return PointView(point.id, point.agency, point.name, point.level, point.place)


def _key(named: Agency | BridgePoint) -> tuple[str, str]:
    return named.name, named.id


def _page(named: Iterable[Named], asked: PageQuery) -> Paged[Named]:
    """An organisation has hundreds of them, and the whole of it is read to know what is in one's own part."""
    after = parse_cursor(asked.after, tuple[str, str])
    rows: Sequence[Named] = sorted((one for one in named if after is None or _key(one) > after), key=_key)
    return Paged(rows, asked.limit, _key)


class OrganisationApi:
    """The handlers."""

    def __init__(self, ports: WebPorts) -> None:
        self._desk = SettingUp(ports.units, ports.clock, ports.entropy)

    async def _part(self, actor: Actor) -> tuple[list[Agency], list[BridgePoint]]:
        async def read(setup: SetUp) -> tuple[list[Agency], list[BridgePoint]]:
            own = setup.tree.under(actor.agency)
            ids = {agency.id for agency in own}
            return own, [point for point in setup.tree.points.values() if point.agency in ids]

        return await self._desk.look(actor, read)

    async def agencies(self, request: web.Request) -> web.StreamResponse:
        """``GET /api/agencies``."""
        asked = read_query(request, PageQuery)
        page = _page((await self._part(actor_of(request)))[0], asked)
        return json_response(AgenciesPage(tuple(map(_agency_view, page.rows)), page.next))

    async def agency(self, request: web.Request) -> web.StreamResponse:
        """``GET /api/agencies/{agency}``."""
        return json_response(_agency_view(await self._agency(request)))

    async def add_agency(self, request: web.Request) -> web.StreamResponse:
        """``POST /api/agencies``."""
        asked = await read_body(request, AgencyRequest)
        made = await self._desk.change(
            actor_of(request), lambda setup: setup.add_agency(asked.name, asked.level, asked.parent)
        )
        return made_response(_agency_view(made), f"/api/agencies/{made.id}")

    async def change_agency(self, request: web.Request) -> web.StreamResponse:
        """``PATCH /api/agencies/{agency}``."""
        asked, agency = await read_body(request, AgencyChange), AgencyId(request.match_info["agency"])
        await self._desk.change(actor_of(request), lambda setup: setup.rename_agency(agency, asked.was, asked.name))
        return json_response(_agency_view(await self._agency(request)))

    async def points(self, request: web.Request) -> web.StreamResponse:
        """``GET /api/points``."""
        asked = read_query(request, PageQuery)
        page = _page((await self._part(actor_of(request)))[1], asked)
        return json_response(PointsPage(tuple(map(_point_view, page.rows)), page.next))

    async def point(self, request: web.Request) -> web.StreamResponse:
        """``GET /api/points/{point}``."""
        return json_response(_point_view(await self._point(request)))

    async def add_point(self, request: web.Request) -> web.StreamResponse:
        """``POST /api/points``."""
        asked = await read_body(request, PointRequest)
        text = PointText(asked.name, asked.place)
        made = await self._desk.change(actor_of(request), lambda setup: setup.add_point(asked.agency, text))
        return made_response(_point_view(made), f"/api/points/{made.id}")

    async def change_point(self, request: web.Request) -> web.StreamResponse:
        """``PATCH /api/points/{point}``."""
        asked, point = await read_body(request, PointChange), BridgePointId(request.match_info["point"])
        shown, text = PointText(asked.was, asked.was_place), PointText(asked.name, asked.place)
        await self._desk.change(actor_of(request), lambda setup: setup.change_point(point, shown, text))
        return json_response(_point_view(await self._point(request)))

    async def _agency(self, request: web.Request) -> Agency:
        async def read(setup: SetUp) -> Agency:
            return setup.agency(AgencyId(request.match_info["agency"]))

        return await self._desk.look(actor_of(request), read)

    async def _point(self, request: web.Request) -> BridgePoint:
        async def read(setup: SetUp) -> BridgePoint:
            return setup.point(BridgePointId(request.match_info["point"]))

        return await self._desk.look(actor_of(request), read)
