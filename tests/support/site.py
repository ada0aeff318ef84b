"""The pages with something on every one of them: receptions in each state, a sealed recording and its viewing copy, a
language that is read from right to left."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2

from bridge import totp
from bridge.commands import CancelReception, OpenDoors, ScheduleReception
from bridge.copies import ViewingCopies, copy_key
from bridge.first import first_link
from bridge.ids import NS_PER_S, AccountId, AgencyId, BridgePointId, CaseId, SeatId
from bridge.model import Account, AgendaItem, Level, ReceptionKind, Role, Seat, SeatPerson
from bridge.policy import SYSTEM
from bridge.reception import Reception
from tests.support.mirrored import with_mirrored
from tests.support.pages import PASSWORD, Pages, QuickPasswords, serving
from tests.support.province import with_administrators
from tests.support.sealed import RECORDING, sealed
from tests.support.site_rooms import ALL_DONE, code_of, guest, live, prepared
from web.config import STATIC
from web.keys import TEMPLATES
from web.render import TEMPLATES_FOLDER

CODED = "coded"
"""An account that is asked for a code; nobody ever gets in with it."""

TWICE = "twice"
"""A point's account that is signed in elsewhere already."""

CODES = "codes"
"""An account that switches codes on, once for every direction."""

OPERATOR = "operator"
"""Watches every room."""

FIRST = "first-secret-of-a-new-installation"
"""Opens the page of the first administrator, where nobody has an account yet."""

_HOUR_NS = 3600 * NS_PER_S
_AGENDA = (
    AgendaItem(1, CaseId("case-1"), "Kiến nghị về đường vào xã (đợt 2)", (SeatId("seat-citizen"),)),
    AgendaItem(2, CaseId("case-2"), "Khiếu nại về đất", (SeatId("seat-citizen"),)),
)


class Noting(jinja2.FileSystemLoader):
    """``asked``: the templates that were needed so far."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked: set[str] = set()

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """As the real one."""
        self.asked.add(template)
        return super().get_source(environment, template)


@dataclass
class Site:
    """``places``: what stands in the table's addresses, by name. ``fresh``: an installation without any account."""

    pages: Pages
    templates: Noting
    fresh: Pages
    places: dict[str, str] = field(default_factory=dict)

    async def code_of(self, login: str) -> str:
        """What the account's device shows now."""
        account = AccountId(f"id-{login}")
        async with self.pages.storage.units.reading() as unit:
            factor = await unit.second_factors.get(account)
        assert factor is not None
        secret = self.pages.ports.secrets.open(factor.sealed, account)
        assert secret is not None
        return totp.code_at(secret, totp.step_of(self.pages.clock.utc()))


def _seat(login: str, name: str, role: Role, level: Level) -> Seat:
    point = BridgePointId(f"point-{level}")
    people = (SeatPerson(name, role),)
    return Seat(
        SeatId(f"seat-{login}"), AccountId(f"id-{login}"), role, name, point, f"Điểm cầu {level}", level, people
    )


_SEATS = (
    _seat("chair", "Chu Trì", Role.CHAIR, Level.CENTRAL),
    _seat("agency", "Sở Nông nghiệp (phòng 3)", Role.AGENCY, Level.PROVINCE),
    _seat("citizen", "Nguyễn Văn A", Role.CITIZEN, Level.COMMUNE),
)


_GUESTS = (guest("an", "Trần Thị An"), guest("binh", "Lê Bình (đại diện)"))


async def _planned(pages: Pages, title: str, hours: int, more: Sequence[Seat] = ()) -> Reception:
    starts = pages.clock.now_ns + hours * _HOUR_NS
    office = "Ban Tiếp công dân tỉnh"
    agency = AgencyId("office-central")
    command = ScheduleReception(title, agency, office, ReceptionKind.REGULAR, starts, (*_SEATS, *more), _AGENDA)
    return await pages.ports.receptions.schedule(SYSTEM, command)


async def _receptions(site: Site) -> None:
    service = site.pages.ports.receptions
    shut = await _planned(site.pages, "Tiếp công dân định kỳ tháng 11", 4)
    opened = await _planned(site.pages, "Tiếp công dân đột xuất về bồi thường, hỗ trợ tái định cư (khu 2)", 1)
    await service.execute(SYSTEM, opened.id, OpenDoors())
    cancelled = await _planned(site.pages, "Buổi tiếp bị hủy", 2)
    await service.execute(SYSTEM, cancelled.id, CancelReception("Bão số 7"))
    later = await _planned(site.pages, "Tiếp công dân định kỳ tháng 12", 200, _GUESTS)
    site.places |= {"reception": opened.id, "shut": shut.id, "cancelled": cancelled.id, "later": later.id}
    await _on_their_way(site, later)


async def _on_their_way(site: Site, later: Reception) -> None:
    """Who comes much too early, by an account and by a code; who has a code for the live room and has done everything
    that is asked for."""
    pages, (an, binh) = site.pages, (one.id for one in _GUESTS)
    at_it = await _planned(pages, "Tiếp công dân (lần 3)", 0, _GUESTS)
    at_it = await pages.ports.receptions.execute(SYSTEM, at_it.id, OpenDoors())
    await live(pages, at_it)
    await prepared(pages, later, SeatId("seat-citizen"))
    await prepared(pages, later, an)
    await prepared(pages, at_it, binh, *ALL_DONE)
    early, due = await code_of(pages, later, an), await code_of(pages, at_it, binh)
    site.places |= {"live": at_it.id, "early": early, "due": due, "guest": an}


async def _accounts(site: Site) -> None:
    stored = QuickPasswords().hash(PASSWORD)
    agency, point = AgencyId("office-province"), BridgePointId("point-province")
    async with site.pages.storage.units.writing() as unit:
        for login in (CODED, CODES, TWICE, OPERATOR):
            at, role = point if login == TWICE else None, Role.OPERATOR if login == OPERATOR else Role.AGENCY
            office = AgencyId("office-central") if login == OPERATOR else agency
            account = Account(AccountId(f"id-{login}"), login, f"Nguyễn {login}", frozenset({role}), office, at, stored)
            await unit.accounts.add(account)
        await unit.commit()


async def _switched_on(site: Site, login: str) -> None:
    async with site.pages.reader() as reader:
        await reader.sign_in(login)
        begun = await reader.send("/account/code/begin", {"csrf": await reader.token(), "old": PASSWORD})
        done = await reader.send("/account/code/confirm", {"csrf": begun.token(), "code": await site.code_of(login)})
        assert done.status == 200, done.text


async def _copied(pages: Pages) -> None:
    """A viewing copy of the recording, as the jobs make it."""
    copies = ViewingCopies(pages.storage.units, pages.clock)
    async with pages.storage.units.reading() as unit:
        row = await unit.recordings.get(RECORDING)
    await copies.ask(AccountId("id-archivist"), row)
    (run,) = await copies.wanted()
    await copies.progressed(run, 0.5)
    stored = await pages.ports.objects.put(copy_key(run), b"film" * 1000, pages.clock.utc())
    assert await copies.ready(run, stored, "")


@asynccontextmanager
async def _fresh(folder: Path, templates: Noting, **settings: Any) -> AsyncIterator[Pages]:
    """Nobody has an account, and the link for the first one was printed."""
    await asyncio.to_thread(folder.mkdir)
    async with serving(folder, with_mirrored(), furnished=False, **settings) as pages:
        pages.app[TEMPLATES].loader = templates
        async with pages.storage.units.writing() as unit:
            await unit.first_links.put(first_link(FIRST, pages.clock.utc()))
            await unit.commit()
        yield pages


@asynccontextmanager
async def site(folder: Path) -> AsyncIterator[Site]:
    """Furnished, with the built client."""
    settings: dict[str, Any] = {"static": STATIC, "office": "Ban Tiếp công dân tỉnh", "contact": "038 3842 999"}
    templates = Noting(TEMPLATES_FOLDER)
    async with (
        serving(folder, with_mirrored(), **settings) as pages,
        _fresh(folder / "fresh", templates, **settings) as fresh,
    ):
        pages.app[TEMPLATES].loader = templates
        found = Site(pages, templates, fresh, {"recording": RECORDING})
        await sealed(pages)
        await _copied(pages)
        await with_administrators(pages)
        await _accounts(found)
        await _receptions(found)
        await _switched_on(found, CODED)
        async with pages.reader() as elsewhere:
            await elsewhere.sign_in(TWICE)
            yield found
