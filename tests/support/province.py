"""An administrator of the pages' central office, one of a commune, and files of a province's communes."""

import re
from html import unescape

from bridge.ids import AccountId, AgencyId
from bridge.model import Account, Role
from tests.support.pages import PASSWORD, Answer, Pages, QuickPasswords, Reader

ADMINISTRATOR = "admin"
COMMUNE_ADMINISTRATOR = "commune-admin"


async def with_administrators(pages: Pages) -> None:
    """Two accounts more."""
    stored, roles = QuickPasswords().hash(PASSWORD), frozenset({Role.ADMINISTRATOR})
    async with pages.storage.units.writing() as unit:
        for login, level in ((ADMINISTRATOR, "central"), (COMMUNE_ADMINISTRATOR, "commune")):
            agency = AgencyId(f"office-{level}")
            await unit.accounts.add(Account(AccountId(f"id-{login}"), login, login, roles, agency, None, stored))
        await unit.commit()


def fields(page: Answer, **typed: str) -> dict[str, str]:
    """The hidden fields of the page's forms, and what is typed."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    return {name: unescape(text) for name, text in hidden} | typed


async def filled(reader: Reader, path: str, to: str = "", **typed: str) -> Answer:
    """Opens the form at the address and sends it there, or ``to`` another."""
    return await reader.send(to or path, fields(await reader.get(path), **typed))


def province(communes: int = 150) -> bytes:
    """As a Vietnamese spreadsheet saves it: a department, and communes below the central office."""
    lines = ["cơ quan;cấp;cơ quan cấp trên;điểm cầu;địa điểm;tên đăng nhập", "Sở Nội vụ;tỉnh;;Điểm cầu Sở;;dc.so"]
    lines += [
        f"Xã {number:03};xã;{'Sở Nội vụ' if number % 2 else ''};Điểm cầu xã {number:03};Nhà văn hóa;dc.xa{number:03}"
        for number in range(1, communes)
    ]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


async def counted(pages: Pages) -> tuple[int, int, int]:
    """Agencies, points, accounts."""
    async with pages.storage.units.reading() as unit:
        organisation = unit.organisation
        return len(await organisation.agencies()), len(await organisation.points()), len(await unit.accounts.all())


async def audited(pages: Pages, action: str) -> list[str]:
    """The outcomes of this action, in order."""
    async with pages.storage.units.reading() as unit:
        entries = [link.entry for link in await unit.audit.entries(0, 10_000)]
    return [entry.outcome for entry in entries if entry.action == action]


async def signed_in(reader: Reader, login: str = ADMINISTRATOR) -> Reader:
    """The reader, in English."""
    assert (await reader.sign_in(login)).path == "/today"
    return reader
