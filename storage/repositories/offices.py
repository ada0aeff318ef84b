"""Settings of offices in all their versions, and their logos."""

from sqlalchemy import func, select, tuple_

from bridge.ids import AgencyId
from bridge.office import Logo, OfficeVersion
from storage.rows import struct_of
from storage.tables import office_logos, office_settings
from storage.transaction import Transaction


class SqlOffices:
    """:class:`bridge.people_rows.Offices`."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, version: OfficeVersion) -> None:
        """Conflict when the agency has that version, NotFound when there is no such agency."""
        await self._transaction.insert(office_settings, version)

    async def newest(self) -> list[OfficeVersion]:
        """Of every agency that set anything."""
        kept = office_settings.c
        last = select(kept.agency, func.max(kept.version)).group_by(kept.agency)
        rows = await self._transaction.rows(
            select(office_settings).where(tuple_(kept.agency, kept.version).in_(last)).order_by(kept.agency)
        )
        return [struct_of(OfficeVersion, row) for row in rows]

    async def of(self, agency: AgencyId, version: int | None = None) -> OfficeVersion | None:
        """The newest, or that one."""
        kept = office_settings.c
        asked = select(office_settings).where(kept.agency == agency).order_by(kept.version.desc()).limit(1)
        row = await self._transaction.first(asked if version is None else asked.where(kept.version == version))
        return None if row is None else struct_of(OfficeVersion, row)

    async def put_logo(self, logo: Logo) -> None:
        """Under a name that holds its hash, so that one that is there is the same."""
        if await self.logo(logo.name) is None:
            columns = {"name": logo.name, "media_type": logo.media_type, "body": logo.body}
            await self._transaction.insert_columns(office_logos, [columns])

    async def logo(self, name: str) -> Logo | None:
        """The picture."""
        row = await self._transaction.first(select(office_logos).where(office_logos.c.name == name))
        return None if row is None else Logo(row["name"], row["media_type"], bytes(row["body"]))
