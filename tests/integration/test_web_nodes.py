"""The media nodes on the operator's page: who sees and tends them, what is written down, in both languages."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bridge.ids import NS_PER_S, AccountId, AgencyId
from bridge.model import Account, Role
from bridge.repositories import NodeRow
from tests.support.pages import PASSWORD, Pages, QuickPasswords, Reader, serving

ALIVE, GONE = "sfu-1", "b-1"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    async with serving(tmp_path) as running:
        stored, now = QuickPasswords().hash(PASSWORD), running.clock.utc()
        async with running.storage.units.writing() as unit:
            for login, level in (("operator", "central"), ("elsewhere", "province")):
                office, roles = AgencyId(f"office-{level}"), frozenset({Role.OPERATOR})
                await unit.accounts.add(Account(AccountId(f"id-{login}"), login, login, roles, office, None, stored))
            for id_, seen in ((ALIVE, now), (GONE, now - 3_600 * NS_PER_S)):
                await unit.nodes.heartbeat(NodeRow(id_, "sfu", "unix:/x", "10.20.0.5:8081", seen, 0.254, 2, 7, "1"))
            await unit.commit()
        yield running


async def drains(pages: Pages) -> dict[str, bool]:
    async with pages.storage.units.reading() as unit:
        return {row.id: row.draining for row in await unit.nodes.of_kind("sfu")}


async def audited(pages: Pages) -> list[tuple[str, str, str, str]]:
    async with pages.storage.units.reading() as unit:
        entries = [one.entry for one in await unit.audit.entries(0, 1_000)]
    wanted = ("DrainNode", "UndrainNode", "ForgetNode", "tend_nodes")
    return [(one.actor, one.action, one.object, one.outcome) for one in entries if one.action in wanted]


async def pressed(reader: Reader, node: str, what: str) -> int:
    answer = await reader.post(f"/operator/nodes/{node}/{what}", {}, await reader.token())
    return answer.status


async def test_the_operator_of_the_top_agency_drains_takes_back_and_strikes_out(pages: Pages) -> None:
    async with pages.reader() as operator:
        await operator.sign_in("operator")
        assert "/operator/nodes" in (await operator.get("/operator")).text
        page = (await operator.get("/operator/nodes")).text
        assert "25 %" in page
        assert "Đang nhận phòng" in (await operator.get("/operator/nodes?lang=vi")).text
        assert "Takes rooms" in (await operator.get("/operator/nodes?lang=en")).text
        assert page.index("Not heard of") < page.index("Takes rooms")  # by name: b-1, sfu-1
        assert page.count("/forget") == page.count("/drain") == 1
        assert await pressed(operator, ALIVE, "drain") == 200
        assert await drains(pages) == {ALIVE: True, GONE: False}
        assert "Gets no new rooms" in (await operator.get("/operator/nodes")).text
        assert await pressed(operator, ALIVE, "take-back") == 200
        assert await pressed(operator, GONE, "forget") == 200
        assert await drains(pages) == {ALIVE: False}
        assert await pressed(operator, GONE, "drain") == 404
    assert await audited(pages) == [
        ("id-operator", "DrainNode", ALIVE, "done"),
        ("id-operator", "UndrainNode", ALIVE, "done"),
        ("id-operator", "ForgetNode", GONE, "done"),
    ]


@pytest.mark.parametrize("login", ["elsewhere", "chair"])
async def test_nobody_else_sees_or_tends_them(pages: Pages, login: str) -> None:
    """An operator below the top neither: nodes carry everybody's rooms."""
    async with pages.reader() as reader:
        await reader.sign_in(login)
        assert (await reader.get("/operator/nodes")).status == 404
        assert await pressed(reader, ALIVE, "drain") == 403
        assert "/operator/nodes" not in (await reader.get("/operator")).text
    assert await drains(pages) == {ALIVE: False, GONE: False}
    assert await audited(pages) == [(f"id-{login}", "tend_nodes", "media nodes", "refused:not_permitted")]
