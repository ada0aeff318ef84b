"""A program with a token, and what a problem of the API must look like."""

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from bridge.accounts import actor_of
from bridge.clientdesk import ClientDesk, Handed
from bridge.clients import NewClient
from bridge.ids import AccountId, AgencyId
from bridge.model import Role
from bridge.policy import Action
from tests.support.pages import Answer, Pages, Reader
from tests.support.province import ADMINISTRATOR
from web.problems import PROBLEM_TYPE
from web.wire import WebProblem


async def client_of(pages: Pages, actions: Iterable[Action], *roles: Role, agency: str = "office-central") -> Handed:
    """Made by somebody of the central office who holds these roles (an administrator when none is named)."""
    async with pages.storage.units.writing() as unit:
        stored = await unit.accounts.get(AccountId(f"id-{ADMINISTRATOR}"))
        maker = msgspec.structs.replace(stored, roles=stored.roles | frozenset(roles))
        await unit.accounts.replace(maker)
        below = await unit.organisation.below(maker.agency)
        await unit.commit()
    desk = ClientDesk(pages.storage.units, pages.clock, pages.ports.entropy)
    return await desk.make(actor_of(maker, below), NewClient("Cổng dịch vụ", AgencyId(agency), frozenset(actions), 30))


def program(pages: Pages, secret: str) -> Reader:
    """Sends its token with everything."""
    return pages.reader(Authorization=f"Bearer {secret}")


def value(answer: Answer, status: int = 200) -> Any:
    """The answer's JSON, of this status."""
    assert answer.status == status, answer.text
    return json.loads(answer.text)


def problem(answer: Answer, status: int, code: str) -> WebProblem:
    """The answer as a problem of this kind, with all that RFC 9457 and ours have."""
    told = msgspec.json.decode(answer.body, type=WebProblem)
    assert answer.headers["Content-Type"].partition(";")[0] == PROBLEM_TYPE
    assert (answer.status, told.status, told.code) == (status, status, code), answer.text
    assert told.title
    assert told.type == f"urn:diemcau:refusal:{code}"
    return told


RECEPTION = {
    "title": "REST",
    "starts_ms": 1_795_399_200_000,
    "seats": [{"account": "id-chair", "role": "chair"}, {"account": "id-agency", "role": "agency"}],
}
"""What a program plans, at the hour of the pages' clock."""
