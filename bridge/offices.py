"""Settings of offices as use cases: read as they count, changed by who sets up, told to the audit."""

import hashlib
from collections.abc import Collection

import msgspec

from bridge.errors import Conflict
from bridge.ids import AgencyId
from bridge.office import Logo, OfficeSettings, OfficeText, OfficeVersion, checked_office, line_of, settled
from bridge.pictures import parse_picture
from bridge.repositories import UnitOfWork
from bridge.setup import SetUp, tree


async def texts_of(unit: UnitOfWork, agency: AgencyId) -> list[OfficeText]:
    """What the agency and those above it set, the nearest first."""
    versions = {one.agency: one for one in await unit.offices.newest()}
    return line_of(await tree(unit), versions, agency)


async def office_of(unit: UnitOfWork, agency: AgencyId, defaults: OfficeSettings) -> OfficeSettings:
    """How the agency's office is set up; ``defaults``: the installation's."""
    return settled(defaults, await texts_of(unit, agency))


async def own_version(setup: SetUp, agency: AgencyId, version: int | None = None) -> OfficeVersion:
    """The newest of the agency itself, or that version; 0 without anything set when there is none yet.

    Raises NotFound, NotPermitted.
    """
    setup.agency(agency)
    found = await setup.unit.offices.of(agency, version)
    return found or OfficeVersion(agency, 0, 0, setup.actor.account, OfficeText())


async def change_office(
    setup: SetUp, agency: AgencyId, shown: int, asked: OfficeText, known: Collection[str]
) -> OfficeVersion:
    """All fields but the logo, which has a form of its own. Raises Conflict when ``shown`` is not the newest version;
    Invalid, NotFound, NotPermitted."""
    before = await own_version(setup, agency)
    wanted = msgspec.structs.replace(checked_office(asked, known), logo=before.settings.logo)
    return await _store(setup, before, shown, wanted)


async def change_logo(setup: SetUp, agency: AgencyId, shown: int, body: bytes | None) -> OfficeVersion:
    """PNG or JPEG by its content; None: the parent's again. Raises MalformedPicture; as :func:`change_office`."""
    before = await own_version(setup, agency)
    name: str | None = None
    if body is not None:
        picture = parse_picture(body)
        name = f"{hashlib.sha256(body).hexdigest()}.{picture.suffix}"
        await setup.unit.offices.put_logo(Logo(name, picture.media_type, body))
    return await _store(setup, before, shown, msgspec.structs.replace(before.settings, logo=name))


async def _store(setup: SetUp, before: OfficeVersion, shown: int, wanted: OfficeText) -> OfficeVersion:
    if wanted == before.settings:
        return before
    if shown != before.version:
        raise Conflict(detail=f"office of {before.agency}", version=str(before.version))
    now, account = setup.clock.utc(), setup.actor.account
    after = OfficeVersion(before.agency, before.version + 1, now, account, wanted)
    await setup.unit.offices.add(after)
    changed = [name for name in OfficeText.__struct_fields__ if getattr(wanted, name) != getattr(before.settings, name)]
    await setup.note("change_office", f"agency {before.agency}", f"version {after.version}: {', '.join(changed)}")
    return after
