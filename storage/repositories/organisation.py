"""Agencies and bridge points."""

from collections.abc import Collection, Mapping

from sqlalchemy import Select, bindparam, select

from bridge.errors import NotFound
from bridge.ids import AgencyId, BridgePointId
from bridge.model import Agency, BridgePoint
from storage.among import among
from storage.rows import struct_of
from storage.tables import agencies, bridge_points
from storage.transaction import Transaction


def _below() -> Select[tuple[str]]:
    """Every agency under that of the parameter ``of``."""
    children = select(agencies.c.id).where(agencies.c.parent == bindparam("of")).cte("below", recursive=True)
    below = children.union(select(agencies.c.id).where(agencies.c.parent == children.c.id))
    return select(below.c.id)


_BELOW = _below()


class SqlOrganisation:
    """:class:`bridge.people_rows.Organisation`; lists are in order of name."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add_agency(self, agency: Agency) -> None:
        """Conflict when the id exists, NotFound when its parent does not."""
        await self._transaction.insert(agencies, agency)

    async def add_point(self, point: BridgePoint) -> None:
        """Conflict when the id exists, NotFound when its agency does not."""
        await self._transaction.insert(bridge_points, point)

    async def replace_agency(self, agency: Agency) -> None:
        """Raises NotFound, also when its parent is not there."""
        if not await self._transaction.replace(agencies, agency):
            raise NotFound(detail=f"agency {agency.id}")

    async def replace_point(self, point: BridgePoint) -> None:
        """Raises NotFound, also when its agency is not there."""
        if not await self._transaction.replace(bridge_points, point):
            raise NotFound(detail=f"bridge point {point.id}")

    async def agency(self, agency: AgencyId) -> Agency:
        """Raises NotFound."""
        row = await self._transaction.first(select(agencies).where(agencies.c.id == agency))
        if row is None:
            raise NotFound(detail=f"agency {agency}")
        return struct_of(Agency, row)

    async def point(self, point: BridgePointId) -> BridgePoint:
        """Raises NotFound."""
        row = await self._transaction.first(select(bridge_points).where(bridge_points.c.id == point))
        if row is None:
            raise NotFound(detail=f"bridge point {point}")
        return struct_of(BridgePoint, row)

    async def agencies(self) -> list[Agency]:
        """All of them."""
        rows = await self._transaction.rows(select(agencies).order_by(agencies.c.name, agencies.c.id))
        return [struct_of(Agency, row) for row in rows]

    async def names(self, asked: Collection[AgencyId]) -> Mapping[AgencyId, str]:
        """By id."""
        rows = await self._transaction.rows(select(agencies.c.id, agencies.c.name).where(among(agencies.c.id, asked)))
        return {AgencyId(row["id"]): row["name"] for row in rows}

    async def below(self, agency: AgencyId) -> frozenset[AgencyId]:
        """Parents that go in a circle are walked once."""
        rows = await self._transaction.rows(_BELOW, {"of": agency})
        return frozenset(AgencyId(row["id"]) for row in rows) - {agency}

    async def points(self) -> list[BridgePoint]:
        """All of them."""
        rows = await self._transaction.rows(select(bridge_points).order_by(bridge_points.c.name, bridge_points.c.id))
        return [struct_of(BridgePoint, row) for row in rows]
