"""What a socket tries with somebody else's id, seat or right: refused by a code, and in the audit."""

import asyncio
from typing import Any, cast

import msgspec
import pytest

from bridge import commands as c
from bridge.commands import OpenDoors, ScheduleReception
from bridge.ids import Mid, ParticipantId
from bridge.media import Source
from bridge.model import ReceptionKind, Role
from bridge.policy import POLICY
from bridge.ports import JoinGrant
from bridge.reception import Reception
from bridge.repositories import AuditEntry
from signaling.access import ASKED
from signaling.namespace import RoomNamespace
from signaling.wire import Refused, UplinkRequest
from tests.support.receptions import AGENCY, AGENCY_SEAT, CHAIR, CITIZEN, KEEPER, scheduled
from tests.support.room_server import CONFIG, WITHIN_S, Browser, RoomServer

OBSERVER = msgspec.structs.replace(AGENCY_SEAT, role=Role.OBSERVER)


async def noted(server: RoomServer, action: str) -> AuditEntry:
    """The refusal of this action, which is told after the answer."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            async with server.units.reading() as unit:
                entries = [link.entry for link in await unit.audit.entries(0, 1000)]
            for entry in entries:
                if entry.action == action and entry.outcome.startswith("refused"):
                    return entry
            await asyncio.sleep(0.02)


def test_every_message_stands_in_the_table() -> None:
    namespace = RoomNamespace(CONFIG, *cast(Any, (None, None, None)))  # it keeps them for later
    assert namespace.messages == set(ASKED)
    assert all(actions <= set(POLICY) for actions in ASKED.values())


async def test_an_observer_hears_and_sends_nothing(server: RoomServer) -> None:
    command = ScheduleReception(
        "Reception", AGENCY, "Office", ReceptionKind.REGULAR, server.clock.utc(), (CHAIR, OBSERVER)
    )
    made = await server.receptions.schedule(KEEPER, command)
    made = await server.receptions.execute(KEEPER, made.id, OpenDoors())
    observer = await server.browser(made.id, OBSERVER)
    assert observer.room is not None
    assert observer.room.may == ()
    for source in Source:
        answer = await observer.ask("uplink", UplinkRequest("v=0", {Mid("0"): source}))
        assert answer["code"] == "not_permitted", source
    for asked in (c.SetMicrophone(True), c.SetCamera(True), c.SetHand(True), c.MuteAll(), c.CloseReception()):
        refused = await observer.command(asked)
        assert isinstance(refused, Refused)
        assert refused.code == "not_permitted"
    entry = await noted(server, "Uplink")
    assert (entry.actor, entry.object) == (OBSERVER.account, f"reception {made.id}")


async def test_somebody_of_another_room_is_not_there(server: RoomServer, reception: Reception) -> None:
    other = await scheduled(server.receptions, server.clock.utc())
    stranger = await server.browser(other.id, CITIZEN)
    chair = await server.browser(reception.id, CHAIR)
    refused = await chair.command(c.MuteParticipant(stranger.id))
    assert isinstance(refused, Refused)
    assert refused.code == "unknown_participant"
    assert stranger.id in (await noted(server, "MuteParticipant")).detail


async def test_a_changed_participant_opens_nothing(server: RoomServer, reception: Reception) -> None:
    chair = await server.browser(reception.id, CHAIR)
    citizen = await server.browser(reception.id, CITIZEN)
    assert citizen.welcome is not None
    auth = {"participant": chair.id, "secret": citizen.welcome.secret}
    assert (await Browser(server.port).refusal(auth))["code"] == "resume_invalid"
    entry = await noted(server, "ResumeRoom")
    assert (entry.actor, entry.object) == ("unknown", f"reception {reception.id}")
    assert not chair.gone.is_set()


@pytest.mark.parametrize("participant", ["p-nobody", ""])
async def test_a_guessed_participant_opens_nothing(
    server: RoomServer, reception: Reception, participant: ParticipantId
) -> None:
    auth = {"participant": participant, "secret": "1." + "0" * 64}
    assert (await Browser(server.port).refusal(auth))["code"] == "resume_invalid"


async def test_a_seat_that_is_anothers_now_is_not_opened(server: RoomServer, reception: Reception) -> None:
    assert server.signaling is not None
    token = server.signaling.tokens.mint(JoinGrant(reception.id, CHAIR.id, CITIZEN.account))
    assert (await Browser(server.port).refusal({"token": token}))["code"] == "token_invalid"
    assert (await noted(server, "JoinRoom")).actor == CITIZEN.account
