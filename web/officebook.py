"""Which office a reader is at, kept at hand: every page shows its name, and no page waits for the database because of
it."""

from collections.abc import Mapping

import msgspec

from bridge.errors import Unavailable
from bridge.ids import NS_PER_S, AgencyId
from bridge.office import OfficeSettings, OfficeVersion, line_of, settled
from bridge.organisation import Tree
from bridge.ports import Clock
from bridge.repositories import UnitsOfWork
from bridge.setup import tree
from web.catalogues import LANGUAGES
from web.config import WebConfig

FRESH_NS = 5 * NS_PER_S
"""What another process changed is seen here that much later."""


class _Read(msgspec.Struct, frozen=True):
    """As it was read at a moment."""

    at: int
    tree: Tree
    versions: Mapping[AgencyId, OfficeVersion]


class OfficeBook:
    """``defaults``: the installation's own, also while the database has never answered."""

    def __init__(self, units: UnitsOfWork, clock: Clock, defaults: OfficeSettings) -> None:
        self.defaults = defaults
        self._units = units
        self._clock = clock
        self._read: _Read | None = None

    async def of(self, agency: AgencyId | None) -> OfficeSettings:
        """The agency's; None: of the one at the top, when there is exactly one."""
        read = await self._fresh()
        if read is None:
            return self.defaults
        tops = read.tree.children(None)
        here = agency if agency is not None else (tops[0].id if len(tops) == 1 else None)
        return self.defaults if here is None else settled(self.defaults, line_of(read.tree, read.versions, here))

    def changed(self) -> None:
        """Asked anew at the next page."""
        self._read = None

    async def _fresh(self) -> _Read | None:
        now = self._clock.mono()
        if self._read is not None and now - self._read.at < FRESH_NS:
            return self._read
        try:
            async with self._units.reading() as unit:
                versions = {one.agency: one for one in await unit.offices.newest()}
                self._read = _Read(now, await tree(unit), versions)
        except Unavailable:
            return self._read  # an old name on the page that tells of the trouble is better than none
        return self._read


def defaults_of(config: WebConfig) -> OfficeSettings:
    """What the installation was configured with."""
    return OfficeSettings(
        name=config.office,
        languages=tuple(LANGUAGES),
        language=config.language,
        contact=config.contact,
        session_minutes=config.session_minutes,
        resume_seconds=config.resume_seconds,
    )
