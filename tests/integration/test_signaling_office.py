"""A room takes the times that its office set, from whichever agency above set them."""

from bridge.ids import AccountId, AgencyId
from bridge.model import Agency, Level
from bridge.office import OfficeText, OfficeVersion
from bridge.reception import Reception
from tests.support.receptions import AGENCY, CHAIR, CITIZEN
from tests.support.room_server import RoomServer


async def test_a_lost_line_keeps_its_seat_as_long_as_the_office_says(server: RoomServer, reception: Reception) -> None:
    async with server.units.writing() as unit:
        top = AgencyId("top")
        await unit.organisation.add_agency(Agency(top, "Tỉnh", Level.CENTRAL, None))
        await unit.organisation.add_agency(Agency(AGENCY, "Sở", Level.PROVINCE, top))
        text = OfficeText(resume_seconds=1)  # no page takes so little; the installation's own here is 30
        await unit.offices.add(OfficeVersion(top, 1, 0, AccountId("a"), text))
        await unit.commit()
    chair = await server.browser(reception.id, CHAIR)
    citizen = await server.browser(reception.id, CITIZEN)
    await chair.sees(lambda room: len(room.participants) == 2)
    await citizen.close()
    await chair.sees(lambda room: len(room.participants) == 1)
