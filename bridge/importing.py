"""What a file of agencies, points and accounts would make, change and leave: a plan, first read, then carried out.

Pure but for :func:`carry_out`. Things are known again by their names (an agency among its siblings, a point in its
agency) and accounts by their login, so the same file again changes nothing. An empty cell leaves what is stored.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum

import msgspec

from bridge.accounts import checked_login, checked_name
from bridge.errors import Conflict, Invalid
from bridge.ids import AgencyId, BridgePointId
from bridge.listing import Column, LineFault, MalformedListing, Row, Why
from bridge.model import Account, Agency, BridgePoint, Level, Role
from bridge.organisation import BELOW, Tree, checked_place, same_name
from bridge.setup import NewAccount, PointText, SetUp

LEVEL_NAMES: Mapping[str, Level] = {
    **{str(level): level for level in Level},
    "trung tâm": Level.CENTRAL,
    "tỉnh": Level.PROVINCE,
    "xã": Level.COMMUNE,
}


class Outcome(StrEnum):
    """What happens to a thing."""

    MADE = "made"
    CHANGED = "changed"
    LEFT = "left"


class PointAccount(msgspec.Struct, frozen=True):
    """A bridge point's own account, named as the point."""

    login: str
    point: BridgePointId
    name: str
    roles: frozenset[Role]


class Step(msgspec.Struct, frozen=True):
    """``thing`` as it will be; ids of what is not stored yet name its line. ``before``: of what is changed."""

    line: int
    outcome: Outcome
    thing: Agency | BridgePoint | PointAccount
    before: BridgePoint | None = None


class Plan(msgspec.Struct, frozen=True):
    """In the order of doing: a parent before its children."""

    steps: tuple[Step, ...]

    def of(self, outcome: Outcome) -> list[Step]:
        """Those with this outcome."""
        return [step for step in self.steps if step.outcome is outcome]

    @property
    def does(self) -> bool:
        """Whether anything is made or changed."""
        return any(step.outcome is not Outcome.LEFT for step in self.steps)

    @property
    def mark(self) -> str:
        """The same for plans that do the same: who confirms one, confirms what was shown."""
        doing = [step for step in self.steps if step.outcome is not Outcome.LEFT]
        return hashlib.sha256(msgspec.json.encode(doing, order="deterministic")).hexdigest()


class _Refused(Exception):
    """One cell is wrong; the rest of its line is not looked at."""

    def __init__(self, column: Column, why: Why, value: str = "") -> None:
        self.column, self.why, self.value = column, why, value
        super().__init__(str(why))


def usual_roles(level: Level) -> frozenset[Role]:
    """Of a point's account: communes are where citizens come."""
    return frozenset({Role.CITIZEN if level is Level.COMMUNE else Role.AGENCY})


class _Planner:
    def __init__(self, tree: Tree, accounts: Iterable[Account], top: AgencyId) -> None:
        self.steps: list[Step] = []
        self._tree = tree
        self._top = tree.agencies[top]
        self._part = {agency.id for agency in tree.under(top)}
        self._logins = {account.login: account for account in accounts}
        self._open = {one.point: one.login for one in self._logins.values() if one.point and not one.disabled}
        self._seen_agencies: set[AgencyId] = set()
        self._seen_points: set[BridgePointId] = set()
        self._seen_logins: set[str] = set()

    def take(self, row: Row, level: Level) -> None:
        """Raises _Refused."""
        agency = self._agency(row, level)
        if not row.point:
            if row.place or row.login:
                raise _Refused(Column.POINT, Why.POINT_MISSING)
            return
        point = self._point(row, agency)
        if row.login:
            self._account(row, point)

    # ── agencies ───────────────────────────────────────────────────────────────────────────────────────────────

    def _agency(self, row: Row, level: Level) -> Agency:
        name = _name(Column.AGENCY, row.agency)
        found = self._known_agency(name, row.parent, level)
        if found is None:
            parent = self._parent(row.parent)
            if level not in BELOW[parent.level]:
                raise _Refused(Column.LEVEL, Why.LEVEL_NOT_BELOW, row.level)
            found = Agency(AgencyId(f"line {row.line}"), name, level, parent.id)
            self._tree = self._tree.with_agency(found)
            self._part.add(found.id)
            self.steps.append(Step(row.line, Outcome.MADE, found))
        elif found.level is not level:
            raise _Refused(Column.LEVEL, Why.OTHER_LEVEL, row.level)
        elif found.id not in self._seen_agencies:
            self.steps.append(Step(row.line, Outcome.LEFT, found))
        self._seen_agencies.add(found.id)
        return found

    def _known_agency(self, name: str, parent: str, level: Level) -> Agency | None:
        """Also the reader's own agency, so that a file can give it points."""
        if not parent and same_name(name) == same_name(self._top.name) and level is self._top.level:
            return self._top
        siblings = self._tree.children(self._parent(parent).id)
        return next((one for one in siblings if same_name(one.name) == same_name(name)), None)

    def _parent(self, name: str) -> Agency:
        if not name:
            return self._top
        named = [one for one in self._tree.agencies.values() if one.id in self._part]
        found = [one for one in named if same_name(one.name) == same_name(name)]
        if len(found) != 1:
            raise _Refused(Column.PARENT, Why.PARENT_AMBIGUOUS if found else Why.PARENT_UNKNOWN, name)
        return found[0]

    # ── points and accounts ────────────────────────────────────────────────────────────────────────────────────

    def _point(self, row: Row, agency: Agency) -> BridgePoint:
        name, place = _name(Column.POINT, row.point), _checked(Column.PLACE, Why.BAD_PLACE, row.place, checked_place)
        same = (one for one in self._tree.points_of(agency.id) if same_name(one.name) == same_name(name))
        before = next(same, None)
        if before is None:
            point = BridgePoint(BridgePointId(f"line {row.line}"), agency.id, name, agency.level, place)
            self._put(Step(row.line, Outcome.MADE, point), point)
            return point
        if before.id in self._seen_points:
            raise _Refused(Column.POINT, Why.POINT_TWICE, row.point)
        point = msgspec.structs.replace(before, place=place or before.place)
        outcome = Outcome.LEFT if point == before else Outcome.CHANGED
        self._put(Step(row.line, outcome, point, None if point == before else before), point)
        return point

    def _put(self, step: Step, point: BridgePoint) -> None:
        self._tree = self._tree.with_point(point)
        self._seen_points.add(point.id)
        self.steps.append(step)

    def _account(self, row: Row, point: BridgePoint) -> None:
        login = _checked(Column.LOGIN, Why.BAD_LOGIN, row.login, checked_login)
        if login in self._seen_logins:
            raise _Refused(Column.LOGIN, Why.LOGIN_TWICE, login)
        self._seen_logins.add(login)
        known = self._logins.get(login)
        if known is not None and known.point != point.id:
            raise _Refused(Column.LOGIN, Why.LOGIN_TAKEN, login)
        if known is None and point.id in self._open:
            raise _Refused(Column.LOGIN, Why.POINT_TAKEN, self._open[point.id])
        account = PointAccount(login, point.id, point.name, usual_roles(point.level))
        self.steps.append(Step(row.line, Outcome.LEFT if known else Outcome.MADE, account))


def _checked(column: Column, why: Why, text: str, check: Callable[[str], str]) -> str:
    try:
        return check(text)
    except Invalid as error:
        raise _Refused(column, why, text) from error


def _name(column: Column, text: str) -> str:
    return _checked(column, Why.BAD_NAME, text, checked_name)


def plan_import(tree: Tree, accounts: Iterable[Account], top: AgencyId, rows: Sequence[Row]) -> Plan:
    """What the lines do below ``top``, the agency of who asks. Raises MalformedListing with the faults of all lines."""
    planner, faults = _Planner(tree, accounts, top), []
    levels = {row.line: LEVEL_NAMES.get(same_name(row.level)) for row in rows}
    order = list(Level)
    # Parents may stand anywhere in the file: higher levels are taken first.
    ready = sorted(((order.index(level), row) for row in rows if (level := levels[row.line])), key=lambda one: one[0])
    faults += [
        LineFault(row.line, str(Column.LEVEL), Why.BAD_LEVEL, row.level) for row in rows if levels[row.line] is None
    ]
    for place, row in ready:
        try:
            planner.take(row, order[place])
        except _Refused as refused:
            faults.append(LineFault(row.line, str(refused.column), refused.why, refused.value))
    if faults:
        raise MalformedListing(sorted(faults, key=lambda fault: fault.line))
    return Plan(tuple(planner.steps))


async def carry_out(setup: SetUp, plan: Plan, hashes: Mapping[str, str]) -> None:
    """Every step, with the password hash of each login that is made. Raises Conflict when the plan no longer fits."""
    agencies: dict[AgencyId, AgencyId] = {}
    points: dict[BridgePointId, BridgePointId] = {}
    try:
        for step in plan.steps:
            if step.outcome is not Outcome.LEFT:
                await _do(setup, step, agencies, points, hashes)
    except Invalid as error:
        raise Conflict(detail=f"import: {error}") from error


async def _do(
    setup: SetUp,
    step: Step,
    agencies: dict[AgencyId, AgencyId],
    points: dict[BridgePointId, BridgePointId],
    hashes: Mapping[str, str],
) -> None:
    match step.thing:
        case Agency(id=line, name=name, level=level, parent=above):
            parent = None if above is None else agencies.get(above, above)
            agencies[line] = (await setup.add_agency(name, level, parent)).id
        case BridgePoint(id=line, agency=agency, name=name, place=place):
            if step.before is None:
                text = PointText(name, place)
                points[line] = (await setup.add_point(agencies.get(agency, agency), text)).id
            else:
                shown = PointText(step.before.name, step.before.place)
                await setup.change_point(line, shown, PointText(name, place))
        case PointAccount(login=login, point=point, name=name, roles=roles):
            at = points.get(point, point)
            await setup.add_account(NewAccount(login, name, roles, AgencyId(""), at, hashes[login]))
