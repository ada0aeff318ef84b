"""The agencies as a tree with their bridge points, and the rules by which it grows. Pure.

Levels go down from parent to child, so there is no way round in a circle; names are unique among siblings, whatever
their capitals and blanks.
"""

import unicodedata
from collections.abc import Iterable, Mapping

import msgspec

from bridge.errors import Invalid
from bridge.ids import AgencyId, BridgePointId
from bridge.model import Agency, BridgePoint, Level
from bridge.policy import Concern

MAX_PLACE = 200

BELOW: Mapping[Level, tuple[Level, ...]] = {
    Level.CENTRAL: (Level.PROVINCE, Level.COMMUNE),
    Level.PROVINCE: (Level.COMMUNE,),
    Level.COMMUNE: (),
}
"""Which levels may stand below which."""


def checked_place(text: str) -> str:
    """A place without outer blanks; may be empty. Raises Invalid(field=place)."""
    place = unicodedata.normalize("NFC", text).strip()
    if len(place) > MAX_PLACE or not place.isprintable():
        raise Invalid(field="place", limit=str(MAX_PLACE))
    return place


def same_name(text: str) -> str:
    """Two names are one when this is the same."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


class Tree(msgspec.Struct, frozen=True):
    """Everything there is, by id, in order of name."""

    agencies: Mapping[AgencyId, Agency]
    points: Mapping[BridgePointId, BridgePoint]

    def above(self, agency: AgencyId) -> tuple[AgencyId, ...]:
        """Its parents, the nearest first. Stored parents that go in a circle are walked once."""
        found: list[AgencyId] = []
        here = self.agencies[agency].parent
        while here is not None and here in self.agencies and here not in found:
            found.append(here)
            here = self.agencies[here].parent
        return tuple(found)

    def children(self, parent: AgencyId | None) -> list[Agency]:
        """Directly below; None: those at the top."""
        return [agency for agency in self.agencies.values() if agency.parent == parent]

    def under(self, top: AgencyId) -> list[Agency]:
        """``top`` and all below it, each before its children."""
        return [agency for _, agency in self.rows(top)]

    def rows(self, top: AgencyId) -> list[tuple[int, Agency]]:
        """``top`` and all below it with their depth, each before its children."""
        by_parent: dict[AgencyId | None, list[Agency]] = {}
        for agency in self.agencies.values():
            by_parent.setdefault(agency.parent, []).append(agency)
        found: dict[AgencyId, tuple[int, Agency]] = {}
        waiting = [(0, self.agencies[top])]
        while waiting:
            depth, agency = waiting.pop()
            if agency.id not in found:
                found[agency.id] = (depth, agency)
                waiting += [(depth + 1, child) for child in reversed(by_parent.get(agency.id, []))]
        return list(found.values())

    def points_of(self, agency: AgencyId) -> list[BridgePoint]:
        """Its bridge points."""
        return [point for point in self.points.values() if point.agency == agency]

    def concern(self, agency: AgencyId) -> Concern:
        """What the policy looks at for whatever belongs to this agency."""
        return Concern(f"agency {agency}", agency)

    def below(self, agency: AgencyId) -> frozenset[AgencyId]:
        """Every agency under it; of one that is not there none."""
        if agency not in self.agencies:
            return frozenset()
        return frozenset(one.id for one in self.under(agency)) - {agency}

    def with_agency(self, agency: Agency) -> "Tree":
        """With it added, or in place of the one of its id."""
        return Tree({**self.agencies, agency.id: agency}, self.points)

    def with_point(self, point: BridgePoint) -> "Tree":
        """With it added, or in place of the one of its id."""
        return Tree(self.agencies, {**self.points, point.id: point})


def tree_of(agencies: Iterable[Agency], points: Iterable[BridgePoint]) -> Tree:
    """In the order given."""
    return Tree({agency.id: agency for agency in agencies}, {point.id: point for point in points})


def check_move(tree: Tree, agency: Agency, parent: AgencyId) -> Agency:
    """The agency as it would stand under ``parent``. Raises Invalid(parent) for one under itself, and as
    :func:`check_agency`; a level that does not fit there is the parent's fault, not the level's."""
    if parent == agency.id or parent in tree.below(agency.id):
        raise Invalid(detail=f"{parent} stands below {agency.id}", field="parent", like="parent_below")
    moved = msgspec.structs.replace(agency, parent=parent)
    try:
        check_agency(tree, moved)
    except Invalid as refusal:
        like = {"level": "parent_level", "name": "parent_name"}.get(refusal.word("field"), "parent")
        raise Invalid(detail=refusal.detail, field="parent", like=like) from refusal
    return moved


def parents_for(tree: Tree, top: AgencyId, agency: Agency) -> list[Agency]:
    """Under which of the agencies from ``top`` down it may stand, whatever their children's names."""
    below = tree.below(agency.id) | {agency.id}
    return [one for one in tree.under(top) if one.id not in below and agency.level in BELOW[one.level]]


def check_agency(tree: Tree, agency: Agency) -> None:
    """Raises Invalid for a parent that is not there, a level not below its parent's, a sibling's name."""
    if agency.parent is not None:
        parent = tree.agencies.get(agency.parent)
        if parent is None:
            raise Invalid(field="parent")
        if agency.level not in BELOW[parent.level]:
            raise Invalid(field="level")
    siblings = (one for one in tree.children(agency.parent) if one.id != agency.id)
    if any(same_name(one.name) == same_name(agency.name) for one in siblings):
        raise Invalid(field="name", like="name_taken")


def check_point(tree: Tree, point: BridgePoint) -> None:
    """Raises Invalid for the name of another point of the agency."""
    others = (one for one in tree.points_of(point.agency) if one.id != point.id)
    if any(same_name(one.name) == same_name(point.name) for one in others):
        raise Invalid(field="name", like="name_taken")
