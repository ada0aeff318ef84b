"""An operator comes into a real room by consent, and goes with it; over restarts, and with the database away."""

from bridge import commands as c
from bridge.events import (
    Departure,
    Event,
    HelpAccepted,
    HelpDeclined,
    HelpEnd,
    HelpEnded,
    HelpOffered,
    ParticipantJoined,
    ParticipantLeft,
    SeatAdded,
)
from bridge.ids import AccountId
from bridge.model import Level, Role
from bridge.policy import Actor
from bridge.reception import Reception
from signaling.wire import Refused
from tests.support.receptions import AGENCY, CHAIR, CITIZEN, SECRETARY, seat
from tests.support.room_server import Browser, RoomServer

HELPER = seat("helper", Role.OPERATOR, Level.PROVINCE)
OPERATOR = Actor(HELPER.account, "helper", frozenset({Role.OPERATOR}), AGENCY)


async def offer(server: RoomServer, reception: Reception) -> None:
    """As the operator's page does."""
    await server.receptions.execute(OPERATOR, reception.id, c.OfferHelp(HELPER))


async def helper(server: RoomServer, reception: Reception, chair: Browser) -> Browser:
    """Offered, accepted, in the room."""
    await offer(server, reception)
    await chair.sees(lambda room: bool(room.helps))
    await chair.done(c.AnswerHelp(HELPER.id, True))
    return await server.browser(reception.id, HELPER)


async def happened(server: RoomServer, reception: Reception, *kinds: type[Event]) -> list[Event]:
    return [one.event for one in await server.receptions.history(reception.id) if isinstance(one.event, kinds)]


async def test_accepted_shown_to_everybody_withdrawn_and_out(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    chair, citizen = pair
    await offer(server, reception)
    seen = await chair.sees(lambda room: bool(room.helps))
    assert [(one.name, one.point, one.state) for one in seen.helps] == [("helper", "Point province", "offered")]
    assert citizen.room is not None
    assert citizen.room.helps == ()
    nobody_yet = await Browser(server.port).refusal({"token": server.token(reception.id, HELPER)})
    assert nobody_yet["code"] == "not_found"
    refused = await citizen.command(c.AnswerHelp(HELPER.id, True))
    assert isinstance(refused, Refused)
    await chair.done(c.AnswerHelp(HELPER.id, True))
    operator = await server.browser(reception.id, HELPER)
    tiles = (await citizen.sees(lambda room: len(room.participants) == 3)).participants
    assert [(tile.name, tile.role) for tile in tiles][-1] == ("helper", "operator")
    assert operator.room is not None
    assert "answer_help" not in operator.room.may
    await chair.done(c.EndHelp(HELPER.id))
    await operator.gone.wait()
    assert operator.last("ended") == {"how": "help_ended", "reason": ""}
    await citizen.sees(lambda room: len(room.participants) == 2)
    again = await Browser(server.port).refusal({"token": server.token(reception.id, HELPER)})
    assert again["code"] in ("not_found", "not_permitted")
    kinds = (HelpOffered, HelpAccepted, SeatAdded, HelpEnded)
    assert await happened(server, reception, *kinds) == [
        HelpOffered(HELPER),
        HelpAccepted(HELPER.id),
        SeatAdded(HELPER),
        HelpEnded(HELPER.id, HelpEnd.WITHDRAWN),
    ]


async def test_declined_by_the_secretary(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    secretary = await server.browser(reception.id, SECRETARY)
    await offer(server, reception)
    await secretary.sees(lambda room: bool(room.helps))
    await secretary.done(c.AnswerHelp(HELPER.id, False))
    await pair[0].sees(lambda room: room.helps == ())
    assert await happened(server, reception, HelpDeclined) == [HelpDeclined(HELPER.id)]


async def test_leaving_ends_the_consent(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    operator = await helper(server, reception, pair[0])
    await operator.ask("leave")
    await operator.gone.wait()
    assert operator.last("ended")["how"] == "help_ended"
    await pair[0].sees(lambda room: room.helps == ())
    await server.stored(reception.id, HelpEnded(HELPER.id, HelpEnd.LEFT))
    refused = await Browser(server.port).refusal({"token": server.token(reception.id, HELPER)})
    assert refused["code"] in ("not_found", "not_permitted")


async def test_a_restart_keeps_the_offer_the_consent_and_the_helper(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    await offer(server, reception)
    await pair[0].sees(lambda room: bool(room.helps))
    await server.stop()
    await server.start()
    chair = await server.browser(reception.id, CHAIR)
    seen = await chair.sees(lambda room: bool(room.helps))
    assert seen.helps[0].state == "offered"
    await chair.done(c.AnswerHelp(HELPER.id, True))
    operator = await server.browser(reception.id, HELPER)
    welcome = operator.welcome
    assert welcome is not None
    await server.stop()
    await server.start()
    back = Browser(server.port)
    await back.connect({"participant": welcome.participant, "secret": welcome.secret})
    await back.until(lambda: back.welcome is not None)
    assert back.id == welcome.participant


async def test_the_consent_is_withdrawn_also_while_the_database_is_away(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    operator = await helper(server, reception, pair[0])
    server.units.away = True
    await pair[0].done(c.EndHelp(HELPER.id))
    await operator.gone.wait()
    server.units.away = False
    await server.stored(reception.id, ParticipantLeft(operator.id, Departure.HELP_ENDED))


async def test_the_room_is_watched_from_memory(
    server: RoomServer, reception: Reception, pair: tuple[Browser, Browser]
) -> None:
    assert server.signaling is not None
    rooms = server.signaling.rooms
    watched = rooms.watched_room(reception.id)
    assert watched is not None
    assert [room.reception.id for room in rooms.watched()] == [reception.id]
    assert {someone.seat for someone in watched.reception.participants.values()} == {CHAIR.id, CITIZEN.id}
    assert AccountId("account-chair") in watched.reception.concern.seats
    assert await happened(server, reception, ParticipantJoined)
